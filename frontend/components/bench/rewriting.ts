/** Edits of plain values, pure: words of a text replaced, cells of a row set, by the rules of `protocol/values.py`. */

import type { Edit, FormInput, Replace, SetCell, TableInput } from "./types.ts";

/** What stands in the place of words that are masked. */
export const MASK = "[MASK]";

type Named = Pick<FormInput, "name" | "kind">;

const takes = { text: "replace", table: "set" } as Record<FormInput["kind"], Edit["kind"]>;

/** Those that lie on a field, whether they are on or off; one without an input's name lies on the first of its kind. */
export function editsOn(field: Named, edits: readonly Edit[], forms: readonly Named[]): (Replace | SetCell)[] {
  const first = forms.find(({ kind }) => kind === field.kind)?.name;
  return edits.filter(
    (edit): edit is Replace | SetCell => edit.kind === takes[field.kind] && (edit.input || first) === field.name,
  );
}

/** The value as the model sees it. Of a text that has become too short for an edit, what is left of the edit is done. */
export function seenAs(field: FormInput, value: unknown, edits: readonly Edit[], forms: readonly FormInput[]): unknown {
  let seen = value;
  for (const edit of editsOn(field, edits, forms)) {
    if (edit.off) continue;
    if (edit.kind === "replace") {
      const points = [...String(seen ?? "")];
      seen = [...points.slice(0, edit.start), edit.text ?? "", ...points.slice(edit.end)].join("");
    } else if (field.kind === "table" && Array.isArray(seen)) {
      seen = field.columns.map((column, at) => (column.name === edit.column ? cellOf(field, edit) : seenAt(seen, at)));
    }
  }
  return seen;
}

const seenAt = (row: unknown, at: number): unknown => (row as unknown[])[at] ?? null;

/** A choice is set by its name, and kept as its place. */
function cellOf(field: TableInput, { column, value }: SetCell): unknown {
  const choices = field.columns.find(({ name }) => name === column)?.choices ?? [];
  return typeof value === "string" ? choices.indexOf(value) : value;
}

/** All plain values as the model sees them. */
export function allSeen(
  forms: readonly FormInput[],
  values: Readonly<Record<string, unknown>>,
  edits: readonly Edit[],
): Record<string, unknown> {
  return Object.fromEntries(forms.map((field) => [field.name, seenAs(field, values[field.name], edits, forms)]));
}

/** The list with a cell set, once: an earlier edit of the same cell is replaced; one that changes nothing goes. */
export function withCell(edits: readonly Edit[], field: TableInput, at: number, value: number, was: unknown): Edit[] {
  const column = field.columns[at];
  if (!column) return [...edits];
  const isSame = (edit: Edit) =>
    edit.kind === "set" && edit.column === column.name && (edit.input || field.name) === field.name;
  const name = column.choices?.[value];
  const edit: SetCell = { kind: "set", input: field.name, row: 0, column: column.name, value: name ?? value };
  if (value === was) return edits.filter((one) => !isSame(one));
  const last = edits.findLastIndex(isSame);
  if (last < 0) return [...edits, edit];
  return edits.flatMap((one, i) => (i === last ? [edit] : isSame(one) ? [] : [one]));
}

/** An edit of the words between two places of a text as it is seen, which a browser counts in UTF-16. */
export function replaceAt(field: Named, seen: string, from: number, to: number, text: string): Replace {
  const place = (at: number) => [...seen.slice(0, at)].length;
  return { kind: "replace", input: field.name, start: place(from), end: place(to), text };
}
