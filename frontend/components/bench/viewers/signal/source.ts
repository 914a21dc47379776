/** The signal on the stage: fetched once, and as the model is given it after the edits. */

import { computed, effect, signal, untracked } from "@preact/signals-core";
import { bytesOf } from "../../../../host/http.ts";
import type { Bench } from "../../state.ts";
import type { StoredKind } from "../../types.ts";
import { edited } from "./edited.ts";
import { type Samples, secondsOf } from "./samples.ts";
import { homeTime, type Span, spanOf, type TimeView } from "./view.ts";

const KEPT = 4;

export class Source {
  readonly bench: Bench;
  readonly original = signal<Samples | null>(null);
  readonly failure = signal<string | null>(null);
  readonly #kind: StoredKind;
  readonly #parse: (bytes: ArrayBuffer) => Samples;
  readonly #known = new Map<string, Samples>();
  readonly #made = new Map<string, Samples>();

  constructor(bench: Bench, kind: StoredKind, parse: (bytes: ArrayBuffer) => Samples, ended: AbortSignal) {
    this.bench = bench;
    this.#kind = kind;
    this.#parse = parse;
    const stop = effect(() => {
      const value = bench.value.value;
      untracked(() => this.#open(value?.kind === kind ? value.url : null));
    });
    ended.addEventListener("abort", stop);
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
    const key = JSON.stringify(edits);
    const known = this.#made.get(key);
    if (known) return known;
    const made = edited(original, edits);
    for (const old of [...this.#made.keys()].slice(0, Math.max(0, this.#made.size - KEPT))) this.#made.delete(old);
    this.#made.set(key, made);
    return made;
  }

  readonly retry = (): void => {
    const value = this.bench.value.peek();
    this.#open(value?.kind === this.#kind ? value.url : null);
  };

  #open(url: string | null): void {
    this.failure.value = null;
    this.#made.clear();
    this.original.value = (url && this.#known.get(url)) || null;
    if (!url || this.original.value) return;
    bytesOf(this.bench.host.file(url))
      .then(this.#parse)
      .then((samples) => {
        this.#known.set(url, samples);
        if (this.bench.value.peek()?.url === url) this.original.value = samples;
      })
      .catch(() => {
        if (this.bench.value.peek()?.url === url)
          this.failure.value = "The signal did not load. Your work is kept. Try again.";
      });
  }
}
