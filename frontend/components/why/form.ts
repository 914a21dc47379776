/** What is asked: a method with its options, whose score is followed, and what it comes to. */

import { effect } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../host/icons.ts";
import type { MarkKind } from "../bench/marks.ts";
import type { Asking, Options } from "./asking.ts";
import { followed } from "./subject.ts";
import type { Target } from "./types.ts";

type Detail = [string, string, { window: number; stride: number }];
const OF_PICTURE: Detail[] = [
  ["coarse", "Coarse", { window: 0.25, stride: 0.125 }],
  ["medium", "Medium", { window: 0.125, stride: 0.0625 }],
  ["fine", "Fine", { window: 0.0625, stride: 0.03125 }],
];
/** Of each method whose window is moved: coarse, medium, which is the server's own, and fine. */
export const DETAIL: Record<string, Detail[]> = {
  occlusion: OF_PICTURE,
  slices: OF_PICTURE,
  windows: [
    ["coarse", "Coarse", { window: 0.1, stride: 0.05 }],
    ["medium", "Medium", { window: 0.05, stride: 0.025 }],
    ["fine", "Fine", { window: 0.02, stride: 0.01 }],
  ],
};
/** Slices at most, where each is covered alone. */
const PICKED = 12;
const FILLS: [string, string][] = [
  ["mean", "its mean"],
  ["black", "black"],
  ["blur", "a blur"],
];
const SILENCED: [string, string][] = [
  ["all", "all leads together"],
  ["each", "each lead alone"],
];
const KINDS: [MarkKind, string, string][] = [
  ["box", "Box", "box"],
  ["ellipse", "Ellipse", "ellipse"],
  ["polygon", "Polygon", "region"],
];

export function form(asking: Asking): TemplateResult | typeof nothing {
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
    ${input(asking)}
    ${target(asking)}
    ${more(asking)}
    ${asking.lacksMarks ? unmarked(asking) : html`<p class="small muted" role="status">${asking.cost.value?.message ?? ""}</p>`}
    <button type="submit" class="button" aria-disabled=${asking.lacksMarks} aria-busy=${asking.isAsking.value}>${icon(asking.isAsking.value ? "spinner" : "eye")} Ask why</button>
  </form>`;
}

/** The same question with some options changed. */
function set(asking: Asking, options: Options): void {
  asking.choose(asking.method.value, { ...asking.options.value, ...options }, asking.target.value);
}

function input(asking: Asking): TemplateResult | typeof nothing {
  const inputs = asking.method.value === "what_if" ? [] : (asking.chosen?.inputs ?? []);
  return select(
    "why-input",
    "What is changed",
    asking.input,
    inputs.map((name) => [name, name]),
    (name) => set(asking, { input: name }),
  );
}

function target(asking: Asking): TemplateResult | typeof nothing {
  const targets = asking.subject.value?.targets ?? [];
  const chosen = (name: string) =>
    asking.choose(asking.method.value, asking.options.value, targets.find((one) => key(one) === name) ?? null);
  return select(
    "why-target",
    "Score of",
    asking.target.value ? key(asking.target.value) : "",
    targets.map((one) => [key(one), followed(one)]),
    chosen,
  );
}

const key = (one: Target): string => JSON.stringify([one.output, one.label]);

function more(asking: Asking): TemplateResult | typeof nothing {
  switch (asking.method.value) {
    case "occlusion":
      return html`${detail(asking)}${cover(asking)}`;
    case "slices":
      return html`${detail(asking)}${slices(asking)}${cover(asking)}`;
    case "ablation":
      return html`${regions(asking)}${cover(asking)}`;
    case "windows":
      return html`${detail(asking)}${leads(asking)}`;
    default:
      return nothing;
  }
}

function detail(asking: Asking): TemplateResult | typeof nothing {
  const ways = DETAIL[asking.method.value] ?? [];
  const now = ways.find(([, , of]) => of.window === asking.options.value.window)?.[0] ?? "medium";
  return select(
    "why-detail",
    "Detail",
    now,
    ways.map(([name, title]) => [name, title]),
    (name) => set(asking, ways.find(([one]) => one === name)?.[2] ?? {}),
  );
}

function regions(asking: Asking): TemplateResult | typeof nothing {
  if (!asking.stage) return nothing;
  const count = asking.isByMarks ? ` (${asking.marks.length})` : "";
  const ways: [string, string][] = [
    ["superpixels", "parted by colour"],
    ["marks", `my marks${count}`],
  ];
  return select("why-regions", "Regions", asking.isByMarks ? "marks" : "superpixels", ways, (name) =>
    set(asking, { regions: name }),
  );
}

/** Which slices are covered: through all of them at once, the one on show, or some from the first to the last. */
function slices(asking: Asking): TemplateResult | typeof nothing {
  const count = asking.subject.value?.frames[asking.input] ?? 1;
  if (count < 2) return nothing;
  const picked = Math.min(count, PICKED);
  const each = Array.from({ length: picked }, (_, i) => Math.round((i * (count - 1)) / (picked - 1)));
  const frames = (asking.options.value.frames ?? []) as number[];
  const here = frames.length === 1 ? frames[0] : asking.stage?.frame();
  const ways: [string, string][] = [["through", "through all"]];
  if (here !== null && here !== undefined) ways.push(["here", `slice ${here + 1} alone`]);
  ways.push(["each", picked === count ? "each alone" : `${picked} of ${count}, each alone`]);
  const now = frames.length === 0 ? "through" : frames.length === 1 ? "here" : "each";
  return select("why-slices", "Slices", now, ways, (name) =>
    set(asking, { frames: name === "each" ? each : name === "here" ? [here ?? 0] : [] }),
  );
}

/** What is missing, and the way to it. */
function unmarked(asking: Asking): TemplateResult {
  return html`<div class="why-unmarked small" role="status"><p class="muted">There is no mark yet that could be covered. Draw a box, an ellipse or a polygon; each is covered in turn.</p>
    <div class="row">${KINDS.map(([kind, name, sign]) => html`<button type="button" class="button" @click=${(event: Event) => drawn(asking, kind, event)}>${icon(sign)} ${name}</button>`)}</div></div>`;
}

/** Whoever has drawn, and looks again from the stage, comes back to where the mark is counted. */
function drawn({ stage }: Asking, kind: MarkKind, { currentTarget }: Event): void {
  const why = (currentTarget as Element).closest(".why");
  if (!stage || !why) return;
  stage.draw(kind);
  const root = why.getRootNode() as Document | ShadowRoot;
  const stop = effect(() => {
    const mode = stage.mode();
    if (mode === "mark") return;
    if (mode === "look" && root.activeElement?.closest("#bench-film"))
      queueMicrotask(() => why.querySelector<HTMLElement>("#why-regions")?.focus());
    queueMicrotask(() => stop());
  });
}

function cover(asking: Asking): TemplateResult | typeof nothing {
  return select("why-fill", "Cover with", String(asking.options.value.fill ?? "mean"), FILLS, (fill) =>
    set(asking, { fill }),
  );
}

function leads(asking: Asking): TemplateResult | typeof nothing {
  return select("why-leads", "Silence", asking.options.value.by_lead ? "each" : "all", SILENCED, (name) =>
    set(asking, { by_lead: name === "each" }),
  );
}

export function select(
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
