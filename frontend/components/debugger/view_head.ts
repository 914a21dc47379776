/** The head of a view: its name, how its numbers were made, its tools; and the way to the same as a table. */

import { html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../host/icons.ts";
import type { Debugger } from "./state.ts";

export function viewHead(
  id: string,
  name: string | TemplateResult,
  note: string,
  tools: TemplateResult | typeof nothing,
): TemplateResult {
  return html`<div class="view-head"><h2 id=${id}>${name}</h2><p class="tiny faint">${note}</p>${tools === nothing ? nothing : html`<div class="tools">${tools}</div>`}</div>`;
}

export function tableToggle(app: Debugger, view: string, name: string): TemplateResult {
  const isOn = app.tables.value.has(view);
  return html`<button type="button" class="button quiet square" aria-pressed=${isOn} aria-label="${name} as a table" title=${isOn ? "Show as a chart" : "Show as a table"} @click=${() => app.tabled(view)}>${icon("table", "small")}</button>`;
}
