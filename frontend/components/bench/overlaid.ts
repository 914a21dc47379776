/** How what lies above a picture is drawn, and what a press on it meets. */

import type { MarkKind, Point } from "./types.ts";
import { bounds, type Matrix, outline, type Size } from "./viewers/picture/geometry.ts";
import { FONT, line, toScreen, trace } from "./viewers/picture/ink.ts";

/** All places in fractions of the original. `rings` are filled by even and odd; a raster covers the whole original. */
export type Overlay = {
  /** One of its own among all layers. */
  key: string;
  shape:
    | { kind: MarkKind; points: readonly Point[] }
    | { kind: "rings"; rings: readonly (readonly Point[])[] }
    | { kind: "raster"; image: CanvasImageSource };
  /** Said, and written beside it while it is chosen. */
  name: string;
  /** Any colour of CSS. */
  colour: string;
  /** The input it lies on; left out, the first. */
  input?: string;
  /** Of an input with several frames: on which; left out, on all. Counted from 0. */
  frame?: number;
  /** How much of the shape's inside is coloured, 0..1; a raster's opacity. */
  fill?: number;
  /** Left out of attention: thin and dashed. */
  isFaint?: boolean;
  /** Written beside it always. */
  tag?: string;
  /** Where a press means it, for shapes that do not say so themselves; fractions of the original. */
  hit?(at: Point): boolean;
};

const SLACK_PX = 8;

/** The smallest of those that a press meets, the topmost of equals. at, whole: on the screen; fraction: of the original. */
export function meeting(
  all: readonly Overlay[],
  at: Point,
  whole: Matrix,
  size: Size,
  fraction: Point,
  slack = SLACK_PX,
): Overlay | null {
  let found: { one: Overlay; area: number } | null = null;
  for (const one of all) {
    if (one.hit) {
      if (one.hit(fraction) && !found) found = { one, area: Number.POSITIVE_INFINITY };
      continue;
    }
    const { rings, closed } = ringsOf(one);
    const ends = rings.map((ring) => toScreen(ring, whole, size));
    if (!(closed && isInside(at, ends)) && !ends.some((ring) => isNear(at, ring, closed, slack))) continue;
    const box = bounds(ends.flat());
    const area = box.w * box.h;
    if (!found || area <= found.area) found = { one, area };
  }
  return found?.one ?? null;
}

function ringsOf({ shape }: Overlay): { rings: readonly (readonly Point[])[]; closed: boolean } {
  if (shape.kind === "raster") return { rings: [], closed: false };
  if (shape.kind === "rings") return { rings: shape.rings, closed: true };
  const { points, closed } = outline(shape.kind, shape.points);
  return { rings: [points], closed };
}

/** By even and odd. */
function isInside([x, y]: Point, rings: readonly (readonly Point[])[]): boolean {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 1) {
      const [x0, y0] = ring[i] as Point;
      const [x1, y1] = ring[(i + 1) % ring.length] as Point;
      if (y0 > y !== y1 > y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)) inside = !inside;
    }
  }
  return inside;
}

function isNear([x, y]: Point, ring: readonly Point[], closed: boolean, slack: number): boolean {
  return ring.some(([x0, y0], i) => {
    const [x1, y1] = ring[i + 1] ?? (closed ? (ring[0] as Point) : [x0, y0]);
    const [dx, dy] = [x1 - x0, y1 - y0];
    const along = dx || dy ? Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy))) : 0;
    return Math.hypot(x - x0 - along * dx, y - y0 - along * dy) <= slack;
  });
}

/** whole: from pixels of the original to the screen. */
export function drawOverlay(
  context: CanvasRenderingContext2D,
  one: Overlay,
  isChosen: boolean,
  whole: Matrix,
  size: Size,
): void {
  context.save();
  if (one.shape.kind === "raster") {
    context.globalAlpha = Math.min(1, (one.fill ?? 0.4) * (isChosen ? 1.5 : 1));
    context.transform(...whole);
    context.imageSmoothingEnabled = false;
    context.drawImage(one.shape.image, 0, 0, size.width, size.height);
    context.restore();
    return;
  }
  const { rings, closed } = ringsOf(one);
  const ends = rings.map((ring) => toScreen(ring, whole, size));
  const [first = [], ...holes] = ends;
  if (one.shape.kind === "point") {
    for (const [x, y] of first) {
      context.beginPath();
      context.arc(x, y, isChosen ? 7 : 5, 0, 7);
    }
  } else trace(context, first, closed, ...holes);
  if (one.fill && closed) {
    context.globalAlpha = one.fill;
    context.fillStyle = one.colour;
    context.fill("evenodd");
    context.globalAlpha = 1;
  }
  line(context, "#000b", isChosen ? 5.5 : 3.5);
  line(context, one.colour, isChosen ? 3 : one.isFaint ? 1 : 1.75, one.isFaint ? [4, 4] : []);
  const words = isChosen ? one.name : (one.tag ?? "");
  if (words) tag(context, words, one.colour, ends.flat());
  context.restore();
}

/** Above its upper left corner, or below it where there is no room above. */
function tag(context: CanvasRenderingContext2D, words: string, colour: string, ends: readonly Point[]): void {
  if (ends.length === 0) return;
  const { x, y } = bounds(ends);
  context.font = FONT;
  const width = context.measureText(words).width + 10;
  const top = y >= 20 ? y - 20 : y + 2;
  context.setLineDash([]);
  context.fillStyle = "#000c";
  context.fillRect(x, top, width, 18);
  context.fillStyle = colour;
  context.fillRect(x, top, 3, 18);
  context.fillStyle = "#fff";
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(words, x + 6, top + 10);
}
