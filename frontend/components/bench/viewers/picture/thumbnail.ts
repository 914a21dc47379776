/** An attempt as a small picture: what the model saw, with its covers outlined. */

import { homeView } from "../../state.ts";
import type { Edit } from "../../types.ts";
import { coverOutline } from "./film.ts";
import { compose, frameOf, viewMatrix } from "./geometry.ts";
import { INK, line, toScreen, trace } from "./ink.ts";
import type { Plate } from "./sheet.ts";

export function thumbnail(canvas: HTMLCanvasElement, plate: Plate, edits: readonly Edit[]): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const { width, height } = canvas;
  context.clearRect(0, 0, width, height);
  const frame = frameOf(edits, plate.size);
  const screen = viewMatrix(homeView, frame, { width, height }, { x: 0, y: 0 });
  plate.draw(context, screen, edits, null);
  const whole = compose(screen, frame.matrix);
  for (const edit of edits) {
    if (edit.kind !== "occlude") continue;
    trace(context, toScreen(coverOutline(edit), whole, plate.size), true);
    line(context, INK.edit, 2);
  }
}
