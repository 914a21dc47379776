/** The canvas: the picture as the model sees it, through the view; frames, covers and marks drawn over it. */

import { effect, type ReadonlySignal, signal } from "@preact/signals-core";
import type { TemplateResult } from "lit-html";
import { sees } from "../../controls.ts";
import type { Overlays } from "../../overlays.ts";
import { type Bench, homeView } from "../../state.ts";
import type { View } from "../../storage.ts";
import type { Edit, Point } from "../../types.ts";
import { Canvas } from "../canvas.ts";
import {
  apply,
  compose,
  cornersOf,
  type Frame,
  frameOf,
  invert,
  type Matrix,
  outline,
  type Size,
  toFractions,
  toPixels,
  viewMatrix,
} from "./geometry.ts";
import { drawCover, drawMark, INK, line, toScreen, trace } from "./ink.ts";
import { Measuring } from "./measuring.ts";
import { isOnFrame, lookOf, type Plate, type Sheet } from "./sheet.ts";
import { trialEdit } from "./tools.ts";

/** size: of the original in pixels. view: from the frame to the canvas. whole: from the original to the canvas. */
export type Matrices = { size: Size; frame: Frame; view: Matrix; whole: Matrix };

export class Stage extends Canvas {
  readonly bench: Bench;
  readonly sheet: Sheet;
  readonly measuring: Measuring;
  readonly #overlays: Overlays;
  readonly plate: ReadonlySignal<Plate | null>;
  /** Drawn over all else, in pixels of the screen; left out, nothing. */
  readonly #above: ((context: CanvasRenderingContext2D, matrices: Matrices, screen: Size) => void) | undefined;
  readonly percent = signal(100);
  #label: HTMLElement | null = null;

  constructor(
    bench: Bench,
    sheet: Sheet,
    overlays: Overlays,
    ended: AbortSignal,
    above?: (context: CanvasRenderingContext2D, matrices: Matrices, screen: Size) => void,
  ) {
    super(ended);
    this.bench = bench;
    this.sheet = sheet;
    this.plate = sheet.plate;
    this.measuring = new Measuring(bench, sheet);
    this.#overlays = overlays;
    this.#above = above;
    const stop = effect(() => this.#draw());
    ended.addEventListener("abort", stop);
  }

  /** How the input is looked at, this sheet's window included. */
  get look(): View {
    return lookOf(this.bench, this.sheet);
  }

  get screen(): { width: number; height: number } {
    return this.box.value;
  }

  readonly attachLabel = (element: Element | undefined): void => {
    this.#label = (element as HTMLElement | undefined) ?? null;
  };

  /** Whether a painting edit counts on the frame that is on show. */
  #isHere(edit: Edit): boolean {
    return isOnFrame(edit, this.sheet.reel?.at.value);
  }

  /** What is drawn: the edits, or none while A is held. */
  #edits(): Edit[] {
    return this.bench.isPeeking.value ? [] : this.bench.here.value;
  }

  /** While editing only zoom and place of the view count, so that the frame tells the truth. */
  matrices(): Matrices | null {
    const { bench } = this;
    const size = bench.size.value;
    const box = this.box.value;
    if (!size || !box.width) return null;
    const frame = frameOf(this.#edits(), size);
    const { zoom, x, y } = bench.view.value;
    const look = bench.mode.value === "edit" ? { ...homeView, zoom, x, y } : bench.view.value;
    const margin = box.width < 480 ? { x: 36, y: 27 } : { x: 32, y: 30 };
    const view = viewMatrix(look, frame, box, margin);
    return { size, frame, view, whole: compose(view, frame.matrix) };
  }

  /** A point of the canvas (CSS pixels) in fractions of the original; for a crop, of the frame. */
  toDraft(at: Point): Point | null {
    const { bench } = this;
    const matrices = this.matrices();
    const size = bench.size.value;
    if (!matrices || !size) return null;
    if (bench.mode.value === "edit" && bench.tool.value === "crop")
      return toFractions(apply(invert(matrices.view), at), matrices.frame);
    return toFractions(apply(invert(matrices.whole), at), size);
  }

  #draw(): void {
    const { bench, canvas } = this;
    const plate = this.plate.value;
    const matrices = this.matrices();
    const context = canvas?.getContext("2d");
    const isFocused = this.isFocused.value;
    if (!canvas || !context) return;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (!plate || !matrices) return;
    const isEditing = bench.mode.value === "edit";
    const { width, centre, invert: isInverted } = this.look;
    const edits = this.#edits();
    const trial = bench.isPeeking.value ? null : trialEdit(bench, this.sheet.reel);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.imageSmoothingQuality = "high";
    const shown = trial ? [...edits, trial] : edits;
    plate.draw(context, matrices.view, shown, isEditing ? null : { width, centre, invert: isInverted });
    context.save();
    trace(
      context,
      corners(matrices.frame).map((p) => apply(matrices.view, p)),
      true,
    );
    context.clip();
    for (const edit of edits)
      if (edit.kind === "occlude" && this.#isHere(edit)) drawCover(context, edit, matrices.whole, matrices.size);
    this.#overlays.draw(context, matrices.whole, matrices.size);
    const frame = this.sheet.reel?.at.value;
    for (const [i, mark] of bench.marksHere.value.entries())
      if (mark.frame === undefined || frame === undefined || mark.frame === frame)
        drawMark(context, mark, String(i + 1), matrices.whole, matrices.size, null);
    const draft = bench.draft.value;
    if (draft && bench.mode.value === "mark") {
      const mark = { kind: bench.markKind.value, points: draft };
      drawMark(context, mark, "", matrices.whole, matrices.size, null);
    }
    context.restore();
    this.measuring.draw(context, matrices.whole, matrices.size);
    if (draft && isEditing) this.#draft(context, draft, matrices);
    this.#frame(context, matrices, isEditing, isFocused);
    this.#above?.(context, matrices, this.box.value);
    this.percent.value = Math.round(Math.hypot(matrices.view[0], matrices.view[1]) * 100);
  }

  #draft(context: CanvasRenderingContext2D, draft: readonly Point[], { size, frame, view, whole }: Matrices): void {
    const { bench } = this;
    if (bench.tool.value === "draw") return; // the line itself is on the picture
    if (bench.tool.value === "crop") {
      const points = outline("box", draft).points.map((p) => apply(view, toPixels(p, frame)));
      trace(
        context,
        corners(frame).map((p) => apply(view, p)),
        true,
        points,
      );
      context.fillStyle = "#000a";
      context.fill("evenodd");
      trace(context, points, true);
    } else trace(context, toScreen(outline(bench.shape.value, draft).points, whole, size), true);
    line(context, INK.edit, 1.5);
  }

  #frame(context: CanvasRenderingContext2D, { frame, view }: Matrices, isEditing: boolean, isFocused: boolean): void {
    const ends = corners(frame).map((p) => apply(view, p));
    const [x0, y0] = [Math.min(...ends.map((p) => p[0])), Math.min(...ends.map((p) => p[1]))];
    const [x1, y1] = [Math.max(...ends.map((p) => p[0])), Math.max(...ends.map((p) => p[1]))];
    if (isEditing) {
      context.beginPath();
      context.rect(x0 - 1.5, y0 - 1.5, x1 - x0 + 3, y1 - y0 + 3);
      line(context, INK.edit, 3);
      if (isFocused) {
        context.beginPath();
        context.rect(x0 + 0.75, y0 + 0.75, x1 - x0 - 1.5, y1 - y0 - 1.5);
        line(context, INK.focus, 1.5);
      }
    }
    if (this.#label)
      this.#label.style.translate = `${Math.max(8, x0 - (isEditing ? 3 : 0))}px ${Math.max(2, y0 - 25)}px`;
  }

  /** The words above the frame. */
  label(): TemplateResult {
    return sees(this.bench, this.plate.value !== null, "sees", "", this.attachLabel);
  }
}

const corners = (frame: Frame): Point[] => cornersOf({ x: 0, y: 0, w: frame.width, h: frame.height });
