/** How things stand with the question: how it was answered, that it is under way, or what went wrong. */

import { html, nothing, type TemplateResult } from "lit-html";
import { sentence } from "../../host/http.ts";
import { icon } from "../../host/icons.ts";
import { type Formula, OWN } from "./formula.ts";
import { count, elapsed } from "./numbers.ts";
import { same } from "./question.ts";
import type { Debugger } from "./state.ts";
import { taskName } from "./words.ts";

export function status(app: Debugger): TemplateResult {
  const since = app.since.value;
  return html`<div class="status-line">${since !== null && app.isSlow.value ? waiting(app, since) : standing(app)}</div>`;
}

/** Seconds since a moment, which go on without anything else being drawn anew: `tick` writes them. */
export const clock = (since: number): TemplateResult => html`<span class="num" data-since=${since}></span>`;

export function tick(root: Element, now: number): void {
  for (const one of root.querySelectorAll<HTMLElement>("[data-since]"))
    one.textContent = elapsed(Math.max(0, now - Number(one.dataset.since)));
}

function waiting(app: Debugger, since: number): TemplateResult {
  const what = app.answer.value ? "Counting anew" : "Reading the dataset and counting";
  return html`<span class="row nowrap tiny">${icon("spinner", "small")}<span role="status">${what}</span> ${clock(since)}<button type="button" class="button quiet" @click=${() => app.cancel()}>Cancel</button></span>`;
}

function standing(app: Debugger): TemplateResult | typeof nothing {
  const answer = app.answer.value;
  if (!answer) return nothing;
  const models = answer.facts.models.length;
  const task = taskName(answer.facts);
  const took = answer.seconds < 0.01 ? "under 0.01 s" : `${answer.seconds.toFixed(2)} s`;
  return html`<span class="tiny muted num">${count(answer.rows)} rows, ${models} ${models === 1 ? "model" : "models"}${task ? `, ${task}` : ""}. Answered in ${took} on ${answer.device}</span>`;
}

/** In place, over the views: what went wrong, that the last answer stays, and the ways on. */
export function trouble(app: Debugger, formula: Formula): TemplateResult | typeof nothing {
  const problem = app.trouble.value;
  if (!problem) return nothing;
  const kept = app.answered.value;
  const canGoBack = kept !== null && !same(kept, app.question.value);
  const isOwn = app.question.value.score.startsWith(OWN);
  return html`<div class="notice bad" role="alert">${icon("x-circle")}<div>${sentence(problem)}${kept ? html` <span class="muted">The last answer stays below.</span>` : nothing}</div>
    ${isOwn ? html`<button type="button" class="button" @click=${() => formula.open(sentence(problem))}>Correct the formula</button>` : nothing}
    ${canGoBack ? html`<button type="button" class="button" @click=${() => app.cancel()}>Take the step back</button>` : nothing}
    <button type="button" class="button" @click=${() => app.again()}>Try again</button></div>`;
}

export function notes(app: Debugger): TemplateResult | typeof nothing {
  const list = app.answer.value?.notes ?? [];
  if (!list.length) return nothing;
  const [first = "", ...others] = list;
  if (!others.length) return html`<p class="notes tiny muted">${icon("info", "small")}<span>${first}</span></p>`;
  return html`<details class="notes tiny muted"><summary>${icon("info", "small")}<span>${first}</span> <span class="faint">and ${others.length} more</span></summary><ul>${others.map((one) => html`<li>${one}</li>`)}</ul></details>`;
}
