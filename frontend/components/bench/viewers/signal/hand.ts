/** Pointers on a signal: one selects, moves or draws, two pinch, the wheel zooms. Arrows do what a drag does. */

import type { Point } from "../../types.ts";
import { clamp, moved, resized } from "../picture/geometry.ts";
import { Pointers } from "../pointers.ts";
import type { Source } from "./source.ts";
import { fractionOf, type SignalTools } from "./tools.ts";
import { panned, selectionOf, zoomed } from "./view.ts";

const STEP = 0.01;
const STILL_PX = 4;

/** Where the stage lies on the screen. y of a place: a fraction of the height, whatever that stands for. */
export type Ground = {
  canvas: HTMLCanvasElement | null;
  /** CSS pixels of the canvas to a place in fractions of the whole; null beside the signal. */
  place(at: Point): Point | null;
  /** Seconds that a pixel stands for. */
  perPixel(): number;
};

export type Gesture = "select" | "pan" | "calipers";

/** What a viewer measures with, while that is what a drag does. at: in CSS pixels of the canvas. */
export type Measure = { down(at: Point): void; move(at: Point): void; key(event: KeyboardEvent): boolean };

export class SignalHand {
  readonly #source: Source;
  readonly #ground: Ground;
  readonly #tools: SignalTools;
  readonly #gesture: () => Gesture;
  readonly #measure: Measure | null;
  readonly #pointers: Pointers;
  #first: Point = [0, 0];
  #isDrawing = false;
  #isStill = true;

  constructor(
    source: Source,
    ground: Ground,
    tools: SignalTools,
    gesture: () => Gesture,
    measure: Measure | null = null,
  ) {
    this.#source = source;
    this.#ground = ground;
    this.#tools = tools;
    this.#gesture = gesture;
    this.#measure = measure;
    this.#pointers = new Pointers(() => ground.canvas);
  }

  #seconds(at: Point): number | null {
    const place = this.#ground.place(at);
    return place && place[0] * this.#source.seconds.value;
  }

  readonly down = (event: PointerEvent): void => {
    if (event.button > 1 || !this.#source.original.value) return;
    const at = this.#pointers.begin(event);
    const { count } = this.#pointers;
    this.#first = at;
    this.#isStill = count === 1;
    if (count === 2) {
      this.#isDrawing = false;
      this.#source.bench.draft.value = null;
    } else if (count === 1 && event.button === 0) this.#begin(at);
  };

  readonly move = (event: PointerEvent): void => {
    const at = this.#pointers.follow(event);
    if (!at) return;
    if (Math.hypot(at[0] - this.#first[0], at[1] - this.#first[1]) > STILL_PX) this.#isStill = false;
    const { mode } = this.#source.bench;
    if (this.#pointers.count === 2) this.#zoomByPinch();
    else if (this.#isDrawing) this.#draw(at);
    else if (mode.value === "look" || event.buttons === 4) this.#look(at, event.buttons === 4);
    if (this.#pointers.count === 1) this.#pointers.last = at;
  };

  readonly up = (event: PointerEvent): void => {
    const at = this.#pointers.end(event);
    if (!at) return;
    const isWhole = this.#isDrawing && event.type === "pointerup";
    this.#isDrawing = false;
    const { bench } = this.#source;
    if (isWhole) this.#tools.place();
    else if (event.type === "pointercancel") bench.draft.value = null;
    else if (this.#isStill && bench.mode.value === "look" && this.#gesture() !== "calipers") {
      const seconds = this.#seconds(at);
      if (seconds !== null) this.#source.setView({ at: seconds, from: null, to: null });
    }
  };

  /** Up and down zooms, sideways moves; where the stage itself scrolls, only with Ctrl. */
  readonly wheel = (event: WheelEvent): void => {
    const box = this.#ground.canvas?.parentElement;
    const isTall = box !== null && box !== undefined && box.scrollHeight > box.clientHeight + 1;
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.pan(event.deltaX * this.#ground.perPixel());
    else if (event.shiftKey) this.pan(event.deltaY * this.#ground.perPixel());
    else if (isTall && !event.ctrlKey) return;
    else this.zoom(Math.exp(-clamp(event.deltaY, -120, 120) * 0.003), this.#seconds(this.#pointers.at(event)));
    event.preventDefault();
  };

  /** About a moment; without one, about the position where that is on the screen, or the middle. */
  zoom(factor: number, about: number | null = null): void {
    const { start, end } = this.#source.span.value;
    const { at } = this.#source.view.value;
    const middle = at > start && at < end ? at : (start + end) / 2;
    const rate = this.#source.original.value?.rate ?? 1;
    this.#source.setView(
      zoomed({ start, end }, factor, about ?? middle, this.#source.seconds.value, Math.max(16 / rate, 0.005)),
    );
  }

  pan(seconds: number): void {
    this.#source.setView(panned(this.#source.span.value, seconds, this.#source.seconds.value));
  }

  /** The selection as large as the stage, or all of it again. */
  fit(): void {
    const chosen = selectionOf(this.#source.view.value);
    const { start, end } = this.#source.span.value;
    const isThere = chosen && start === chosen.start && end === chosen.end;
    this.#source.setView(chosen && !isThere ? chosen : { start: 0, end: 0 });
  }

  #zoomByPinch(): void {
    const { centre, dx, factor } = this.#pointers.pinch();
    this.pan(-dx * this.#ground.perPixel());
    if (factor !== null) this.zoom(factor, this.#seconds(centre));
  }

  #begin(at: Point): void {
    const { bench } = this.#source;
    const place = this.#ground.place(at);
    if (!place) return;
    if (bench.mode.value === "look") {
      if (this.#gesture() === "calipers") this.#measure?.down(at);
      return;
    }
    if (bench.mode.value === "edit" && !bench.editTool.value?.isShape) return;
    this.#isDrawing = true;
    bench.draft.value = bench.mode.value === "mark" && bench.markKind.value === "point" ? [place] : [place, place];
  }

  #draw(at: Point): void {
    const { bench } = this.#source;
    const to = this.#ground.place(at);
    const [first] = bench.draft.value ?? [];
    if (to && first) bench.draft.value = bench.draft.value?.length === 1 ? [to] : [first, to];
  }

  #look(at: Point, isMiddle: boolean): void {
    if (this.#isStill) return;
    const gesture = isMiddle ? "pan" : this.#gesture();
    if (gesture === "pan") this.pan((this.#pointers.last[0] - at[0]) * this.#ground.perPixel());
    else if (gesture === "calipers") this.#measure?.move(at);
    else {
      const [from, to] = [this.#seconds(this.#first), this.#seconds(at)];
      if (from !== null && to !== null) this.#source.setView({ from, to, at: Math.min(from, to) });
    }
  }

  /** Keys on the stage. Looking: arrows move the position, with Shift the selection's end. Else they move the shape. */
  key(event: KeyboardEvent): boolean {
    const { bench } = this.#source;
    const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const upwards = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (bench.mode.value === "look")
      return (this.#gesture() === "calipers" && this.#measure?.key(event)) || this.#walk(event, sideways);
    if (bench.mode.value === "edit" && !bench.editTool.value?.isShape) return false;
    if (event.key === "Enter") {
      if (bench.draft.value) this.#tools.place();
      else bench.draft.value = this.#start();
    } else if (sideways || upwards) this.#nudge(sideways ?? 0, upwards ?? 0, event.shiftKey);
    else return false;
    return true;
  }

  #walk(event: KeyboardEvent, sideways: number | undefined): boolean {
    const { view, span, seconds } = this.#source;
    const { at, from, to } = view.value;
    const { start, end } = span.value;
    const ends: Record<string, number> = { Home: 0, End: seconds.value };
    const next = sideways ? clamp(at + sideways * STEP * (end - start), 0, seconds.value) : ends[event.key];
    if (next === undefined) return false;
    const reach = event.shiftKey ? { from: from ?? at, to: clamp((to ?? at) + (next - at), 0, seconds.value) } : null;
    this.#source.setView(reach ?? { at: next, from: null, to: null });
    const seen = reach?.to ?? next;
    if (seen < start) this.pan(seen - start);
    else if (seen > end) this.pan(seen - end);
    return true;
  }

  /** In the middle of what is on the screen, or the selection. */
  #start(): Point[] {
    const { bench, span, seconds, view } = this.#source;
    const chosen = selectionOf(view.value);
    const { start, end } = span.value;
    const [from, to] = chosen ? [chosen.start, chosen.end] : [start + 0.4 * (end - start), start + 0.6 * (end - start)];
    const [x0, x1] = [fractionOf(from, seconds.value), fractionOf(to, seconds.value)];
    if (bench.mode.value === "mark" && bench.markKind.value === "point") return [[(x0 + x1) / 2, 0.5]];
    return [
      [x0, 0],
      [x1, 1],
    ];
  }

  #nudge(sideways: number, upwards: number, isSize: boolean): void {
    const { bench, span, seconds } = this.#source;
    const draft = bench.draft.value;
    const { start, end } = span.value;
    const dx = sideways * STEP * fractionOf(end - start, seconds.value);
    const dy = upwards * STEP;
    if (!draft) bench.draft.value = this.#start();
    else bench.draft.value = isSize && draft.length > 1 ? resized(draft, dx, dy, 1e-4) : moved(draft, dx, dy);
  }
}
