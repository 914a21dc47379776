/** Measuring by hand: lengths, angles and ellipses on what is on the stage, kept with the view and never sent. */

import { computed } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../../../host/icons.ts";
import type { Bench, Gesture } from "../../state.ts";
import type { Point } from "../../types.ts";
import { capital } from "../../words.ts";
import { apply, type Matrix, outline, type Size, toPixels } from "./geometry.ts";
import { INK, line, toScreen, trace } from "./ink.ts";
import { type Measure, type MeasureKind, POINTS, unitWords, words } from "./measures.ts";
import { type Sheet, short } from "./sheet.ts";

const LEAST = 0.004; // a smaller drag is a slip of the hand
const GRIP_PX = matchMedia("(pointer: coarse)").matches ? 24 : 9;
const FONT = "600 12px system-ui, sans-serif";

export const measureKind = (gesture: Gesture): MeasureKind | null =>
  gesture === "length" || gesture === "angle" || gesture === "ellipse" ? gesture : null;

export class Measuring {
  readonly #bench: Bench;
  readonly #sheet: Sheet;
  /** Of all frames; and of the one on show, with the place of each in the whole list. */
  readonly all = computed(() => (this.#view.measures ?? []) as Measure[]);
  readonly here = computed(() => {
    const frame = this.#sheet.reel?.at.value;
    return [...this.all.value.entries()].filter(([, one]) => one.frame === undefined || one.frame === frame);
  });
  /** What a drag measures now; null while it does something else. */
  readonly kind = computed(() => (this.#bench.mode.value === "look" ? measureKind(this.#bench.gesture.value) : null));

  constructor(bench: Bench, sheet: Sheet) {
    this.#bench = bench;
    this.#sheet = sheet;
  }

  get #view(): { measures?: Measure[] } {
    return (this.#bench.views.value[this.#bench.input.value] ?? {}) as { measures?: Measure[] };
  }

  #keep(measures: Measure[]): void {
    this.#bench.setView<{ measures: Measure[] }>({ measures });
  }

  /** Puts down the shape under the hand once it is whole. Returns whether something came of it. */
  place(): boolean {
    const kind = this.kind.value;
    const points = this.#bench.draft.value;
    if (!kind || !points) return false;
    const [a, b] = [points[0], points[points.length - 1]];
    const isLong = a !== undefined && b !== undefined && Math.hypot(a[0] - b[0], a[1] - b[1]) > LEAST;
    const isWide = kind !== "ellipse" || (a && b && Math.abs(a[0] - b[0]) > LEAST && Math.abs(a[1] - b[1]) > LEAST);
    if (points.length < POINTS[kind]) return false;
    this.#bench.draft.value = null;
    if (!isWide || (kind !== "angle" && !isLong)) return false;
    const frame = this.#sheet.reel?.at.value;
    const ends = points.map(([x, y]): Point => [short(x), short(y)]);
    this.#keep([...this.all.value, { kind, points: ends, ...(frame === undefined ? {} : { frame }) }]);
    return true;
  }

  remove(index: number): void {
    this.#keep(this.all.value.filter((_, i) => i !== index));
  }

  /** The one drawn last on what is on show. Returns whether there was one. */
  removeLast(): boolean {
    const last = this.here.value[this.here.value.length - 1];
    if (last) this.remove(last[0]);
    return last !== undefined;
  }

  /** The end of a measure that a press at a place of the screen takes hold of. */
  gripAt(at: Point, whole: Matrix, size: Size): { index: number; point: number } | null {
    for (const [index, { points }] of [...this.here.value].reverse())
      for (const [point, end] of points.entries()) {
        const [x, y] = apply(whole, toPixels(end, size));
        if (Math.hypot(x - at[0], y - at[1]) <= GRIP_PX) return { index, point };
      }
    return null;
  }

  move({ index, point }: { index: number; point: number }, [x, y]: Point): void {
    this.#keep(
      this.all.value.map((one, i) =>
        i === index
          ? { ...one, points: one.points.map((end, j): Point => (j === point ? [short(x), short(y)] : end)) }
          : one,
      ),
    );
  }

  draw(context: CanvasRenderingContext2D, whole: Matrix, size: Size): void {
    const ground = this.#sheet.ground.value;
    if (!ground) return;
    for (const [, one] of this.here.value) drawMeasure(context, one, words(one, ground), whole, size);
    const [kind, draft] = [this.kind.value, this.#bench.draft.value];
    if (!kind || !draft) return;
    const shape = { kind, points: draft };
    drawMeasure(context, shape, draft.length >= POINTS[kind] ? words(shape, ground) : [], whole, size);
  }

  /** The list beside the answer; nothing while nothing is measured. */
  list(): TemplateResult | typeof nothing {
    const ground = this.#sheet.ground.value;
    const all = this.all.value;
    if (all.length === 0 || !ground) return nothing;
    const here = this.here.value.map(([index]) => index);
    const reel = this.#sheet.reel;
    return html`<section class="measured" aria-labelledby="measured-title"><h2 class="small muted" id="measured-title">What you measured <span class="faint">${unitWords(ground)}; only you see it</span></h2>
      <ol>${all.map((one, i) => {
        const isHere = here.includes(i);
        // The values of a frame that is not on show are not there to be counted
        const said = words(one, isHere ? ground : { ...ground, value: null });
        return html`<li>${icon(ICONS[one.kind], "small")}<span class="num"><strong>${said[0]}</strong>${said.slice(1).map((more) => html`<br>${more}`)}${
          reel && one.frame !== undefined
            ? html` <button type="button" class="button quiet on-frame" ?disabled=${isHere} @click=${() => reel.show(one.frame ?? 0)}>frame ${one.frame + 1}</button>`
            : nothing
        }</span><button type="button" class="button quiet square" aria-label=${`Remove: ${capital(one.kind)}, ${said[0]}`} @click=${() => this.remove(i)}>${icon("x", "small")}</button></li>`;
      })}</ol></section>`;
  }
}

export const ICONS: Record<MeasureKind, string> = { length: "ruler", angle: "angle", ellipse: "ellipse" };

function drawMeasure(
  context: CanvasRenderingContext2D,
  { kind, points }: Measure,
  said: readonly string[],
  whole: Matrix,
  size: Size,
): void {
  const shape = kind === "ellipse" ? outline("ellipse", points) : { points, closed: false };
  const ends = toScreen(shape.points, whole, size);
  context.lineJoin = "round";
  trace(context, ends, shape.closed);
  line(context, INK.under, 4);
  line(context, INK.measure, 1.5);
  for (const [x, y] of toScreen(points, whole, size)) {
    context.beginPath();
    context.rect(x - 2.5, y - 2.5, 5, 5);
    context.fillStyle = INK.measure;
    context.fill();
  }
  if (said.length) label(context, said, ends);
}

/** To the right of the shape, or to its left where there is no room. */
function label(context: CanvasRenderingContext2D, said: readonly string[], ends: readonly Point[]): void {
  context.font = FONT;
  const wide = Math.max(...said.map((text) => context.measureText(text).width)) + 8;
  const high = said.length * 15 + 3;
  const right = Math.max(...ends.map((end) => end[0]));
  const left = Math.min(...ends.map((end) => end[0]));
  const middle = (Math.min(...ends.map((end) => end[1])) + Math.max(...ends.map((end) => end[1]))) / 2;
  const room = context.canvas.width / (context.getTransform().a || 1);
  const x = right + 8 + wide <= room ? right + 8 : Math.max(2, left - 8 - wide);
  context.fillStyle = "#000a";
  context.fillRect(x, middle - high / 2, wide, high);
  context.fillStyle = INK.measure;
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const [i, text] of said.entries()) context.fillText(text, x + 4, middle - high / 2 + 9 + i * 15);
}
