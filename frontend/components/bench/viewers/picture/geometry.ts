/**
 * Where things lie: from the original, through the edits, to the screen, and back.
 *
 * A matrix [a, b, c, d, e, f] maps (x, y) to (a x + c y + e, b x + d y + f), as the canvas does. Lengths are pixels of
 * the original; fractions become pixels at the border only. Nothing here touches the DOM.
 */

import type { Edit, Mark, Point } from "../../types.ts";

export type Matrix = readonly [number, number, number, number, number, number];
export type Size = { width: number; height: number };
export type Box = { x: number; y: number; w: number; h: number };
/**
 * `matrix` maps pixels of the original to pixels of the frame that the model sees.
 * `kept`: quadrilaterals in pixels of the original; beyond them a crop before a rotation has cut all away.
 */
export type Frame = Size & { matrix: Matrix; kept: Point[][] };
export type View = { zoom: number; x: number; y: number; turn: number; flipX: boolean; flipY: boolean };

export const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/** First `inner`, then `outer`. */
export function compose(outer: Matrix, inner: Matrix): Matrix {
  const [a, b, c, d, e, f] = outer;
  const [p, q, r, s, t, u] = inner;
  return [a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * t + c * u + e, b * t + d * u + f];
}

export function invert([a, b, c, d, e, f]: Matrix): Matrix {
  const det = a * d - b * c;
  return [d / det, -b / det, -c / det, a / det, (c * f - d * e) / det, (b * e - a * f) / det];
}

export function apply([a, b, c, d, e, f]: Matrix, [x, y]: Point): Point {
  return [a * x + c * y + e, b * x + d * y + f];
}

export const translate = (x: number, y: number): Matrix => [1, 0, 0, 1, x, y];
export const scale = (x: number, y = x): Matrix => [x, 0, 0, y, 0, 0];

/** Clockwise on a screen, where y points down; exact for quarter turns. */
export function rotate(degrees: number): Matrix {
  const quarters = (((degrees / 90) % 4) + 4) % 4;
  const exact: Record<number, [number, number]> = { 0: [1, 0], 1: [0, 1], 2: [-1, 0], 3: [0, -1] };
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = exact[quarters] ?? [Math.cos(angle), Math.sin(angle)];
  return [cos, sin, -sin, cos, 0, 0];
}

export function about(x: number, y: number, matrix: Matrix): Matrix {
  return compose(translate(x, y), compose(matrix, translate(-x, -y)));
}

/**
 * Crop, rotate and flip as one map. A crop counts in fractions of the frame that the edits before it left, moves to
 * whole pixels and makes that part the frame; rotate and flip turn about the frame's centre and keep it. The same
 * rules, rounding included, as `gpu_workers/protocol/geometry.py`.
 */
export function frameOf(edits: readonly Edit[], original: Size): Frame {
  let { width, height } = original;
  let matrix: Matrix = IDENTITY;
  let cut: Point[] | null = null;
  const kept: Point[][] = [];
  for (const edit of edits) {
    if (edit.off) continue;
    if (edit.kind === "crop") {
      const [left, right] = whole(edit.x, edit.w, width);
      const [top, bottom] = whole(edit.y, edit.h, height);
      const back = invert(matrix);
      cut = cornersOf({ x: left, y: top, w: right - left, h: bottom - top }).map((point) => apply(back, point));
      matrix = compose(translate(-left, -top), matrix);
      width = right - left;
      height = bottom - top;
    } else if (edit.kind === "rotate") {
      if (cut) kept.push(cut);
      cut = null;
      matrix = compose(about(width / 2, height / 2, rotate(edit.degrees)), matrix);
    } else if (edit.kind === "flip") {
      const mirror = edit.axis === "x" ? scale(-1, 1) : scale(1, -1);
      matrix = compose(about(width / 2, height / 2, mirror), matrix);
    }
  }
  return { width, height, matrix: settled(matrix), kept };
}

/** First and last (exclusive) pixel of a crop along one side: at least one, all inside. */
function whole(start: number, length: number, side: number): [number, number] {
  const first = Math.min(Math.floor(start * side + 0.5), side - 1);
  return [first, Math.min(Math.max(Math.floor((start + length) * side + 0.5), first + 1), side)];
}

/** A map of quarter turns, flips and crops alone lies on whole pixels, so that none is blended. */
function settled(matrix: Matrix): Matrix {
  const [a, b, c, d, e, f] = matrix;
  if ([a, b, c, d].some((value) => Math.abs(value - Math.round(value)) > 1e-9)) return matrix;
  const shift = (value: number) => Math.floor(value + 0.5 - 1e-9);
  return [Math.round(a) + 0, Math.round(b) + 0, Math.round(c) + 0, Math.round(d) + 0, shift(e), shift(f)];
}

/** From the frame to the screen: fitted with a margin, then turned, mirrored, zoomed and moved by the view. */
export function viewMatrix(view: View, frame: Size, screen: Size, margin: { x: number; y: number }): Matrix {
  const odd = view.turn % 2 !== 0;
  const wide = odd ? frame.height : frame.width;
  const high = odd ? frame.width : frame.height;
  const fit = Math.min((screen.width - 2 * margin.x) / wide, (screen.height - 2 * margin.y) / high);
  const k = Math.max(fit, 1e-6) * view.zoom;
  const turned = compose(scale(view.flipX ? -k : k, view.flipY ? -k : k), rotate(90 * view.turn));
  const centred = compose(turned, translate(-frame.width / 2, -frame.height / 2));
  return compose(translate(screen.width / 2 + view.x, screen.height / 2 + view.y), centred);
}

/** The view after a zoom by `factor` that leaves the screen's point `at` where it is. */
export function zoomAbout(view: View, factor: number, at: Point, screen: Size): View {
  const zoom = Math.min(32, Math.max(0.25, view.zoom * factor));
  const k = zoom / view.zoom;
  const dx = at[0] - screen.width / 2;
  const dy = at[1] - screen.height / 2;
  return { ...view, zoom, x: dx - (dx - view.x) * k, y: dy - (dy - view.y) * k };
}

/** Five places: finer than a pixel of any picture. */
export const short = (value: number): number => Math.round(value * 1e5) / 1e5;

export const clamp = (value: number, low = 0, high = 1): number => Math.min(high, Math.max(low, value));

/** Fractions of `size` to its pixels, and back (kept inside). */
export const toPixels = ([x, y]: Point, size: Size): Point => [x * size.width, y * size.height];
export function toFractions([x, y]: Point, size: Size): Point {
  return [clamp(x / size.width), clamp(y / size.height)];
}

/** The box between two corners. */
export function boxOf(a: Point, b: Point): Box {
  return { x: Math.min(a[0], b[0]), y: Math.min(a[1], b[1]), w: Math.abs(a[0] - b[0]), h: Math.abs(a[1] - b[1]) };
}

export const cornersOf = ({ x, y, w, h }: Box): Point[] => [
  [x, y],
  [x + w, y],
  [x + w, y + h],
  [x, y + h],
];

export function bounds(points: readonly Point[]): Box {
  const xs = points.map((point) => point[0]);
  const ys = points.map((point) => point[1]);
  return boxOf([Math.min(...xs), Math.min(...ys)], [Math.max(...xs), Math.max(...ys)]);
}

/** Moves points together, as far as all of them stay inside 0..1. */
export function moved(points: readonly Point[], dx: number, dy: number): Point[] {
  const box = bounds(points);
  const x = clamp(dx, -box.x, 1 - box.x - box.w);
  const y = clamp(dy, -box.y, 1 - box.y - box.h);
  return points.map((point) => [clamp(point[0] + x), clamp(point[1] + y)]);
}

/** Moves the last point, never onto the first one. */
export function resized(points: readonly Point[], dx: number, dy: number, least = 0.01): Point[] {
  const [first, last] = [points[0], points[points.length - 1]];
  if (!first || !last) return [...points];
  const x = clamp(last[0] + dx, Math.min(1, first[0] + least));
  const y = clamp(last[1] + dy, Math.min(1, first[1] + least));
  return [...points.slice(0, -1), [x, y]];
}

/** A mark's or an occlusion's outline in the coordinates of its points. */
export function outline(kind: Mark["kind"], points: readonly Point[]): { points: Point[]; closed: boolean } {
  const [a, b] = points;
  if (a && b && kind === "box") return { points: cornersOf(boxOf(a, b)), closed: true };
  if (a && b && kind === "ellipse") {
    const { x, y, w, h } = boxOf(a, b);
    const around = Array.from({ length: 64 }, (_, i): Point => {
      const angle = (i * Math.PI) / 32;
      return [x + (w / 2) * (1 + Math.cos(angle)), y + (h / 2) * (1 + Math.sin(angle))];
    });
    return { points: around, closed: true };
  }
  return { points: [...points], closed: kind === "polygon" };
}

/** Whether no point of the mark lies in what the model sees. */
export function isOutside(mark: Mark, frame: Frame, original: Size): boolean {
  const slack = 1e-6 * Math.max(frame.width, frame.height);
  const box = bounds(outline(mark.kind, mark.points).points.map((p) => apply(frame.matrix, toPixels(p, original))));
  return (
    box.x > frame.width + slack || box.y > frame.height + slack || box.x + box.w < -slack || box.y + box.h < -slack
  );
}

/** The edits that are in effect on one input; an edit without a name belongs to the first. */
export function editsOf(edits: readonly Edit[], input: string, first: string): Edit[] {
  return edits.filter((edit) => !edit.off && (edit.input || first) === input);
}
