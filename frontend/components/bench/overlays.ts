/**
 * What is drawn above a picture and can be chosen: found boxes, points, outlines, masks.
 *
 * Whoever has something to draw adds a layer, a signal with a list of overlays; the viewer of a picture draws them all,
 * in order. One of them can be chosen by a press on it or, in the list that the arrows walk through, by keyboard.
 */

import { computed, type ReadonlySignal, signal } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import { Late } from "./late.ts";
import type { Overlay } from "./overlaid.ts";
import type { Bench } from "./state.ts";
import type { Point } from "./types.ts";
import type { Matrix, Size } from "./viewers/picture/geometry.ts";

const LIST = "bench-overlays";

export class Overlays {
  readonly #bench: Bench;
  /** Brought by the first one. */
  readonly #overlaid = new Late(() => import("./overlaid.ts"));
  readonly #layers = signal<readonly ReadonlySignal<readonly Overlay[]>[]>([]);
  /** The frame on show, set by the viewer of an input that has several. */
  readonly frame = signal<number | null>(null);
  readonly chosen = signal<string | null>(null);
  /** What Enter, or a press on the chosen one, does; set by whoever knows. */
  act: (key: string) => void = () => undefined;
  /** Those on the input and the frame on show, from the lowest to the topmost. */
  readonly shown = computed(() => {
    const first = this.#bench.stored[0]?.name ?? "";
    const input = this.#bench.input.value;
    const frame = this.frame.value;
    return this.#layers.value
      .flatMap((layer) => layer.value)
      .filter((one) => (one.input || first) === input)
      .filter((one) => one.frame === undefined || frame === null || one.frame === frame);
  });

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  /** Adds a layer above the others; returns what takes it away. */
  add(layer: ReadonlySignal<readonly Overlay[]>): () => void {
    this.#layers.value = [...this.#layers.peek(), layer];
    return () => {
      this.#layers.value = this.#layers.peek().filter((one) => one !== layer);
    };
  }

  /** A press on the stage. whole: from pixels of the original to the screen. Returns whether it met one. */
  press(at: Point, whole: Matrix, size: Size, fraction: Point): boolean {
    const met = this.#overlaid.part.peek()?.meeting(this.shown.value, at, whole, size, fraction);
    const before = this.chosen.value;
    this.chosen.value = met?.key ?? null;
    if (met && met.key === before) this.act(met.key);
    return Boolean(met);
  }

  draw(context: CanvasRenderingContext2D, whole: Matrix, size: Size): void {
    const chosen = this.chosen.value;
    const all = this.shown.value;
    if (all.length === 0) return;
    const { drawOverlay } = this.#overlaid.drawn ?? {};
    for (const one of all) drawOverlay?.(context, one, one.key === chosen, whole, size);
  }

  /** One stop for the Tab key; arrows walk through what is drawn, Enter acts on it. */
  list(): TemplateResult | typeof nothing {
    const all = this.shown.value;
    if (all.length === 0) return nothing;
    const at = all.findIndex((one) => one.key === this.chosen.value);
    return html`<div class="overlays" id=${LIST} role="listbox" tabindex="0" aria-label="Found on the picture" aria-activedescendant=${at < 0 ? nothing : `${LIST}-${at}`} @focus=${this.#enter} @keydown=${this.#key}>
      ${all.map((one, i) => html`<div id="${LIST}-${i}" role="option" aria-selected=${i === at}>${one.name}</div>`)}</div>`;
  }

  readonly #enter = (): void => {
    this.chosen.value ??= this.shown.value[0]?.key ?? null;
  };

  readonly #key = (event: KeyboardEvent): void => {
    const all = this.shown.value;
    const at = all.findIndex((one) => one.key === this.chosen.value);
    const to = {
      ArrowDown: at + 1,
      ArrowRight: at + 1,
      ArrowUp: at - 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: all.length - 1,
    }[event.key];
    const next = to === undefined ? undefined : all[Math.min(Math.max(to, 0), all.length - 1)];
    if (next) this.chosen.value = next.key;
    else if (event.key === "Enter" && this.chosen.value) this.act(this.chosen.value);
    else if (event.key === "Escape" && this.chosen.value) this.chosen.value = null;
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}
