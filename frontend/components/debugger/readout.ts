/** One read-out for all charts: what is under the pointer or the focus; count and share of each. */

import { html, nothing, type TemplateResult } from "lit-html";
import { ref } from "lit-html/directives/ref.js";

export type Line = { name: TemplateResult | string; count: string; share: string };
export type Said = { head: string; lines: Line[]; x: number; y: number; below?: number };

const GAP = 12;

export function readoutBox(said: Said | null): TemplateResult | typeof nothing {
  if (!said) return nothing;
  const place = (element?: Element): void => {
    if (!(element instanceof HTMLElement)) return;
    const box = element.getBoundingClientRect();
    const x = Math.max(8, Math.min(innerWidth - box.width - 8, said.x + GAP));
    const above = said.y - box.height - GAP;
    element.style.translate = `${x}px ${above < 8 ? (said.below ?? said.y) + GAP + 6 : above}px`;
  };
  return html`<div class="readout" aria-hidden="true" ${ref(place)}><strong>${said.head}</strong>
    <table>${said.lines.map((line) => html`<tr><td>${line.name}</td><td class="n">${line.count}</td><td class="n">${line.share}</td></tr>`)}</table></div>`;
}
