/** What the model sees, laid on a canvas: in its frame, dark where an edit has left nothing. */

import type { Frame, Matrix } from "./geometry.ts";

/** put: draws the picture in pixels of the original. screen: from the frame to the canvas. */
export function drawFramed(
  context: CanvasRenderingContext2D,
  screen: Matrix,
  frame: Frame,
  dark: string,
  put: () => void,
): void {
  context.save();
  context.transform(...screen);
  context.fillStyle = dark;
  context.fillRect(0, 0, frame.width, frame.height);
  context.beginPath();
  context.rect(0, 0, frame.width, frame.height);
  context.clip();
  context.transform(...frame.matrix);
  for (const quadrilateral of frame.kept) {
    context.beginPath();
    for (const point of quadrilateral) context.lineTo(...point);
    context.clip();
  }
  put();
  context.restore();
}
