/** Plain values on their way between fields, predictions and the server. */

import type { FormInput, Input, Prediction, Problem } from "./types.ts";
import { isStored } from "./viewers/kinds.ts";

export function defaults(forms: readonly FormInput[]): Record<string, unknown> {
  return Object.fromEntries(
    forms.map((field) => [
      field.name,
      field.kind === "table" ? field.columns.map((column) => column.default ?? null) : (field.default ?? null),
    ]),
  );
}

/** Plain values of a prediction; a table as the list of its one row. */
export function valuesOf(prediction: Prediction | null, forms: readonly FormInput[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const field of forms) {
    const found = prediction?.inputs[field.name];
    if (!found || "url" in found) continue;
    values[field.name] = field.kind === "table" ? rowOf(found.value) : found.value;
  }
  return values;
}

function rowOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return Array.isArray(value[0]) ? value[0] : value;
  const rows = (value as { rows?: unknown[][] } | null)?.rows;
  return rows?.[0] ?? [];
}

/** What one input is sent as: what is stored by the prediction that holds it, a table as columns and rows. */
export function sentAs(field: Input, original: string, values: Readonly<Record<string, unknown>>): unknown {
  if (isStored(field.kind)) return { prediction: original };
  if (field.kind !== "table") return values[field.name];
  return { columns: field.columns.map((column) => column.name), rows: [values[field.name]] };
}

/** What is wrong with a plain field, to be shown beside it: `inputs.age` and `age` alike, a column as `row.column`. */
export function byField(problem: Problem, forms: readonly FormInput[]): Record<string, string> {
  const found = (problem.errors ?? []).map(({ field, message }) => [field.replace(/^inputs\./, ""), message] as const);
  const isShown = (key: string) => forms.some(({ name }) => key === name || key.startsWith(`${name}.`));
  return Object.fromEntries(found.filter(([key]) => isShown(key)));
}
