/** What lies on a picture: covers as the hand drew them, dashed; marks as a judge drew them, solid and numbered. */
import { coverOutline } from "../../components/bench/film.ts";
import { apply, type Matrix, outline, type Size, toPixels } from "../../components/bench/geometry.ts";
import type { Mark, Occlude, Point } from "../../components/bench/types.ts";

const INK = { edit: "#cda6fb", mark: "#4ae0ff", onMark: "#06222c", under: "#000b" };
const TAG = 18;

function trace(context: CanvasRenderingContext2D, points: readonly Point[], closed: boolean): void {
  context.beginPath();
  points.forEach(([x, y], i) => {
    if (i) context.lineTo(x, y);
    else context.moveTo(x, y);
  });
  if (closed) context.closePath();
}

function line(context: CanvasRenderingContext2D, colour: string, width: number, dash: number[] = []): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.stroke();
}

const toScreen = (points: readonly Point[], whole: Matrix, size: Size): Point[] =>
  points.map((point) => apply(whole, toPixels(point, size)));

/** whole: from pixels of the original to the screen. */
export function drawCover(context: CanvasRenderingContext2D, cover: Occlude, whole: Matrix, size: Size): void {
  trace(context, toScreen(coverOutline(cover), whole, size), true);
  line(context, INK.edit, 1.5, [6, 4]);
}

export function drawMark(
  context: CanvasRenderingContext2D,
  mark: Mark,
  name: string,
  whole: Matrix,
  size: Size,
  screen: Size,
): void {
  const { points, closed } = outline(mark.kind, mark.points);
  const ends = toScreen(points, whole, size);
  const [first] = ends;
  if (!first) return;
  context.lineJoin = "round";
  if (mark.kind === "point") {
    context.beginPath();
    context.arc(...first, 6, 0, 7);
  } else trace(context, ends, closed);
  line(context, INK.under, 4);
  line(context, INK.mark, 2);
  const right = Math.max(...ends.map((end) => end[0])) - (mark.kind === "point" ? -8 : TAG);
  const x = Math.min(Math.max(0, right), screen.width - TAG);
  const y = Math.min(Math.max(0, Math.min(...ends.map((end) => end[1])) - TAG), screen.height - TAG);
  context.fillStyle = INK.mark;
  context.fillRect(x, y, TAG, TAG);
  context.fillStyle = INK.onMark;
  context.font = "600 12px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(name, x + TAG / 2, y + TAG / 2 + 1);
}
