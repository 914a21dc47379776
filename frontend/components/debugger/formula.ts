/** A score by a formula: asked in a dialog, which stays open until the formula is answered. */

import { signal } from "@preact/signals-core";
import { html, type TemplateResult } from "lit-html";
import { sentence } from "../../host/http.ts";
import { icon } from "../../host/icons.ts";
import { withScore } from "./question.ts";
import { shownWhen } from "./saved.ts";
import type { Debugger } from "./state.ts";
import { scoreName } from "./words.ts";

/** What the score of a formula begins with. */
export const OWN = "=";

export class Formula {
  readonly #app: Debugger;
  readonly isOpen = signal(false);
  readonly isBusy = signal(false);
  readonly trouble = signal("");
  #controller: AbortController | null = null;

  constructor(app: Debugger) {
    this.#app = app;
  }

  /** trouble: what is wrong with the one that is asked now. */
  open(trouble = ""): void {
    this.trouble.value = trouble;
    this.isOpen.value = true;
  }

  readonly close = (): void => {
    this.#controller?.abort();
    this.isOpen.value = false;
    this.isBusy.value = false;
  };

  async #use(text: string): Promise<void> {
    if (this.isBusy.value) return;
    const controller = new AbortController();
    this.#controller = controller;
    this.isBusy.value = true;
    this.trouble.value = "";
    const problem = await this.#app.tried(
      withScore(this.#app.question.value, `${OWN} ${text}`, false),
      controller.signal,
    );
    if (controller.signal.aborted) return;
    this.isBusy.value = false;
    if (problem) this.trouble.value = sentence(problem);
    else this.isOpen.value = false;
  }

  dialog(): TemplateResult {
    const send = (event: SubmitEvent) => {
      event.preventDefault();
      const text = String(new FormData(event.target as HTMLFormElement).get("formula"))
        .trim()
        .replace(/^=\s*/, "");
      if (text) void this.#use(text);
    };
    const { score } = this.#app.question.value;
    const trouble = this.trouble.value;
    const isBusy = this.isBusy.value;
    return html`<dialog class="dialog" id="own-score" aria-labelledby="t-own-score" ${shownWhen(this.isOpen.value)} @close=${this.close}><form @submit=${send}>
    <header><h2 id="t-own-score">Score by a formula</h2><p>One number for each row and model. More counts as worse.</p></header>
    <div class="field"><label for="formula">Formula</label><input class="input mono" id="formula" name="formula" required autocomplete="off" spellcheck="false" .value=${score.startsWith(OWN) ? scoreName(score) : ""} aria-invalid=${trouble !== ""} aria-describedby="formula-trouble formula-hint">
    <p class="error small" id="formula-trouble" role="alert">${trouble}</p>
    <div class="hint" id="formula-hint"><p>Such as <code>abs(label - prediction) / max(label, 1)</code>. <code>label</code>, <code>prediction</code> and <code>probability</code> are the model's own; any column goes by its name, one with spaces in <code>\`back quotes\`</code>.</p><p>There are + − * / ** %, comparisons, and, or, not, abs, sqrt, exp, log, min, max, clip, where, isnull, coalesce.</p></div></div>
    <div class="dialog-foot"><button type="button" class="button" @click=${this.close}>Keep the score</button><button class="button primary" aria-busy=${isBusy}>${isBusy ? icon("spinner") : ""} Use the formula</button></div></form></dialog>`;
  }
}
