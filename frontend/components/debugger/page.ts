/** The whole debugger: the question above, performance beside what sets A apart, the panel, the rows. */

import { html, nothing, type TemplateResult } from "lit-html";
import { ref } from "lit-html/directives/ref.js";
import type { BarHand } from "./bar_hand.ts";
import type { Cases } from "./cases.ts";
import { features, measureTools } from "./features.ts";
import type { Formula } from "./formula.ts";
import type { Keeping } from "./keeping.ts";
import { keysDialog } from "./keys.ts";
import { performance } from "./performance.ts";
import type { Pictures } from "./pictures.ts";
import type { PlotHand } from "./plot_hand.ts";
import type { RowsView } from "./rows.ts";
import { keepingDialogs } from "./saved.ts";
import type { Side } from "./side.ts";
import type { Spots } from "./spots.ts";
import type { Debugger } from "./state.ts";
import { notes, status, trouble } from "./status.ts";
import { steps, toolbar } from "./toolbar.ts";
import type { Widths } from "./widths.ts";
import { MEASURES } from "./words.ts";

export type Parts = {
  app: Debugger;
  plotHand: PlotHand;
  barHand: BarHand;
  formula: Formula;
  keeping: Keeping;
  side: Side;
  spots: Spots;
  pictures: Pictures;
  cases: Cases;
  rows: RowsView;
  widths: Widths;
};

export function page(parts: Parts): TemplateResult {
  const { app, plotHand, keeping, side, rows, widths } = parts;
  const isFailed = !app.answer.value && app.trouble.value;
  return html`${toolbar(app, parts.formula)}
    <div class="standing">${status(app)}${notes(app)}${steps(app, side.shareButton())}${trouble(app, parts.formula)}</div>
    ${isFailed ? nothing : html`<div class="views" ${ref(widths.watch)}>${performance(app, plotHand)}${middle(parts)}${side.panel()}${rows.render()}</div>`}
    <p class="visually-hidden" role="status">${app.said.value}</p>
    ${parts.formula.dialog()}${keepingDialogs(keeping)}${parts.cases.dialog()}${parts.pictures.dialog()}${keysDialog()}`;
}

function middle(parts: Parts): TemplateResult {
  const { app, barHand, spots } = parts;
  const shown = app.middle.value;
  const open = (name: "apart" | "spots") => () => {
    app.middle.value = name;
    if (name === "spots") spots.search();
  };
  const step = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    open(shown === "apart" ? "spots" : "apart")();
    const tabs = (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("[role=tab]");
    tabs[shown === "apart" ? 1 : 0]?.focus();
  };
  const tab = (name: "apart" | "spots", words: string) =>
    html`<button type="button" role="tab" id="tab-${name}" aria-selected=${shown === name} aria-controls="middle" tabindex=${shown === name ? 0 : -1} @click=${open(name)}>${words}</button>`;
  const measure = app.question.value.measure;
  const answer = app.answer.value;
  return html`<section class="view apart" aria-label=${shown === "apart" ? "What sets A apart" : "Blind spots"}>
    <div class="view-head"><div class="tabs-of" role="tablist" aria-label="Explain" @keydown=${step}>${tab("apart", "What sets A apart")}${tab("spots", "Blind spots")}</div>
      <p class="tiny faint">${shown === "apart" ? `${MEASURES[measure].note}; q by permutation, after Benjamini–Hochberg.${answer && app.mayAsk ? " Click a bar to filter by it." : ""}` : "Conditions on features under which a model is at its worst, found by a search over all of them, in all rows."}</p>
      <div class="tools">${shown === "apart" ? measureTools(app) : nothing}</div></div>
    <div id="middle" role="tabpanel" aria-labelledby="tab-${shown}" tabindex="0">${shown === "apart" ? features(app, barHand) : spots.render()}</div>
  </section>`;
}
