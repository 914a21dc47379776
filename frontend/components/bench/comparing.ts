/** The way to what a reviewer is asked to compare without knowing which version said what. */

import { html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../host/icons.ts";
import type { Bench } from "./state.ts";

export function comparing(bench: Bench): TemplateResult | typeof nothing {
  const offered = bench.page.comparisons ?? [];
  if (!offered.length) return nothing;
  return html`<section class="comparing" aria-label="Answers to compare">${offered.map(
    ({ url, question, cases, left }) =>
      html`<a class="button quiet" href=${url} title=${question}>${icon("slices", "small")} ${words(cases, left)}</a>${offered.length > 1 ? html`<p class="tiny faint">${question}</p>` : nothing}`,
  )}</section>`;
}

function words(cases: number, left: number): string {
  const noun = cases === 1 ? "case" : "cases";
  if (left === cases) return `${cases} ${noun} to compare`;
  return left ? `${left} of ${cases} ${noun} still to compare` : `${cases} ${noun} compared: finish`;
}
