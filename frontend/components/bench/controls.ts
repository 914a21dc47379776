/** Buttons and sliders of the bars on the stage, and the words above it, whatever kind of input they are for. */

import { html, nothing, type TemplateResult } from "lit-html";
import { live as fresh } from "lit-html/directives/live.js";
import { ref } from "lit-html/directives/ref.js";
import { icon } from "../../host/icons.ts";
import type { Bench } from "./state.ts";

export type Button = { label: string; icon: string; act: () => void; pressed?: boolean; key?: string; kind?: string };

export function tool({ label, icon: name, act, pressed, key, kind = "" }: Button): TemplateResult {
  const title = key ? `${label} (${key})` : label;
  return html`<button type="button" class="tool ${kind}" aria-pressed=${pressed ?? nothing} aria-label=${title} title=${title} @click=${act}
    >${icon(name)}${kind.includes("keyed") && key ? html`<span class="key" aria-hidden="true">${key}</span>` : nothing}</button>`;
}

export function joined<T extends string>(
  label: string,
  all: readonly T[],
  now: T,
  choose: (one: T) => void,
  names: Record<T, string>,
): TemplateResult {
  return html`<span class="joined" role="group" aria-label=${label}>${all.map(
    (one) =>
      html`<button type="button" class="button" aria-pressed=${one === now} @click=${() => choose(one)}>${names[one]}</button>`,
  )}</span>`;
}

export function slider(
  bench: Bench,
  label: string,
  least: number,
  most: number,
  step: number,
  value: number,
  text: string,
  change: (value: number) => void,
): TemplateResult {
  return html`<label class="level-field"><span>${label}</span>
    <input type="range" aria-label=${label} min=${least} max=${most} step=${step} .value=${fresh(String(value))} aria-valuetext=${text}
      @input=${(event: Event) => change(Number((event.target as HTMLInputElement).value))} @change=${() => bench.endDrag()}>
    <output class="num">${text}</output></label>`;
}

/** What stands above the stage: whose version of the input is on show. verb: what the model does with it. look: a class of the viewer's own. attach: whoever moves it. */
export function sees(
  bench: Bench,
  isThere: boolean,
  verb: "hears" | "sees",
  look = "",
  attach?: (element: Element | undefined) => void,
): TemplateResult {
  const isEditing = bench.mode.value === "edit";
  const isPeeking = bench.isPeeking.value;
  const text = isPeeking
    ? "The original"
    : isEditing
      ? `The model ${verb} this`
      : bench.here.value.length > 0
        ? `Edited: the model ${verb} this`
        : "";
  return html`<span class="sees ${look} ${isEditing && !isPeeking ? "" : "quiet"}" ?hidden=${!text || !isThere} ${ref(attach)}>${text}</span>`;
}
