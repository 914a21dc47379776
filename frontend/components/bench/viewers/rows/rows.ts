/** The rows of a file as the server keeps them, with cells that were set; pure. */

import { tableFromIPC } from "@uwdata/flechette";
import { csv } from "../../../../host/saving.ts";
import type { Edit, FileColumn, Output, SetCell, TableAnswer } from "../../types.ts";
import { typedNumber } from "../../words.ts";

export type Cell = string | number | null;
/** cells: column by column. declared: how each is read. */
export type Rows = { names: string[]; cells: Cell[][]; count: number; declared: FileColumn[] };
/** To the rows. was: the original's, null where that itself is on show. */
export type Answered = { output: Output; answer: TableAnswer; was: TableAnswer | null };

export function readRows(bytes: ArrayBuffer): Rows {
  const table = tableFromIPC(new Uint8Array(bytes));
  const names = table.names.map(String);
  const cells = names.map((_, i) => Array.from(table.getChildAt(i).toArray() as ArrayLike<Cell>));
  const declared = JSON.parse(table.schema.metadata?.get("declared") ?? "[]") as FileColumn[];
  return { names, cells, count: table.numRows, declared };
}

/** With these cells set; the columns that none of them touches are the same arrays. */
export function withCells(rows: Rows, edits: readonly Edit[]): Rows {
  const set = edits.filter((edit): edit is SetCell => edit.kind === "set" && !edit.off);
  if (set.length === 0) return rows;
  const cells = [...rows.cells];
  for (const { row, column, value } of set) {
    const at = rows.names.indexOf(column);
    const before = cells[at];
    if (!before || (row ?? 0) >= rows.count) continue;
    const after = before === rows.cells[at] ? [...before] : before;
    after[row ?? 0] = value === "" && !isText(rows.declared[at]) ? null : (value as Cell);
    cells[at] = after;
  }
  return { ...rows, cells };
}

export const isText = (column: FileColumn | undefined): boolean =>
  column?.type === "text" || (column?.choices?.length ?? 0) > 0;

/** The list with a cell set, once; one that is as it was goes. */
export function setCell(
  edits: readonly Edit[],
  input: string,
  rows: Rows,
  row: number,
  at: number,
  value: Cell,
): Edit[] {
  const column = rows.names[at] ?? "";
  const isSame = (edit: Edit) =>
    edit.kind === "set" && edit.input === input && (edit.row ?? 0) === row && edit.column === column;
  if (value === (rows.cells[at]?.[row] ?? null)) return edits.filter((edit) => !isSame(edit));
  const edit: SetCell = { kind: "set", input, row, column, value: value ?? "" };
  const last = edits.findLastIndex(isSame);
  return last < 0 ? [...edits, edit] : edits.flatMap((one, i) => (i === last ? [edit] : isSame(one) ? [] : [one]));
}

/** What was typed, as the column takes it; in words what is wrong with it. */
export function parseCell(typed: string, column: FileColumn): { value: Cell; error: string | null } {
  if (isText(column)) {
    const isEmpty = typed === "" && !column.optional;
    return { value: typed, error: isEmpty ? "Fill the cell." : null };
  }
  const isFree = column.optional || (column.default !== null && column.default !== undefined);
  const value = typedNumber(typed);
  if (value === null) return { value, error: isFree ? null : "Type a number." };
  if (!Number.isFinite(value)) return { value: null, error: "That is no number." };
  const { minimum, maximum } = column;
  if (minimum !== null && minimum !== undefined && value < minimum) return { value, error: `At least ${minimum}.` };
  if (maximum !== null && maximum !== undefined && value > maximum) return { value, error: `At most ${maximum}.` };
  return { value, error: null };
}

/** The places of rows by a column's values, texts as people order them; what is empty comes last. */
export function sorted(values: readonly Cell[], isDown: boolean): number[] {
  const way = isDown ? -1 : 1;
  return values
    .map((_, at) => at)
    .sort((left, right) => {
      const [a, b] = [values[left] ?? null, values[right] ?? null];
      if (a === null || b === null) return a === b ? left - right : a === null ? 1 : -1;
      const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
      return order ? way * order : left - right;
    });
}

/** The rows with what was answered to each, as CSV. */
export function asCsv(rows: Rows, answers: readonly { title: string; answer: TableAnswer }[]): string {
  const heads = answers.flatMap(({ title, answer }) => answer.columns.map(({ name }) => `${title} ${name}`));
  const lines = Array.from({ length: rows.count }, (_, row) => [
    ...rows.cells.map((column) => column[row] ?? null),
    ...answers.flatMap(({ answer }) => answer.rows[row] ?? answer.columns.map(() => null)),
  ]);
  return csv([[...rows.names, ...heads], ...lines]);
}
