/** The file on the stage as its viewer reads it; the last few are kept as they were read. */

import { effect, signal, untracked } from "@preact/signals-core";
import { bytesOf } from "../../../host/http.ts";
import type { Bench } from "../state.ts";
import type { StoredValue } from "../types.ts";

const KEPT = 3; // a long recording takes some 100 MB

export class Loaded<T> {
  readonly bench: Bench;
  readonly original = signal<T | null>(null);
  readonly failure = signal<string | null>(null);
  readonly #kind: StoredValue["kind"];
  readonly #noun: string;
  readonly #parse: (bytes: ArrayBuffer) => T;
  readonly #known = new Map<string, T>();

  /** noun: what did not load. */
  constructor(
    bench: Bench,
    kind: StoredValue["kind"],
    noun: string,
    parse: (bytes: ArrayBuffer) => T,
    ended: AbortSignal,
  ) {
    this.bench = bench;
    this.#kind = kind;
    this.#noun = noun;
    this.#parse = parse;
    const stop = effect(() => {
      const url = this.#urlOf(bench.value.value);
      untracked(() => this.#open(url));
    });
    ended.addEventListener("abort", stop);
  }

  readonly retry = (): void => this.#open(this.#urlOf(this.bench.value.peek()));

  #urlOf(value: StoredValue | null): string | null {
    return value?.kind === this.#kind ? value.url : null;
  }

  #open(url: string | null): void {
    this.failure.value = null;
    this.original.value = (url && this.#known.get(url)) || null;
    if (!url || this.original.value) return;
    const isStill = () => this.#urlOf(this.bench.value.peek()) === url;
    bytesOf(this.bench.host.file(url))
      .then(this.#parse)
      .then((read) => {
        for (const old of [...this.#known.keys()].slice(0, 1 - KEPT)) this.#known.delete(old);
        this.#known.set(url, read);
        if (isStill()) this.original.value = read;
      })
      .catch(() => {
        if (isStill()) this.failure.value = `The ${this.#noun} did not load. Your work is kept. Try again.`;
      });
  }
}
