/** Writes the work on the open case into the browser's storage while it goes on. */

import { effect } from "@preact/signals-core";
import type { Bench } from "./state.ts";
import type { Work } from "./storage.ts";

/** At the next frame, so that a drag writes once a frame; at once on leaving the case or the page. */
export class Keeper {
  readonly #bench: Bench;
  #pending: { caseId: string; work: Work } | null = null;
  #frame = 0;

  constructor(bench: Bench, signal: AbortSignal) {
    this.#bench = bench;
    const stop = effect(() => this.#follow());
    window.addEventListener("pagehide", this.#save, { signal });
    signal.addEventListener("abort", stop);
  }

  #follow(): void {
    const bench = this.#bench;
    const caseId = bench.caseId.value;
    const { work } = bench;
    if (this.#pending && this.#pending.caseId !== caseId) this.#save();
    if (!caseId || !bench.mayTry) return;
    this.#pending = { caseId, work };
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(this.#save);
  }

  readonly #save = (): void => {
    if (this.#pending) this.#bench.store.save(this.#pending.caseId, this.#pending.work);
    this.#pending = null;
  };
}
