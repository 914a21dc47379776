/** What the model is asked, and whether an answer is the answer to it. */

import type { Edit, FormInput, Prediction } from "./types.ts";
import { valuesOf } from "./values.ts";

export type Wanted = { caseId: string; edits: Edit[]; values: Record<string, unknown> };

export function same(a: Wanted, b: Wanted): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export function isOtherValue(a: Wanted, b: Wanted): boolean {
  return JSON.stringify(a.values) !== JSON.stringify(b.values);
}

export function matches(prediction: Prediction, wanted: Wanted, forms: readonly FormInput[]): boolean {
  const values = valuesOf(prediction, forms);
  const isSame = forms.every(
    (field) => JSON.stringify(values[field.name]) === JSON.stringify(wanted.values[field.name]),
  );
  return isSame && canonical(prediction.edits) === canonical(wanted.edits);
}

/** Without what a server may leave out or add: key order, defaults, empty names. */
function canonical(edits: readonly Edit[]): string {
  const plain: Record<string, unknown> = {
    shape: "box",
    fill: "black",
    brightness: 0,
    contrast: 1,
    gamma: 1,
    input: "",
    off: false,
    x: 0,
    y: 0,
    w: 0,
    h: 0,
    row: 0,
    text: "",
  };
  const isDefault = (key: string, value: unknown) =>
    plain[key] === value || (Array.isArray(value) && value.length === 0);
  return JSON.stringify(
    edits.map((edit) =>
      Object.entries(edit)
        .filter(([key, value]) => !isDefault(key, value))
        .sort(([a], [b]) => a.localeCompare(b)),
    ),
  );
}
