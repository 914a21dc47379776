/** A long list whose first entries matter most: the rest is shown on demand. */

import { html, nothing, type TemplateResult } from "lit-html";

const SHOWN = 6;

/** items: `<li>`, what matters most first. noun: of what there is more. */
export function folded(items: readonly TemplateResult[], noun: string, look: string): TemplateResult {
  const rest = items.slice(SHOWN);
  return html`<ul class=${look} role="list">${items.slice(0, SHOWN)}</ul>
    ${rest.length ? html`<details class="why-rest"><summary class="small">Show all ${items.length} ${noun}</summary><ul class=${look} role="list">${rest}</ul></details>` : nothing}`;
}
