/** How rows are put into segments: the way, and its settings. Each change is asked at once, but for written conditions. */

import { html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../host/icons.ts";
import { Misread, read, written } from "./conditions.ts";
import { placeOf } from "./hexagons.ts";
import { withSegments } from "./question.ts";
import type { Debugger } from "./state.ts";
import type { ByConditions, Column, Every, Segmentation } from "./types.ts";
import { columnName, SEGMENTATIONS } from "./words.ts";

const ASIDE = new Set(["ignore", "embedding", "media", "id"]);
const EVERY: Every[] = ["auto", "hour", "day", "week", "month", "quarter", "year"];
const GROUPING = ["category", "boolean", "text"];

/** Grouped by a column: text too, categories first, what is said of the row last. */
export function categories(columns: readonly Column[]): Column[] {
  const fit = columns.filter((one) => GROUPING.includes(one.kind) && !ASIDE.has(one.role));
  const place = placeOf(columns);
  const last = (one: Column) => Number(["label", "prediction"].includes(one.role));
  fit.sort((a, b) => last(a) - last(b) || GROUPING.indexOf(a.kind) - GROUPING.indexOf(b.kind));
  return [...fit, ...(place ? [place] : [])];
}

export function quantities(columns: readonly Column[], models: readonly string[]): string[] {
  const numbers = columns.filter((one) => (one.kind === "number" || one.kind === "time") && !ASIDE.has(one.role));
  return [...models.map((model) => `score:${model}`), ...numbers.map((one) => one.name)];
}

export function segmentation(app: Debugger): TemplateResult {
  const now = app.question.value.segments;
  const { columns } = app.page.value;
  const models = app.models.value;
  const set = (next: Segmentation) => app.change(withSegments(app.question.value, next));
  const begin = (type: Segmentation["type"]) => () => {
    const first = startOf(type, app);
    if (first && type !== now.type) set(first);
  };
  const kinds = (Object.keys(SEGMENTATIONS) as Segmentation["type"][]).filter((type) => startOf(type, app) !== null);
  return html`<div class="menu by" role="group" aria-label="Segments">
    <div class="stack gap-1" role="radiogroup" aria-label="Way to segment">${kinds.map(
      (type) =>
        html`<label class="check way"><input type="radio" name="way" .checked=${type === now.type} ?disabled=${!app.mayAsk} @change=${begin(type)}><span><b>${SEGMENTATIONS[type].name}</b><span class="tiny muted">${SEGMENTATIONS[type].note}</span></span></label>`,
    )}</div>
    ${app.mayAsk ? html`<hr><div class="stack gap-3 settings">${settings(app, now, columns, models, set)}</div>` : nothing}
  </div>`;
}

function startOf(type: Segmentation["type"], app: Debugger): Segmentation | null {
  const { columns, slices } = app.page.value;
  const [model] = app.models.value;
  switch (type) {
    case "performance":
      return model ? { type, count: 4 } : null;
    case "quantiles": {
      const [column] = quantities(columns, app.models.value);
      return column ? { type, column, parts: 4 } : null;
    }
    case "column": {
      const [column] = categories(columns);
      return column ? { type, column: column.name, most: 8 } : null;
    }
    case "time": {
      const column = columns.find((one) => one.kind === "time" && !ASIDE.has(one.role));
      return column ? { type, column: column.name, every: "auto" } : null;
    }
    case "tree":
      return model ? { type, model, depth: 3, least: 50 } : null;
    case "conditions": {
      const known = slices.slice(0, 8).map(({ name, where }) => ({ name, where }));
      const rule = app.answer.value?.rule;
      if (known.length) return { type, segments: known };
      return rule
        ? { type, segments: [{ name: "The rule", where: rule.where }] }
        : { type, segments: [{ name: "All rows", where: { all: [] } }] };
    }
  }
}

type Set = (next: Segmentation) => void;

function settings(
  app: Debugger,
  now: Segmentation,
  columns: readonly Column[],
  models: readonly string[],
  set: Set,
): TemplateResult {
  switch (now.type) {
    case "performance":
      return number("Segments", now.count ?? 4, 2, 12, (value) => set({ ...now, count: value }));
    case "quantiles":
      return html`${choice("Of", now.column, quantities(columns, models), (column) => set({ ...now, column }))}${number("Parts", now.parts ?? 4, 2, 20, (parts) => set({ ...now, parts }))}`;
    case "column":
      return html`${choice(
        "Column",
        now.column,
        categories(columns).map((one) => one.name),
        (column) => set({ ...now, column }),
      )}${number("Categories at most, the others together", now.most ?? 8, 2, 60, (most) => set({ ...now, most }))}`;
    case "time":
      return html`${choice(
        "Column",
        now.column,
        columns.filter((one) => one.kind === "time").map((one) => one.name),
        (column) => set({ ...now, column }),
      )}${choice("Windows of one", now.every ?? "auto", EVERY, (every) => set({ ...now, every: every as Every }))}`;
    case "tree":
      return html`${choice("Rules for the score of", now.model, app.allModels.value, (model) => set({ ...now, model }))}${number("Conditions in a rule at most", now.depth ?? 3, 1, 6, (depth) => set({ ...now, depth }))}${number("Rows in a segment at least", now.least ?? 50, 1, 1_000_000, (least) => set({ ...now, least }))}`;
    case "conditions":
      return conditions(app, now, set);
  }
}

function number(
  name: string,
  value: number,
  least: number,
  most: number,
  set: (value: number) => void,
): TemplateResult {
  const change = (event: Event) => {
    const field = event.target as HTMLInputElement;
    if (field.checkValidity() && Number.isInteger(field.valueAsNumber)) set(field.valueAsNumber);
    else field.reportValidity();
  };
  return html`<label class="field"><span>${name}</span><input class="input" type="number" inputmode="numeric" min=${least} max=${most} step="1" required .value=${String(value)} @change=${change}></label>`;
}

function choice(name: string, value: string, all: readonly string[], set: (value: string) => void): TemplateResult {
  const options = all.includes(value) ? all : [value, ...all];
  const change = (event: Event) => set((event.target as HTMLSelectElement).value);
  return html`<label class="field"><span>${name}</span><select class="select" @change=${change}>${options.map((one) => html`<option value=${one} ?selected=${one === value}>${columnName(one)}</option>`)}</select></label>`;
}

function conditions(app: Debugger, now: ByConditions, set: Set): TemplateResult {
  const { slices } = app.page.value;
  const isIn = (name: string) => now.segments.some((one) => one.name === name);
  const left = slices.filter(({ name }) => !isIn(name));
  const without = (at: number) => {
    const segments = now.segments.filter((_, i) => i !== at);
    if (segments.length) set({ ...now, segments });
  };
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const text = String(new FormData(form).get("where") ?? "").trim();
    const error = form.querySelector<HTMLElement>(".error");
    try {
      const where = read(text, app.page.value.columns);
      form.reset();
      error?.replaceChildren();
      set({ ...now, segments: [...now.segments, { name: written(where, app.times.value), where }] });
    } catch (reason) {
      if (!(reason instanceof Misread)) throw reason;
      error?.replaceChildren(reason.message);
    }
  };
  return html`<ul class="parts">${now.segments.map(
    (one, at) =>
      html`<li><span class="clip" title=${written(one.where, app.times.value)}>${one.name}</span>${now.segments.length > 1 ? html`<button type="button" class="button quiet square" aria-label="Leave out ${one.name}" @click=${() => without(at)}>${icon("x", "small")}</button>` : nothing}</li>`,
  )}</ul>
  ${
    left.length
      ? html`<label class="field"><span>Add a slice</span><select class="select" .value=${""} @change=${(
          event: Event,
        ) => {
          const slice = left.find(({ id }) => id === (event.target as HTMLSelectElement).value);
          if (slice) set({ ...now, segments: [...now.segments, { name: slice.name, where: slice.where }] });
        }}><option value="">Choose…</option>${left.map((one) => html`<option value=${one.id}>${one.name}</option>`)}</select></label>`
      : nothing
  }
  <form class="stack gap-2" @submit=${add}><label class="field"><span>Add a condition</span><input class="input mono" name="where" required autocomplete="off" spellcheck="false" placeholder='site = "A" and age >= 60'></label><p class="error tiny" role="alert"></p><button class="button">Add condition</button></form>`;
}
