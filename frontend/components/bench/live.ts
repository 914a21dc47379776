/**
 * The answer follows the hand: debounced, newest wins, older cancelled. What rests for a second is kept.
 */

import { batch, effect, untracked } from "@preact/signals-core";
import { Refusal, sentence } from "../../host/http.ts";
import { catchUp, put } from "./settled.ts";
import { type Bench, turn } from "./state.ts";
import type { FromServer, Prediction, Problem, Waiting } from "./types.ts";
import { hear } from "./unasked.ts";
import { byField, sentAs, valuesOf } from "./values.ts";
import { isOtherValue, matches, same, type Wanted } from "./wanted.ts";

const AFTER_MS = 120; // while a hand moves or types; once it lets go, the model is asked at once
const REST_MS = 1000;

export class Live {
  readonly #bench: Bench;
  #request = 0;
  #wanted: Wanted | null = null;
  #isTrial = false; // the shape is still under the hand
  #underway: string | null = null; // id of the prediction that the newest request became
  #timer = 0;
  #rest = 0;
  #keepNext = false;
  #isRepeat = false; // the newest request repeats one that was cancelled elsewhere

  constructor(bench: Bench, signal: AbortSignal) {
    this.#bench = bench;
    const receive = (message: unknown) => this.#receive(message as FromServer);
    const connect = () => {
      bench.connection.value = bench.model.get("connection");
    };
    bench.model.on("msg:custom", receive);
    bench.model.on("change:connection", connect);
    connect();
    catchUp(bench, signal);
    const stop = effect(() => this.#follow());
    const back = effect(() => {
      const isBack = ["connected", "polling"].includes(bench.connection.value);
      if (isBack && untracked(() => bench.trouble.value === UNSENT)) untracked(() => this.again());
    });
    const answered = effect(() => {
      if (!bench.isWaiting.value)
        untracked(() =>
          batch(() => {
            bench.waits.value = turn;
            bench.partial.value = null;
          }),
        );
    });
    signal.addEventListener("abort", () => {
      answered();
      stop();
      back();
      clearTimeout(this.#timer);
      clearTimeout(this.#rest);
      bench.model.off("msg:custom", receive);
      bench.model.off("change:connection", connect);
    });
  }

  /** Runs whenever something that the model would see has changed. */
  #follow(): void {
    const bench = this.#bench;
    const caseId = bench.caseId.value;
    const trial = bench.trial.value;
    const isMoving = trial !== null || bench.drag.value !== "";
    const wanted = { caseId, edits: trial ?? bench.edits.value, values: bench.values.value };
    untracked(() => {
      if (!bench.mayTry || !bench.original.value) return;
      const before = this.#wanted;
      const isSame = before !== null && same(before, wanted);
      this.#isTrial = trial !== null;
      if (isSame && isMoving) return;
      if (before && before.caseId !== caseId) this.#drop();
      this.#wanted = wanted;
      clearTimeout(this.#rest);
      if (isSame) this.#letGo(wanted);
      else this.#want(wanted, isMoving || (before !== null && isOtherValue(before, wanted)));
      if (!this.#isTrial) this.#rest = window.setTimeout(() => this.keep(), REST_MS);
    });
  }

  #want(wanted: Wanted, isMoving: boolean): void {
    const bench = this.#bench;
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#isRepeat = false;
    const known = bench.open.value?.attempts.find((one) => one.answer && matches(one, wanted, bench.forms));
    if (known) this.#show(known);
    else {
      bench.isWaiting.value = true;
      this.#timer = window.setTimeout(() => this.#ask(), isMoving ? AFTER_MS : 0);
    }
  }

  /** The hand put down what the model has been asked already: its answer counts, and nothing is asked twice. */
  #letGo(wanted: Wanted): void {
    const bench = this.#bench;
    const shown = bench.answer.value;
    if (this.#timer) this.#ask();
    else if (shown?.answer && !bench.isWaiting.value && matches(shown, wanted, bench.forms)) this.#add(wanted, shown);
  }

  #ask(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const bench = this.#bench;
    const wanted = this.#wanted;
    const original = bench.original.value;
    if (!wanted || !original || Object.keys(bench.fieldErrors.value).length > 0) {
      bench.isWaiting.value = false;
      return;
    }
    this.#cancel();
    this.#request += 1;
    bench.model.send({
      type: "predict",
      request: this.#request,
      inputs: Object.fromEntries(
        bench.page.interface.inputs.map((field) => [field.name, sentAs(field, wanted.caseId, wanted.values)]),
      ),
      edits: wanted.edits,
      keep: false,
    });
  }

  #cancel(): void {
    if (this.#underway) this.#bench.model.send({ type: "cancel", prediction: this.#underway });
    this.#underway = null;
  }

  #drop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#rest);
    this.#timer = 0;
    this.#cancel();
    this.#request += 1;
    this.#keepNext = false;
    this.#bench.isWaiting.value = false;
  }

  #receive(message: FromServer): void {
    const bench = this.#bench;
    switch (message.type) {
      case "accepted":
        if (message.request === this.#request) {
          this.#underway = message.prediction.kept ? null : message.prediction.id; // what is kept, nobody takes back
          this.#wait(message.prediction.waiting);
        } else if (!message.prediction.kept) bench.model.send({ type: "cancel", prediction: message.prediction.id });
        return;
      case "waiting":
        if (message.request === this.#request) this.#wait(message.waiting);
        return;
      case "progress":
        if (message.request === this.#request)
          batch(() => {
            bench.waits.value = { online: true, message: progressWords(message.share, message.text) };
            bench.partial.value = message.answer ?? bench.partial.value;
          });
        return;
      case "finished":
        if (message.request === this.#request) this.#finish(message.prediction);
        return;
      case "refused":
        if (message.request === this.#request) this.#refuse(message.problem);
        return;
      case "unsent":
        if (message.request === this.#request) this.#fail(UNSENT);
        return;
      default:
        hear(bench, message);
    }
  }

  /** Where nobody answers now, what was to be kept with its answer is kept without. */
  #wait(waiting: Waiting | null | undefined): void {
    this.#bench.waits.value = waiting ?? turn;
    if (this.#keepNext) this.keep();
  }

  #finish(prediction: Prediction): void {
    const bench = this.#bench;
    const wanted = this.#wanted;
    this.#underway = null;
    if (!wanted) return;
    if (prediction.state === "cancelled" && !this.#isRepeat) {
      this.#isRepeat = true; // another window on this case did that: once, lest the two take turns
      this.#ask();
      return;
    }
    if (prediction.state !== "succeeded" || !prediction.answer) {
      put(bench, wanted.caseId, prediction);
      this.#fail(prediction.error?.message ?? "No answer came. Your edits are kept. Try again.");
      return;
    }
    batch(() => {
      if (prediction.original !== wanted.caseId) bench.store.remember(prediction.original, wanted.caseId);
      if (!this.#isTrial) this.#add(wanted, prediction);
      this.#show(prediction);
    });
    if (this.#keepNext) this.keep();
  }

  /** Into the strip, in the place of the last one that was not kept. */
  #add({ caseId }: Wanted, prediction: Prediction): void {
    const bench = this.#bench;
    if (bench.open.value?.attempts.some((one) => one.id === prediction.id && one.answer)) return;
    const stays = (one: Prediction) => (one.kept || one.id === caseId) && one.id !== prediction.id;
    bench.changeCase(caseId, (one) => ({ ...one, attempts: [...one.attempts.filter(stays), prediction] }));
  }

  #show(prediction: Prediction): void {
    const bench = this.#bench;
    this.#cancel();
    this.#request += 1; // whatever comes for an earlier request is old
    batch(() => {
      bench.answer.value = prediction;
      bench.isWaiting.value = false;
      bench.trouble.value = null;
    });
  }

  #refuse(problem: Problem): void {
    const bench = this.#bench;
    const refusal = new Refusal(problem);
    if (refusal.isEnd) bench.ended.value = refusal.message;
    bench.fieldErrors.value = byField(problem, bench.forms);
    const isShown = Object.keys(bench.fieldErrors.value).length > 0;
    this.#fail(isShown ? "Not sent: one of the values below cannot be used." : sentence(problem));
    if (isShown) bench.trouble.value = null;
  }

  #fail(message: string): void {
    this.#underway = null;
    this.#keepNext = false;
    batch(() => {
      this.#bench.isWaiting.value = false;
      this.#bench.trouble.value = message;
    });
  }

  again(): void {
    batch(() => {
      this.#bench.trouble.value = null;
      this.#bench.isWaiting.value = true;
    });
    this.#isRepeat = false;
    this.#ask();
  }

  /** The hand has rested, or acts on what it sees: the attempt is worth keeping. */
  keep(): void {
    const bench = this.#bench;
    const shown = bench.answer.value;
    if (!bench.mayTry || this.#isTrial) return;
    if (bench.isWaiting.value) {
      this.#keepNext = true;
      if (bench.waits.value.online || !this.#underway) return;
      bench.model.send({ type: "keep", prediction: this.#underway });
      this.#underway = null;
      return;
    }
    this.#keepNext = false;
    if (!shown || shown.kept || shown.id === bench.caseId.value) return;
    bench.model.send({ type: "keep", prediction: shown.id });
    const kept = { ...shown, kept: true };
    batch(() => {
      bench.answer.value = kept;
      bench.changeCase(bench.caseId.value, (one) => ({
        ...one,
        attempts: one.attempts.map((other) => (other.id === kept.id ? kept : other)),
      }));
    });
  }

  /** Goes back to an attempt: its edits and values become the current ones. */
  use(prediction: Prediction): void {
    const bench = this.#bench;
    this.keep();
    batch(() => {
      if (JSON.stringify(prediction.edits) !== JSON.stringify(bench.edits.value)) bench.setEdits(prediction.edits);
      bench.values.value = { ...bench.values.value, ...valuesOf(prediction, bench.forms) };
      bench.fieldErrors.value = {};
    });
  }
}

function progressWords(share: number | null, text: string): string {
  const done = share === null ? "" : `${Math.round(100 * share)} %`;
  return [text, done].filter(Boolean).join(", ");
}

const UNSENT = "No connection just now. Your edits are kept, and the answer follows when it is back.";
