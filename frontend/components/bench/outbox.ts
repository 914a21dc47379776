/** Judgements on their way to the team: what finds no connection goes when it is back, whichever case is open then. */

import { batch, effect, untracked } from "@preact/signals-core";
import { Refusal, Unreachable } from "../../host/http.ts";
import type { Judgement } from "./host.ts";
import type { Bench } from "./state.ts";
import { nothingSaid } from "./storage.ts";
import type { Prediction } from "./types.ts";

export type Letter = {
  caseId: string;
  prediction: Prediction;
  body: Judgement;
};

export class Outbox {
  readonly #bench: Bench;
  readonly #waiting = new Map<string, Letter>(); // by prediction: a second judgement of it replaces the first
  #isGoing = false;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  async send(letter: Letter): Promise<void> {
    this.#tell(letter, { state: "sending", message: "" });
    this.#waiting.delete(letter.prediction.id);
    try {
      await this.#deliver(letter);
    } catch (error) {
      if (error instanceof Unreachable) {
        this.#waiting.set(letter.prediction.id, letter);
        const message = "No connection just now. What you wrote is kept, and goes by itself when it is back.";
        this.#tell(letter, { state: "waits", message });
      } else if (error instanceof Refusal) {
        if (error.isEnd) this.#bench.ended.value = error.message;
        this.#tell(letter, { state: "failed", message: error.message });
      } else {
        this.#tell(letter, { state: "failed", message: "Not sent. What you wrote is kept; send it again." });
        throw error;
      }
    }
  }

  /** What waits goes, one after the other; calls back for whatever else waits for the line. */
  watch(signal: AbortSignal, more: () => void): void {
    const go = () => {
      more();
      void this.#go();
    };
    const stop = effect(() => {
      if (["connected", "polling"].includes(this.#bench.connection.value)) untracked(go);
    });
    window.addEventListener("online", go, { signal });
    signal.addEventListener("abort", stop);
  }

  async #go(): Promise<void> {
    if (this.#isGoing) return;
    this.#isGoing = true;
    try {
      for (const letter of [...this.#waiting.values()]) {
        await this.send(letter);
        if (this.#waiting.has(letter.prediction.id)) return;
      }
    } finally {
      this.#isGoing = false;
    }
  }

  #tell({ caseId }: Letter, sending: Bench["sending"]["value"]): void {
    if (this.#bench.caseId.value === caseId) this.#bench.sending.value = sending;
  }

  async #deliver({ caseId, prediction, body }: Letter): Promise<void> {
    const bench = this.#bench;
    const done = await bench.host.judge(prediction.id, body);
    batch(() => {
      bench.changeCase(caseId, (one) => ({
        ...one,
        attempts: one.attempts.map((other) =>
          other.id === prediction.id ? { ...other, kept: true, flag: done.flag } : other,
        ),
        threads: { ...one.threads, [prediction.original]: done.thread?.messages ?? [] },
      }));
      if (bench.answer.value?.id === prediction.id) bench.answer.value = { ...prediction, kept: true, flag: done.flag };
      if (bench.caseId.value === caseId) {
        bench.judge({ open: false, verdict: null, correction: {}, message: "" });
        bench.marks.value = [];
        bench.ruling.value = nothingSaid;
        bench.sending.value = { state: "sent", message: body.email };
      } else this.#forget(caseId);
    });
  }

  /** The draft of a case that is not open any more. */
  #forget(caseId: string): void {
    const { store } = this.#bench;
    const work = store.workOf(caseId);
    if (!work) return;
    const { name, email, reply } = work.judgement;
    const rest = Object.fromEntries(Object.entries({ name, email, reply }).filter(([, value]) => value !== undefined));
    const { said: _, ...others } = work;
    store.put(caseId, { ...others, marks: [], judgement: rest });
  }
}
