/** Measuring by hand: lengths, angles and ellipses on what is on the stage, kept with the view and never sent. */

import { computed } from "@preact/signals-core";
import { nothing, type TemplateResult } from "lit-html";
import { Late } from "../../late.ts";
import type { Bench, Gesture } from "../../state.ts";
import type { Point } from "../../types.ts";
import { apply, type Matrix, type Size, short, toPixels } from "./geometry.ts";
import type { Measure, MeasureKind } from "./measures.ts";
import type { Sheet } from "./sheet.ts";

const LEAST = 0.004; // a smaller drag is a slip of the hand
const GRIP_PX = matchMedia("(pointer: coarse)").matches ? 24 : 9;

/** How many points each has. */
export const POINTS: Record<MeasureKind, number> = { length: 2, angle: 3, ellipse: 2 };

export const measureKind = (gesture: Gesture): MeasureKind | null =>
  gesture === "length" || gesture === "angle" || gesture === "ellipse" ? gesture : null;

export class Measuring {
  readonly #bench: Bench;
  readonly #sheet: Sheet;
  /** What words and draws measures, brought by the first one. */
  readonly #told = new Late(() => import("./measured.ts"));
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
    const [kind, draft] = [this.kind.value, this.#bench.draft.value];
    const here = this.here.value.map(([, one]) => one);
    const trial = kind && draft ? { kind, points: draft, isWhole: draft.length >= POINTS[kind] } : null;
    if (ground && (here.length > 0 || trial)) this.#told.drawn?.drawMeasures(context, here, trial, ground, whole, size);
  }

  /** The list beside the answer; nothing while nothing is measured. */
  list(): TemplateResult | typeof nothing {
    const ground = this.#sheet.ground.value;
    if (this.all.value.length === 0 || !ground) return nothing;
    return this.#told.drawn?.list(this, this.#sheet.reel, ground) ?? nothing;
  }
}
