/** An attempt as a small picture: what the model saw, with its covers outlined. */

import type { Edit } from "../../types.ts";
import { coverOutline } from "./film.ts";
import { apply, compose, frameOf, toPixels, viewMatrix } from "./geometry.ts";
import { INK } from "./ink.ts";
import type { Plate } from "./sheet.ts";

const HOME = { zoom: 1, x: 0, y: 0, turn: 0, flipX: false, flipY: false };

export function thumbnail(canvas: HTMLCanvasElement, plate: Plate, edits: readonly Edit[]): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const { width, height } = canvas;
  context.clearRect(0, 0, width, height);
  const frame = frameOf(edits, plate.size);
  const screen = viewMatrix(HOME, frame, { width, height }, { x: 0, y: 0 });
  plate.draw(context, screen, edits, null);
  context.strokeStyle = INK.edit;
  context.lineWidth = 2;
  const whole = compose(screen, frame.matrix);
  for (const edit of edits) {
    if (edit.kind !== "occlude") continue;
    context.beginPath();
    for (const point of coverOutline(edit)) context.lineTo(...apply(whole, toPixels(point, plate.size)));
    context.closePath();
    context.stroke();
  }
}
