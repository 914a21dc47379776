/** A JSON answer as a tree: names and values in lines, parts that open and close, the whole to be copied. */

import { html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../host/icons.ts";

/** So many parts of one list or object are drawn; the rest is in the copy. */
const MOST = 200;
/** A list of so few plain values stands in one line. */
const SHORT = 8;
/** Parts this near to the root are open at first, where they are not long. */
const OPEN_DEPTH = 2;
const OPEN_SIZE = 20;

export function tree(value: unknown, title: string): TemplateResult {
  return html`<div class="tree" role="group" aria-label=${title}>
    ${isPlain(value) ? html`<p class="said">${plain(value)}</p>` : html`<ul>${parts(value).map(([name, one]) => line(name, one, 1))}${left(value)}</ul>`}
    <button type="button" class="button quiet" @click=${(event: Event) => void copy(event, value)}>${icon("copy", "small")} <span>Copy as JSON</span></button>
  </div>`;
}

function line(name: string, value: unknown, depth: number): TemplateResult {
  const key = html`<span class="key">${name}</span>`;
  if (isPlain(value)) return html`<li>${key} ${plain(value)}</li>`;
  const all = parts(value);
  const isShort = Array.isArray(value) && all.length <= SHORT && value.every(isPlain);
  if (isShort) return html`<li>${key} ${value.map((one, i) => html`${i ? ", " : nothing}${plain(one)}`)}</li>`;
  const count = Array.isArray(value) ? value.length : Object.keys(value as object).length;
  return html`<li><details ?open=${depth < OPEN_DEPTH && count <= OPEN_SIZE}><summary>${key} <span class="faint num">${counted(value, count)}</span></summary>
    <ul>${all.map(([inner, one]) => line(inner, one, depth + 1))}${left(value)}</ul></details></li>`;
}

/** Neither a list nor an object, or one of nothing. */
const isPlain = (value: unknown): boolean =>
  typeof value !== "object" || value === null || Object.keys(value).length === 0;

function plain(value: unknown): TemplateResult {
  const text = typeof value === "object" && value ? (Array.isArray(value) ? "no items" : "empty") : String(value);
  return html`<span class="value" data-type=${value === null ? "null" : typeof value}>${text}</span>`;
}

/** A list is counted from 1, as people do. */
function parts(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.slice(0, MOST).map((one, i) => [String(i + 1), one]);
  return Object.entries(value as object).slice(0, MOST);
}

function left(value: unknown): TemplateResult | typeof nothing {
  const count = Object.keys(value as object).length - MOST;
  return count > 0 ? html`<li class="faint">${count} more, in the copy.</li>` : nothing;
}

function counted(value: unknown, count: number): string {
  if (Array.isArray(value)) return count === 1 ? "1 item" : `${count} items`;
  return count === 1 ? "1 entry" : `${count} entries`;
}

async function copy(event: Event, value: unknown): Promise<void> {
  const words = (event.currentTarget as HTMLElement).querySelector("span");
  if (!words) return;
  try {
    await navigator.clipboard.writeText(JSON.stringify(value, null, 2));
    words.textContent = "Copied";
  } catch {
    words.textContent = "This browser does not let a page copy";
  }
}
