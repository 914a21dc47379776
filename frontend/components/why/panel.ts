/** Why: the panel in which one asks, and sees what was found with what it does not show. */

import { html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../host/icons.ts";
import type { Asking, Options } from "./asking.ts";
import { curves, regions, stress, words } from "./results.ts";
import { timeline } from "./timeline.ts";
import type { Explanation, Target } from "./types.ts";

type Detail = [string, string, { window: number; stride: number }];
/** Of each method whose window is moved: coarse, medium, which is the server's own, and fine. */
const DETAIL: Record<string, Detail[]> = {
  occlusion: [
    ["coarse", "Coarse", { window: 0.25, stride: 0.125 }],
    ["medium", "Medium", { window: 0.125, stride: 0.0625 }],
    ["fine", "Fine", { window: 0.0625, stride: 0.03125 }],
  ],
  windows: [
    ["coarse", "Coarse", { window: 0.1, stride: 0.05 }],
    ["medium", "Medium", { window: 0.05, stride: 0.025 }],
    ["fine", "Fine", { window: 0.02, stride: 0.01 }],
  ],
};
const FILLS: [string, string][] = [
  ["mean", "its mean"],
  ["black", "black"],
  ["blur", "a blur"],
];
const SILENCED: [string, string][] = [
  ["all", "all leads together"],
  ["each", "each lead alone"],
];

export function panel(asking: Asking): TemplateResult | typeof nothing {
  const { methods } = asking.place;
  if (methods === null || !asking.subject.value) return nothing;
  const toggled = (event: Event) => asking.open((event.target as HTMLDetailsElement).open);
  return html`<section class="why" aria-labelledby="why-title"><details ?open=${asking.isOpen.value} @toggle=${toggled}>
    <summary><h2 id="why-title">Why?</h2></summary>
    <div class="stack">${methods.length ? form(asking) : html`<p class="small muted">No method of explanation suits what this model takes yet.</p>`}
      ${asking.trouble.value ? html`<div class="notice warn" role="alert">${icon("alert")}<div>${asking.trouble.value}</div></div>` : nothing}
      ${results(asking)}</div></details></section>`;
}

function form(asking: Asking): TemplateResult | typeof nothing {
  if (!asking.place.mayAsk) return nothing;
  const submit = (event: Event) => {
    event.preventDefault();
    void asking.ask();
  };
  return html`<form class="why-form" @submit=${submit}>
    ${select(
      "why-method",
      "Method",
      asking.method.value,
      (asking.place.methods ?? []).map((one) => [one.method, one.title]),
      (name) => asking.choose(name, {}, asking.target.value),
    )}
    ${target(asking)}
    ${more(asking)}
    <p class="small muted" role="status">${asking.cost.value?.message ?? ""}</p>
    <button type="submit" class="button" aria-busy=${asking.isAsking.value}>${icon(asking.isAsking.value ? "spinner" : "eye")} Ask why</button>
  </form>`;
}

function detail(asking: Asking): TemplateResult | typeof nothing {
  const { options, method, target } = asking;
  const ways = DETAIL[method.value] ?? [];
  const now = ways.find(([, , of]) => of.window === options.value.window)?.[0] ?? "medium";
  const set = (more: Options) => asking.choose(method.value, { ...options.value, ...more }, target.value);
  return select(
    "why-detail",
    "Detail",
    now,
    ways.map(([name, title]) => [name, title]),
    (name) => set(ways.find(([one]) => one === name)?.[2] ?? {}),
  );
}

function leads(asking: Asking): TemplateResult | typeof nothing {
  const { options, method, target } = asking;
  const set = (name: string) =>
    asking.choose(method.value, { ...options.value, by_lead: name === "each" }, target.value);
  return select("why-leads", "Silence", options.value.by_lead ? "each" : "all", SILENCED, set);
}

function more(asking: Asking): TemplateResult | typeof nothing {
  switch (asking.method.value) {
    case "occlusion":
      return html`${detail(asking)}${cover(asking)}`;
    case "ablation":
      return html`${cover(asking)}`;
    case "windows":
      return html`${detail(asking)}${leads(asking)}`;
    default:
      return nothing;
  }
}

function cover(asking: Asking): TemplateResult | typeof nothing {
  const { options, method, target } = asking;
  const set = (fill: string) => asking.choose(method.value, { ...options.value, fill }, target.value);
  return select("why-fill", "Cover with", String(options.value.fill ?? "mean"), FILLS, set);
}

function target(asking: Asking): TemplateResult | typeof nothing {
  const targets = asking.subject.value?.targets ?? [];
  if (targets.length < 2) return nothing;
  const words = (one: Target): [string, string] => [key(one), one.label || one.output];
  const chosen = (name: string) =>
    asking.choose(asking.method.value, asking.options.value, targets.find((one) => key(one) === name) ?? null);
  return select(
    "why-target",
    "Score of",
    asking.target.value ? key(asking.target.value) : "",
    targets.map(words),
    chosen,
  );
}

const key = (one: Target): string => JSON.stringify([one.output, one.label]);

function select(
  id: string,
  label: string,
  value: string,
  choices: [string, string][],
  chosen: (name: string) => void,
): TemplateResult | typeof nothing {
  if (choices.length < 2) return nothing;
  return html`<div class="field"><label for=${id}>${label}</label><select class="select" id=${id} .value=${value} @change=${(event: Event) => chosen((event.target as HTMLSelectElement).value)}>
    ${choices.map(([name, title]) => html`<option value=${name} ?selected=${name === value}>${title}</option>`)}</select></div>`;
}

function results(asking: Asking): TemplateResult | typeof nothing {
  const all = asking.found.value;
  const shown = all.find((one) => one.id === asking.shown.value) ?? all.at(-1);
  if (!shown) return nothing;
  return html`${select(
    "why-shown",
    "Found so far",
    shown.id,
    all.map((one) => [one.id, titleOf(one)]),
    (id) => (asking.shown.value = id),
  )}
    ${shown.state === "queued" ? waiting(asking, shown) : result(asking, shown)}`;
}

function titleOf(one: Explanation): string {
  const of = one.target.label || one.target.output;
  const detail = DETAIL[one.method]?.find(([, , options]) => options.window === one.options.window)?.[1];
  const leads = one.options.by_lead ? "each lead alone" : "";
  return [one.title, `of “${of}”`, detail?.toLowerCase(), leads, one.state === "queued" ? "(being made)" : ""]
    .filter(Boolean)
    .join(" ");
}

function waiting(asking: Asking, one: Explanation): TemplateResult {
  const share = one.progress;
  const words = share === null ? "Waits for a worker" : `${Math.floor(share * one.calls)} of ${one.calls} answers`;
  return html`<div class="stack gap-2"><progress class="meter" max="1" value=${share ?? nothing} aria-label="How far it is"></progress>
    <div class="spread"><span class="small muted num" role="status">${words}</span>${asking.place.mayAsk ? html`<button type="button" class="button quiet" @click=${() => asking.cancel(one.id)}>${icon("x", "small")} Cancel</button>` : nothing}</div></div>`;
}

function result(asking: Asking, one: Explanation): TemplateResult {
  return html`<div class="stack gap-2"><p class="why-found">${one.found}</p>${picture(asking, one)}${shape(asking, one)}
    <p class="small"><strong>What it shows.</strong> ${one.shows}</p>
    <p class="small"><strong>What it does not.</strong> ${one.does_not_show}</p></div>`;
}

function shape(asking: Asking, one: Explanation): TemplateResult | typeof nothing {
  switch (one.result?.kind) {
    case "regions":
      return regions(one.result);
    case "curves":
      return curves(one.result);
    case "timeline":
      return timeline(
        one.result,
        asking.subject.value?.rendered[one.result.input],
        one.target.label || one.target.output,
      );
    case "words":
      return words(one.result);
    case "stress":
      return stress(one.result);
    default:
      return nothing;
  }
}

/** The map over what the model saw. */
function picture(asking: Asking, one: Explanation): TemplateResult | typeof nothing {
  if ((one.result?.kind !== "map" && one.result?.kind !== "regions") || !one.overlay) return nothing;
  const seen = asking.subject.value?.rendered[one.result.input];
  const slid = (event: Event) => (asking.opacity.value = Number((event.target as HTMLInputElement).value));
  const of = one.target.label || one.target.output;
  return html`<figure class="why-map"><div class="why-laid"><img src=${seen ?? ""} alt="What the model saw">
      <svg aria-hidden="true"><image href=${one.overlay} width="100%" height="100%" preserveAspectRatio="none" opacity=${asking.opacity.value}></image></svg></div>
    <figcaption class="tiny muted"><span class="why-key lowers"></span>covering lowers “${of}” <span class="why-key raises"></span>covering raises it</figcaption></figure>
    <div class="field"><label for="why-opacity">Strength of the map</label><input class="range" id="why-opacity" type="range" min="0" max="1" step="0.05" .value=${String(asking.opacity.value)} @input=${slid}></div>`;
}
