/** Plain fields for what is no picture: text, numbers, choices, the row of a table. The answer follows as one types. */

import { batch } from "@preact/signals-core";
import { type ElementPart, html, noChange, nothing, type TemplateResult } from "lit-html";
import { Directive, directive } from "lit-html/directive.js";
import { icon } from "../../host/icons.ts";
import { passage } from "./passage.ts";
import { editsOn, seenAs, withCell } from "./rewriting.ts";
import type { Bench } from "./state.ts";
import type { ChoiceInput, Column, Edit, FormInput, NumberInput, TableInput, TextInput } from "./types.ts";
import { defaults, valuesOf } from "./values.ts";
import { number, titleOf, typedNumber } from "./words.ts";

type Limits = { minimum?: number | null; maximum?: number | null; unit?: string };

export function forms(bench: Bench, start: () => void): TemplateResult | typeof nothing {
  if (bench.forms.length === 0) return nothing;
  const original = valuesOf(bench.original.value, bench.forms);
  const edits = bench.edits.value;
  const own: readonly Edit[] = bench.forms.flatMap((field) => editsOn(field, edits, bench.forms));
  const isChanged =
    own.length > 0 ||
    JSON.stringify({ ...bench.values.value }) !== JSON.stringify({ ...defaults(bench.forms), ...original });
  const back = () =>
    batch(() => {
      bench.fieldErrors.value = {};
      bench.values.value = { ...defaults(bench.forms), ...original };
      if (own.length > 0) bench.setEdits(edits.filter((edit) => !own.includes(edit)));
    });
  const submit = (event: Event) => {
    event.preventDefault();
    start();
  };
  const isFirst = bench.stored.length === 0 && bench.mayTry && bench.original.value === null;
  return html`<form class="forms stack" aria-label="What the model is given" @submit=${submit}>
    <div class="forms-head"><div><h2>${bench.stored.length ? "Also given to the model" : "What the model is given"}</h2>
      ${bench.stored.length || isFirst ? nothing : html`<p class="small muted">${bench.mayTry ? "Change a value and see the answer change." : `This link shows stored examples. Ask ${bench.page.shared_by || bench.page.team} for a link to try your own.`}</p>`}</div>
      ${bench.mayTry && bench.original.value ? html`<button type="button" class="button quiet" aria-label="Back to the original" title="Back to the original" data-idle=${!isChanged} @click=${back}>${icon("reset")} Original</button>` : nothing}</div>
    ${bench.forms.map((field) => one(bench, field, original[field.name]))}
    ${isFirst ? html`<div class="row"><button type="submit" class="button primary" aria-busy=${bench.uploading.value !== null}>Ask the model</button></div>` : nothing}
  </form>`;
}

function one(bench: Bench, field: FormInput, original: unknown): TemplateResult {
  switch (field.kind) {
    case "text":
      return text(bench, field);
    case "number":
      return numeric(bench, field, original);
    case "choice":
      return choice(bench, field);
    case "table":
      return table(bench, field, Array.isArray(original) ? original : []);
  }
}

function set(bench: Bench, name: string, value: unknown, key: string, error: string | null): void {
  tell(bench, name, key, error);
  bench.values.value = { ...bench.values.value, [name]: value };
}

/** What is wrong with a field or, of a table, with one of its columns; null takes it back. */
function tell(bench: Bench, name: string, key: string, error: string | null): void {
  const { [key]: _gone, [name]: _whole, ...rest } = bench.fieldErrors.value;
  bench.fieldErrors.value = error ? { ...rest, [key]: error } : rest;
}

type Words = {
  id: string;
  name: string;
  unit?: string | undefined;
  help?: string | undefined;
  error: string | undefined;
};

/** Label, field, help and error, tied together for those who hear the page. */
function field({ id, name, unit, help, error }: Words, inside: (described: unknown) => TemplateResult): TemplateResult {
  const described = error ? `${id}-error` : help ? `${id}-help` : nothing;
  return html`<div class="field"><label for=${id}>${name}${unit ? html` <span class="unit">${unit}</span>` : nothing}</label>
    ${inside(described)}
    ${error ? html`<span class="error" id="${id}-error">${icon("x-circle", "small")} ${error}</span>` : help ? html`<span class="hint" id="${id}-help">${help}</span>` : nothing}</div>`;
}

function text(bench: Bench, input: TextInput): TemplateResult {
  const edits = bench.edits.value;
  const seen = String(seenAs(input, bench.values.value[input.name], edits, bench.forms) ?? "");
  const isEdited = editsOn(input, edits, bench.forms).length > 0;
  const error = bench.fieldErrors.value[input.name];
  const id = `bench-in-${input.name}`;
  const typed = (event: Event) => set(bench, input.name, (event.target as HTMLTextAreaElement).value, input.name, null);
  return field({ id, name: titleOf(input), help: input.help, error }, (described) =>
    passage(bench, input, { id, seen, isEdited, error, described, typed }),
  );
}

/** What is wrong with it, in words. */
export function parse(
  typed: string,
  { minimum, maximum, unit }: Limits,
): { value: number | null; error: string | null } {
  const value = typedNumber(typed);
  const of = unit ? ` ${unit}` : "";
  if (value === null) return { value, error: "Type a number." };
  if (!Number.isFinite(value)) return { value: null, error: `“${typed}” is not a number.` };
  if (minimum !== null && minimum !== undefined && value < minimum)
    return { value, error: `At least ${number(minimum)}${of}.` };
  if (maximum !== null && maximum !== undefined && value > maximum)
    return { value, error: `At most ${number(maximum)}${of}.` };
  return { value, error: null };
}

const plain = (value: unknown): string => (value === null || value === undefined ? "" : String(value));

/** Leaves what a hand has typed as it stands while it means `value`: "9." is on its way to "9.5". undefined leaves it. */
class TypedAs extends Directive {
  render(_value: unknown): unknown {
    return noChange;
  }

  override update(part: ElementPart, [value]: Parameters<this["render"]>): unknown {
    const field = part.element as HTMLInputElement;
    if (value !== undefined && parse(field.value, {}).value !== value) field.value = plain(value);
    return noChange;
  }
}
const typedAs = directive(TypedAs);

function hint(help: string | undefined, original: unknown, value: unknown): string | undefined {
  const isChanged = original !== undefined && original !== null && plain(original) !== plain(value);
  return isChanged ? `was ${plain(original)}` : help;
}

function numeric(bench: Bench, input: NumberInput, original: unknown): TemplateResult {
  const value = bench.values.value[input.name];
  const error = bench.fieldErrors.value[input.name];
  const id = `bench-in-${input.name}`;
  const typed = (event: Event) => {
    const result = parse((event.target as HTMLInputElement).value, input);
    set(bench, input.name, result.value, input.name, result.error);
  };
  const shown = { id, name: titleOf(input), unit: input.unit, help: hint(input.help, original, value), error };
  return field(shown, (described) => box(id, value, error, described, typed, !bench.mayTry));
}

function box(
  id: string,
  value: unknown,
  error: string | undefined,
  described: unknown,
  typed: (event: Event) => void,
  isFixed: boolean,
): TemplateResult {
  return html`<input class="input num" id=${id} inputmode="decimal" autocomplete="off" ?readonly=${isFixed} aria-invalid=${error ? "true" : nothing} aria-describedby=${described} ${typedAs(error ? undefined : value)} @change=${typed} @input=${typed}>`;
}

function choice(bench: Bench, input: ChoiceInput): TemplateResult {
  const value = bench.values.value[input.name];
  const error = bench.fieldErrors.value[input.name];
  const id = `bench-in-${input.name}`;
  const chosen = (event: Event) => set(bench, input.name, (event.target as HTMLSelectElement).value, input.name, null);
  return field(
    { id, name: titleOf(input), help: input.help, error },
    (
      described,
    ) => html`<select class="select" id=${id} ?disabled=${!bench.mayTry} aria-invalid=${error ? "true" : nothing} aria-describedby=${described} @change=${chosen}>
    ${value === null || value === undefined ? html`<option value="" selected disabled>Choose…</option>` : nothing}
    ${input.choices.map((name) => html`<option value=${name} ?selected=${name === value}>${name}</option>`)}</select>`,
  );
}

function table(bench: Bench, input: TableInput, original: readonly unknown[]): TemplateResult {
  const given = (bench.values.value[input.name] as unknown[] | null) ?? [];
  const row = seenAs(input, given, bench.edits.value, bench.forms) as unknown[];
  const whole = bench.fieldErrors.value[input.name];
  const paste = (event: ClipboardEvent) => pasteRow(bench, input, event);
  return html`<fieldset class="row-form" @paste=${paste}><legend class="label">${titleOf(input)} ${bench.mayTry ? html`<span class="faint by-hand">one row; a row copied from a spreadsheet can be pasted into any field</span>` : nothing}</legend>
    ${whole ? html`<p class="error small">${icon("x-circle", "small")} ${whole}</p>` : nothing}
    <div class="columns">${input.columns.map((column, i) => cell(bench, input, column, i, row, given, original[i]))}</div></fieldset>`;
}

function cell(
  bench: Bench,
  input: TableInput,
  column: Column,
  i: number,
  row: unknown[],
  given: unknown[],
  original: unknown,
): TemplateResult {
  const id = `bench-in-${input.name}-${i}`;
  const key = `${input.name}.${column.name}`;
  const error = bench.fieldErrors.value[key];
  const value = row[i] ?? null;
  const put = (next: number | null, wrong: string | null) => {
    if (bench.original.value) {
      const isSet = !wrong && next !== null && next !== value;
      batch(() => {
        tell(bench, input.name, key, wrong);
        if (isSet) bench.setEdits(withCell(bench.edits.value, input, i, next, given[i] ?? null), `set ${key}`);
      });
      return;
    }
    const filled = input.columns.map((_, at) => (at === i ? next : (row[at] ?? null)));
    set(bench, input.name, filled, key, wrong);
  };
  const typed = (event: Event) => {
    const result = parse((event.target as HTMLInputElement).value, column);
    put(result.value, result.error);
    if (event.type === "change") bench.endDrag();
  };
  if (column.choices?.length) {
    const chosen = (event: Event) => {
      put(Number((event.target as HTMLSelectElement).value), null);
      bench.endDrag();
    };
    return field(
      { id, name: column.name, unit: column.unit, error },
      (
        described,
      ) => html`<select class="select" id=${id} ?disabled=${!bench.mayTry} aria-describedby=${described} @change=${chosen}>
      ${value === null ? html`<option value="" selected disabled>Choose…</option>` : nothing}
      ${column.choices?.map((name, at) => html`<option value=${at} ?selected=${at === value}>${name}</option>`)}</select>`,
    );
  }
  return field(
    { id, name: column.name, unit: column.unit, help: hint(undefined, original, value), error },
    (described) => box(id, value, error, described, typed, !bench.mayTry),
  );
}

/** A pasted row fills all columns at once, with or without its line of names above. */
function pasteRow(bench: Bench, input: TableInput, event: ClipboardEvent): void {
  const lines = (event.clipboardData?.getData("text/plain") ?? "").trim().split(/\r?\n/);
  const cells = (lines[lines.length - 1] ?? "").split(/\t|;|,(?=\S)/).map((text) => text.trim());
  if (cells.length < 2 || !bench.mayTry) return;
  event.preventDefault();
  if (cells.length !== input.columns.length) {
    bench.fieldErrors.value = {
      ...bench.fieldErrors.value,
      [input.name]: `The pasted row has ${cells.length} values; this model takes ${input.columns.length}.`,
    };
    return;
  }
  const errors: Record<string, string> = {};
  const row = input.columns.map((column, i) => {
    const typed = cells[i] ?? "";
    const at = column.choices?.indexOf(typed) ?? -1;
    if (at >= 0) return at;
    const { value, error } = parse(typed, column);
    if (error) errors[`${input.name}.${column.name}`] = error;
    return value;
  });
  bench.fieldErrors.value = errors;
  if (!bench.original.value) bench.values.value = { ...bench.values.value, [input.name]: row };
  else bench.setEdits(withRow(bench, input, row));
}

function withRow(bench: Bench, input: TableInput, row: readonly (number | null)[]): Edit[] {
  const given = (bench.values.value[input.name] as unknown[] | null) ?? [];
  return row.reduce<Edit[]>(
    (edits, value, at) => (value === null ? edits : withCell(edits, input, at, value, given[at] ?? null)),
    bench.edits.value,
  );
}
