/** What the team says of its model, in a dialog. */

import { html, nothing, type TemplateResult } from "lit-html";
import { ABOUT } from "./guest.ts";
import type { Bench } from "./state.ts";
import { versionName } from "./words.ts";

export function about(bench: Bench): TemplateResult {
  const { card, version, team } = bench.page;
  const row = (term: string, text: string | undefined, isStrong = false) =>
    html`<dt>${isStrong ? html`<strong>${term}</strong>` : term}</dt><dd>${text ? (isStrong ? html`<strong>${text}</strong>` : text) : html`<span class="faint">The team has not said.</span>`}</dd>`;
  return html`<dialog class="dialog about" id=${ABOUT} aria-labelledby="bench-about-title"><div class="dialog-body">
    <div class="stack"><div class="row"><h2 id="bench-about-title">About ${versionName(version) || "this model"}</h2>${bench.page.research_use_only ? html`<span class="badge outline">Research use only</span>` : nothing}</div><p class="muted">Written by ${team}, who answer for it.</p></div>
    <dl class="facts">${row("Purpose", card?.purpose)}${row("Not for", card?.not_for, true)}${row("Validation", card?.validation)}${row("Known errors", card?.known_errors)}${row("Contact", card?.contact)}</dl>
    <form method="dialog" class="dialog-foot"><button class="button primary">Close</button></form></div></dialog>`;
}
