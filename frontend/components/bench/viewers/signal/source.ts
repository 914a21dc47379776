/** The signal on the stage: fetched once, and as the model is given it after the edits. */

import { computed, signal } from "@preact/signals-core";
import type { Bench } from "../../state.ts";
import { Loaded } from "../loaded.ts";
import { edited } from "./edited.ts";
import { type Samples, secondsOf } from "./samples.ts";
import { homeTime, type Span, spanOf, type TimeView } from "./view.ts";

const KEPT = 4;

export class Source extends Loaded<Samples> {
  readonly #made = new Map<string, Samples>();
  /** Of which original they are made. */
  #madeOf: Samples | null = null;

  constructor(bench: Bench, kind: "audio" | "series", parse: (bytes: ArrayBuffer) => Samples, ended: AbortSignal) {
    super(bench, kind, "signal", parse, ended);
  }

  /** With the edits, the one under the hand included; the original while A is held. */
  readonly shown = computed<Samples | null>(() => {
    const original = this.original.value;
    if (!original || this.bench.isPeeking.value) return original;
    const under = this.bench.trial.value?.slice(-1) ?? [];
    return this.after([...this.bench.here.value, ...under]);
  });

  readonly view = computed<TimeView>(() => ({ ...homeTime, ...this.bench.views.value[this.bench.input.value] }));
  readonly seconds = computed(() => (this.original.value ? secondsOf(this.original.value) : 0));
  /** How many seconds are shown unasked; the whole by default. */
  readonly home = signal(Number.POSITIVE_INFINITY);
  readonly span = computed<Span>(() => spanOf(this.view.value, this.seconds.value, this.home.value));

  setView(change: Partial<TimeView>): void {
    this.bench.setView<TimeView>(change);
  }

  /** As the model is given it after these edits; the last few lists are remembered. */
  after(edits: Parameters<typeof edited>[1]): Samples | null {
    const original = this.original.value;
    if (!original || edits.length === 0) return original;
    if (original !== this.#madeOf) this.#made.clear();
    this.#madeOf = original;
    const key = JSON.stringify(edits);
    const known = this.#made.get(key);
    if (known) return known;
    const made = edited(original, edits);
    for (const old of [...this.#made.keys()].slice(0, Math.max(0, this.#made.size - KEPT))) this.#made.delete(old);
    this.#made.set(key, made);
    return made;
  }
}
