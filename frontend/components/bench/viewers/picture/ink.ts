/** What is drawn on a picture, on the bench and in the inbox: covers dashed, marks solid and numbered. */

import type { Mark, Occlude, Point } from "../../types.ts";
import { coverOutline } from "./film.ts";
import { apply, type Matrix, outline, type Size, toPixels } from "./geometry.ts";

export const INK = {
  edit: "#cda6fb",
  mark: "#4ae0ff",
  measure: "#ffe04a",
  onMark: "#06222c",
  under: "#000b",
  focus: "#fff",
};
export const FONT = "600 12px system-ui, sans-serif";
/** The side of a mark's number. */
export const TAG = 18;

/** A path through points of the screen; holes are rings of their own, for filling by even and odd. */
export function trace(
  context: CanvasRenderingContext2D,
  points: readonly Point[],
  closed: boolean,
  ...holes: (readonly Point[])[]
): void {
  context.beginPath();
  for (const ring of [points, ...holes]) {
    ring.forEach(([x, y], i) => {
      if (i) context.lineTo(x, y);
      else context.moveTo(x, y);
    });
    if (closed) context.closePath();
  }
}

/** Draws the path; width and dash in pixels of CSS. */
export function line(context: CanvasRenderingContext2D, colour: string, width: number, dash: number[] = []): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.stroke();
}

/** Fractions of the original as points of the screen. whole: from pixels of the original to the screen. */
export const toScreen = (points: readonly Point[], whole: Matrix, size: Size): Point[] =>
  points.map((point) => apply(whole, toPixels(point, size)));

export function drawCover(context: CanvasRenderingContext2D, cover: Occlude, whole: Matrix, size: Size): void {
  trace(context, toScreen(coverOutline(cover), whole, size), true);
  line(context, INK.edit, 1.5, [6, 4]);
}

/**
 * name: the mark's number, or "" while it is being drawn: then a polygon is open and shows its corners.
 * within: where the number must stay; null where the picture can be moved, and a number with it.
 */
export function drawMark(
  context: CanvasRenderingContext2D,
  mark: Mark,
  name: string,
  whole: Matrix,
  size: Size,
  within: Size | null,
): void {
  const { points, closed } = outline(mark.kind, mark.points);
  const ends = toScreen(points, whole, size);
  const [first] = ends;
  if (!first) return;
  context.lineJoin = "round";
  if (mark.kind === "point") cross(context, first);
  else trace(context, ends, closed && (mark.kind !== "polygon" || name !== ""));
  line(context, INK.under, 4.5);
  line(context, INK.mark, 2);
  if (name) tag(context, name, ends, mark.kind === "point", within);
  else if (mark.kind === "polygon") knots(context, ends);
}

/** A number at the upper right of a mark. */
function tag(
  context: CanvasRenderingContext2D,
  name: string,
  ends: readonly Point[],
  beside: boolean,
  within: Size | null,
): void {
  let x = Math.max(...ends.map((end) => end[0])) - (beside ? -8 : TAG);
  let y = Math.max(0, Math.min(...ends.map((end) => end[1])) - TAG);
  if (within) {
    x = Math.min(Math.max(0, x), within.width - TAG);
    y = Math.min(y, within.height - TAG);
  }
  tagAt(context, name, x, y);
}

export function tagAt(context: CanvasRenderingContext2D, name: string, x: number, y: number): void {
  context.fillStyle = INK.mark;
  context.fillRect(x, y, TAG, TAG);
  context.fillStyle = INK.onMark;
  context.font = FONT;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(name, x + TAG / 2, y + TAG / 2 + 1);
}

function knots(context: CanvasRenderingContext2D, ends: readonly Point[]): void {
  for (const [x, y] of ends) {
    context.beginPath();
    context.arc(x, y, 4, 0, 7);
    line(context, INK.mark, 2);
  }
}

function cross(context: CanvasRenderingContext2D, [x, y]: Point): void {
  context.beginPath();
  context.arc(x, y, 7, 0, 7);
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as Point[]) {
    context.moveTo(x + 3 * dx, y + 3 * dy);
    context.lineTo(x + 12 * dx, y + 12 * dy);
  }
}
