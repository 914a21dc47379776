/** A canvas, and what both signals draw on it. */

import { Canvas } from "../canvas.ts";
import { TAG, tagAt } from "../picture/ink.ts";

/** Inks of the dark stage, as in `sheets/`. */
export const STAGE = { ink: "#dfe3e6", faint: "#8f979d", line: "#3a4147", trace: "#c3ccd3" };
const PLAIN_FONT = "12px system-ui, sans-serif";

export class Screen extends Canvas {
  /** The empty canvas in CSS pixels; null before it has a size. */
  begin(): CanvasRenderingContext2D | null {
    const { width } = this.box.value;
    this.isFocused.value;
    const context = width ? this.canvas?.getContext("2d") : null;
    if (!context || !this.canvas) return null;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return context;
  }

  text(
    context: CanvasRenderingContext2D,
    words: string,
    x: number,
    y: number,
    align: CanvasTextAlign,
    colour = STAGE.faint,
  ): void {
    context.font = PLAIN_FONT;
    context.fillStyle = colour;
    context.textAlign = align;
    context.textBaseline = "middle";
    context.fillText(words, x, y);
  }

  /** A mark's number, right of and above a place. */
  tag(context: CanvasRenderingContext2D, name: string, x: number, y: number): void {
    tagAt(context, name, Math.min(Math.max(0, x - TAG), this.box.value.width - TAG), Math.max(0, y - TAG));
  }
}

/** Straight lines from and to, in CSS pixels. */
export function lines(
  context: CanvasRenderingContext2D,
  colour: string,
  all: readonly (readonly [number, number, number, number])[],
  width = 1,
): void {
  context.setLineDash([]);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  for (const [x0, y0, x1, y1] of all) {
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
  }
  context.stroke();
}

/** A stretch of time, tinted, with its two edges. */
export function band(
  context: CanvasRenderingContext2D,
  from: number,
  to: number,
  top: number,
  bottom: number,
  colour: string,
  dash: number[] = [],
): void {
  const [left, right] = [Math.min(from, to), Math.max(from, to)];
  context.save();
  context.fillStyle = colour;
  context.globalAlpha = 0.14;
  context.fillRect(left, top, right - left, bottom - top);
  context.globalAlpha = 1;
  context.setLineDash(dash);
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.strokeRect(left, top, right - left, bottom - top);
  context.restore();
}
