/** Blind spots: conditions under which a model is at its worst, searched over all features. */

import { signal } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import { sentence } from "../../host/http.ts";
import { icon } from "../../host/icons.ts";
import { lines } from "./conditions.ts";
import { worstModel } from "./measured.ts";
import { chance, count, onScale, signed } from "./numbers.ts";
import { canonical, comparing, same } from "./question.ts";
import { type Debugger, problemOf } from "./state.ts";
import { clock } from "./status.ts";
import type { FindSlices, Found, Problem, SlicesAnswer } from "./types.ts";
import { lowerCase, scoreName } from "./words.ts";

const BAR = 72;

export class Spots {
  readonly #app: Debugger;
  readonly model = signal("");
  readonly against = signal("");
  readonly depth = signal(2);
  readonly found = signal<{ question: FindSlices; answer: SlicesAnswer } | null>(null);
  readonly since = signal<number | null>(null);
  readonly trouble = signal<Problem | null>(null);
  #controller: AbortController | null = null;
  #asked = "";

  constructor(app: Debugger, signal: AbortSignal) {
    this.#app = app;
    signal.addEventListener("abort", () => this.#controller?.abort());
  }

  get question(): FindSlices {
    const { score, positive } = this.#app.question.value;
    const models = this.#app.allModels.value;
    const model = models.includes(this.model.value) ? this.model.value : (this.#app.models.value[0] ?? "");
    const against = this.against.value && this.against.value !== model ? this.against.value : null;
    return { type: "slices", model, against, score, depth: this.depth.value, least: 50, count: 20, positive };
  }

  /** Asks, unless it was asked already. */
  search(): void {
    const answer = this.#app.answer.value;
    if (!this.model.value && answer) this.model.value = worstModel(answer) ?? "";
    const { question } = this;
    if (!question.model || !this.#app.mayAsk || this.#asked === canonical(question)) return;
    this.#controller?.abort();
    const controller = new AbortController();
    this.#controller = controller;
    this.#asked = canonical(question);
    this.trouble.value = null;
    this.since.value = performance.now();
    this.#app.line.call<SlicesAnswer>("ask", question, controller.signal).then(
      (answer) => {
        if (controller.signal.aborted) return;
        this.since.value = null;
        this.found.value = { question, answer };
      },
      (reason: unknown) => {
        if (controller.signal.aborted) return;
        this.since.value = null;
        this.#asked = "";
        this.trouble.value = problemOf(reason);
      },
    );
  }

  cancel(): void {
    this.#controller?.abort();
    this.since.value = null;
    this.#asked = "";
  }

  render(): TemplateResult {
    const app = this.#app;
    const { question } = this;
    const models = app.allModels.value;
    const pick = (key: "model" | "against") => (event: Event) => {
      this[key].value = (event.target as HTMLSelectElement).value;
      this.search();
    };
    const deep = (event: Event) => {
      this.depth.value = Number((event.target as HTMLSelectElement).value);
      this.search();
    };
    const others = models.filter((one) => one !== question.model);
    return html`<div class="spot-tools">
      <label class="mini"><span>Model</span><select class="select" ?disabled=${!app.mayAsk} @change=${pick("model")}>${models.map((one) => html`<option value=${one} .selected=${one === question.model}>${one}</option>`)}</select></label>
      ${others.length ? html`<label class="mini"><span>Worse than</span><select class="select" ?disabled=${!app.mayAsk} @change=${pick("against")}><option value="" .selected=${!question.against}>its own mean</option>${others.map((one) => html`<option value=${one} .selected=${one === question.against}>${one}</option>`)}</select></label>` : nothing}
      <label class="mini"><span>Conditions</span><select class="select" ?disabled=${!app.mayAsk} @change=${deep}>${[1, 2, 3].map((one) => html`<option value=${one} .selected=${one === question.depth}>${one === 1 ? "one" : `up to ${one}`}</option>`)}</select></label>
    </div>${this.#body(question)}`;
  }

  #body(question: FindSlices): TemplateResult {
    const found = this.found.value;
    if (this.trouble.value)
      return html`<div class="notice bad" role="alert">${icon("x-circle")}<div>${sentence(this.trouble.value)}</div><button type="button" class="button" @click=${() => this.search()}>Try again</button></div>`;
    const waiting =
      this.since.value === null
        ? nothing
        : html`<p class="small muted row" role="status">${icon("spinner")} Searching, ${clock(this.since.value)} <button type="button" class="button quiet" @click=${() => this.cancel()}>Cancel</button></p>`;
    if (!found)
      return html`${waiting === nothing ? html`<p class="small muted none">${this.#app.mayAsk ? "" : "Blind spots were not searched before this page was saved."}</p>` : waiting}`;
    const isOld = !same(found.question, question);
    return html`${waiting}<div data-stale=${isOld}>${this.#list(found.answer, found.question)}</div>`;
  }

  #list(answer: SlicesAnswer, question: FindSlices): TemplateResult {
    const span = Math.max(...answer.slices.map((one) => Math.abs(one.effect)), 0) || 1;
    const score = lowerCase(scoreName(answer.score));
    const notes = answer.notes.map((note) => html`<p class="tiny faint">${note}</p>`);
    if (!answer.slices.length) {
      return html`<div class="blank">${icon("check-circle")}<h3>No blind spot found</h3><p>Among ${count(answer.searched)} combinations of conditions with ${question.least} rows or more, ${question.model} is nowhere reliably worse than ${question.against ? `${question.against} is` : "elsewhere"}.</p>${notes}</div>`;
    }
    return html`<ol class="spots">${answer.slices.map((one) => this.#spot(one, span))}</ol>
      <p class="tiny faint">${question.against ? `How much more ${score} ${question.model} has than ${question.against}, against the same elsewhere.` : `Mean ${score} of ${question.model} in these rows less that of all others.`} ${count(answer.searched)} combinations of conditions with at least ${question.least} rows; q after Benjamini–Hochberg over all of them.</p>${notes}`;
  }

  #spot(one: Found, span: number): TemplateResult {
    const app = this.#app;
    const open = () => {
      app.middle.value = "apart";
      app.change(comparing(app.question.value, one.sentence, one.where));
    };
    const size = Math.max(Math.abs(one.mean), Math.abs(one.rest), span);
    return html`<li><button type="button" class="spot" ?disabled=${!app.mayAsk} @click=${open} title="Compare these rows with all others">
      <span class="spot-words">${lines(one.where, this.#app.times.value).map((line) => html`<span>${line}</span>`)}</span>
      <span class="spot-bar"><svg width=${BAR} height="8" aria-hidden="true"><rect width=${(Math.abs(one.effect) / span) * BAR} height="8" rx="1" /></svg><b class="num">${signed(one.effect, size)}</b></span>
      <span class="tiny faint num">${count(one.rows)} rows, mean ${onScale(one.mean, size)} against ${onScale(one.rest, size)}</span>
      <span class="badge num ${one.q < 0.05 ? "info" : "outline"}">${chance("q", one.q)}</span></button></li>`;
  }
}
