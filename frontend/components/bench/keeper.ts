/** Writes the work on the open case into the browser's storage while it goes on. */

import { effect } from "@preact/signals-core";
import type { Bench } from "./state.ts";
import type { Work } from "./storage.ts";

const REST_MS = 300;
/** What never rests, as a film that plays, is written as seldom as this. */
const LATEST_MS = 5000;

/** When what was changed rests; at once on leaving the case, the page or its window. What is as it was is not written. */
export class Keeper {
  readonly #bench: Bench;
  #pending: { caseId: string; work: Work } | null = null;
  #written = "";
  #timer = 0;
  #since = 0; // when what is not written yet was changed first

  constructor(bench: Bench, signal: AbortSignal) {
    this.#bench = bench;
    const stop = effect(() => this.#follow());
    window.addEventListener("pagehide", this.#save, { signal });
    document.addEventListener("visibilitychange", this.#save, { signal });
    signal.addEventListener("abort", () => {
      stop();
      this.#save();
    });
  }

  #follow(): void {
    const bench = this.#bench;
    const caseId = bench.caseId.value;
    const { work } = bench;
    if (this.#pending && this.#pending.caseId !== caseId) this.#save();
    if (!caseId || !bench.mayTry) return;
    this.#pending = { caseId, work };
    const now = Date.now();
    this.#since ||= now;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(this.#save, Math.max(0, Math.min(REST_MS, this.#since + LATEST_MS - now)));
  }

  readonly #save = (): void => {
    clearTimeout(this.#timer);
    if (!this.#pending) return;
    const { caseId, work } = this.#pending;
    this.#pending = null;
    this.#since = 0;
    const now = JSON.stringify([caseId, work]);
    if (now !== this.#written) this.#bench.store.save(caseId, work);
    this.#written = now;
  };
}
