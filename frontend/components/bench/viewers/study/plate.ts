/** One frame of a study, ready to be drawn: painted through its window when that has changed, never before. */

import type { Adjust, Edit, Occlude } from "../../types.ts";
import { coverOutline } from "../picture/film.ts";
import { drawFramed } from "../picture/framing.ts";
import { frameOf, type Matrix, type Size } from "../picture/geometry.ts";
import type { Ground } from "../picture/measures.ts";
import { toneTable, type Window } from "../picture/pixels.ts";
import { isOnFrame, type Level, type Plate } from "../picture/sheet.ts";
import type { Values } from "./frames.ts";
import { type Header, type Rescale, rescaleOf } from "./header.ts";
import { greyTable, paintColour, paintGrey } from "./tone.ts";

const PLAIN = { slope: 1, intercept: 0, unit: "" };

export class StudyPlate implements Plate {
  readonly size: Size;
  readonly values: Values;
  readonly #header: Header;
  readonly #frame: number;
  readonly #rescale: Rescale;
  /** The window while the view's is set aside. */
  readonly #level: () => Level;
  readonly #canvas = document.createElement("canvas");
  readonly #context: CanvasRenderingContext2D;
  readonly #image: ImageData;
  #table: Uint32Array = new Uint32Array(0);
  #paintedBy = "";
  #means: number[] | null = null;

  constructor(header: Header, values: Values, frame: number, level: () => Level) {
    this.size = { width: header.columns, height: header.rows };
    this.values = values;
    this.#header = header;
    this.#rescale = header.isColour ? PLAIN : rescaleOf(header, frame);
    this.#frame = frame;
    this.#level = level;
    this.#canvas.width = header.columns;
    this.#canvas.height = header.rows;
    const context = this.#canvas.getContext("2d");
    if (!context) throw new Error("this browser gives no canvas");
    this.#context = context;
    this.#image = context.createImageData(header.columns, header.rows);
  }

  get ground(): Ground {
    const { spacing, spacingAt, isColour } = this.#header;
    const { slope, intercept, unit } = this.#rescale;
    const { values, size } = this;
    const grey = (x: number, y: number) => (values[y * size.width + x] as number) * slope + intercept;
    const colour = (x: number, y: number) => {
      const at = 3 * (y * size.width + x);
      return 0.299 * (values[at] as number) + 0.587 * (values[at + 1] as number) + 0.114 * (values[at + 2] as number);
    };
    const at = spacingAt === "detector" || spacingAt === "scanned" ? spacingAt : "";
    return { size, spacing, at, value: isColour ? colour : grey, unit };
  }

  draw(context: CanvasRenderingContext2D, screen: Matrix, all: readonly Edit[], window: Window | null): void {
    const edits = all.filter((edit) => !edit.off);
    const level = window ?? { ...this.#level(), invert: false };
    const adjusts = edits.filter((edit): edit is Adjust => edit.kind === "adjust");
    this.#paint(level, adjusts);
    drawFramed(context, screen, frameOf(edits, this.size), level.invert ? "#fff" : "#000", () => {
      context.drawImage(this.#canvas, 0, 0);
      for (const edit of edits)
        if (edit.kind === "occlude" && isOnFrame(edit, this.#frame)) this.#cover(context, edit, level.invert);
    });
  }

  #paint({ width, centre, invert }: Window, adjusts: readonly Adjust[]): void {
    const key = JSON.stringify([width, centre, invert, adjusts]);
    if (key === this.#paintedBy) return;
    const window = { center: centre, width, shape: this.#header.shape };
    this.#table = greyTable(window, this.#rescale, invert && adjusts.length === 0, this.#table);
    if (adjusts.length) this.#adjust(adjusts, invert);
    const pixels = new Uint32Array(this.#image.data.buffer);
    if (this.values instanceof Int16Array) paintGrey(this.values, this.#table, pixels);
    else paintColour(this.values, this.#table, pixels);
    this.#context.putImageData(this.#image, 0, 0);
    this.#paintedBy = key;
  }

  #adjust(adjusts: readonly Adjust[], invert: boolean): void {
    const tone = toneTable(adjusts, null);
    for (let i = 0; i < this.#table.length; i += 1) {
      const toned = tone[(this.#table[i] as number) & 0xff] as number;
      const grey = invert ? 255 - toned : toned;
      this.#table[i] = (0xff000000 | (grey << 16) | (grey << 8) | grey) >>> 0;
    }
  }

  #cover(context: CanvasRenderingContext2D, cover: Occlude, isInverted: boolean): void {
    const { width, height } = this.size;
    context.save();
    context.beginPath();
    for (const [x, y] of coverOutline(cover)) context.lineTo(x * width, y * height);
    context.clip();
    if (cover.fill === "blur") {
      // Made small and large again: near enough to tell what is covered; the model is given the renderer's blur
      const small = document.createElement("canvas");
      const side = Math.max(1, Math.min(width, height) / 24);
      small.width = Math.max(1, Math.round(width / side));
      small.height = Math.max(1, Math.round(height / side));
      const shrunk = small.getContext("2d");
      if (shrunk) shrunk.imageSmoothingQuality = "high";
      shrunk?.drawImage(this.#canvas, 0, 0, small.width, small.height);
      context.drawImage(small, 0, 0, width, height);
    } else {
      context.fillStyle = cover.fill === "mean" ? this.#mean() : isInverted ? "#fff" : "#000";
      context.fillRect(0, 0, width, height);
    }
    context.restore();
  }

  /** The mean of the frame, through the window that it was painted by. */
  #mean(): string {
    this.#means ??= meansOf(this.values);
    const [r, g = r, b = r] = this.#means.map((mean) => (this.#table[mean & 0xffff] as number) & 0xff);
    return `rgb(${r} ${g} ${b})`;
  }
}

/** Of the stored values, one a channel. */
function meansOf(values: Values): number[] {
  const channels = values instanceof Int16Array ? 1 : 3;
  const sums = new Array<number>(channels).fill(0);
  for (let i = 0; i < values.length; i += 1)
    sums[i % channels] = (sums[i % channels] as number) + (values[i] as number);
  return sums.map((sum) => Math.round((channels * sum) / values.length));
}
