/** Rows of a file: cells that are set, what is typed, sorting, and the CSV that is saved. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Edit, FileColumn } from "../components/bench/types.ts";
import { asCsv, parseCell, type Rows, setCell, sorted, withCells } from "../components/bench/viewers/rows/rows.ts";

const declared: FileColumn[] = [
  { name: "age", minimum: 0, maximum: 120 },
  { name: "sex", choices: ["f", "m"] },
  { name: "crp", optional: true },
];
const rows: Rows = {
  names: ["age", "sex", "crp"],
  cells: [
    [61, 7, 30],
    ["f", "m", "m"],
    [1.5, null, 3],
  ],
  count: 3,
  declared,
};

test("a cell is set once, and one that is as it was goes", () => {
  const one = setCell([], "t", rows, 1, 0, 8);
  assert.deepEqual(one, [{ kind: "set", input: "t", row: 1, column: "age", value: 8 }]);
  const again = setCell(one, "t", rows, 1, 0, 9);
  assert.deepEqual(
    again.map((edit) => "value" in edit && edit.value),
    [9],
  );
  assert.deepEqual(setCell(again, "t", rows, 1, 0, 7), []);
  const emptied = setCell([], "t", rows, 0, 2, null);
  assert.deepEqual(withCells(rows, emptied).cells[2], [null, null, 3]);
});

test("edits that are off, of other rows or columns leave the table as it is", () => {
  const edits: Edit[] = [
    { kind: "set", row: 0, column: "age", value: 1, off: true },
    { kind: "set", row: 9, column: "age", value: 1 },
    { kind: "set", row: 0, column: "height", value: 1 },
  ];
  assert.deepEqual(withCells(rows, edits).cells, rows.cells);
  assert.equal(withCells(rows, edits).cells[1], rows.cells[1]);
});

test("what is typed is read as the column takes it", () => {
  const [age, sex, crp] = declared as [FileColumn, FileColumn, FileColumn];
  assert.deepEqual(parseCell(" 61,5 ", age), { value: 61.5, error: null });
  assert.equal(parseCell("121", age).error, "At most 120.");
  assert.equal(parseCell("much", age).error, "That is no number.");
  assert.equal(parseCell("", age).error, "Type a number.");
  assert.deepEqual(parseCell("", crp), { value: null, error: null });
  assert.deepEqual(parseCell("m", sex), { value: "m", error: null });
});

test("rows are sorted by a column, equal ones in the file's order, empty ones last both ways", () => {
  assert.deepEqual(sorted([3, null, 1, 3], false), [2, 0, 3, 1]);
  assert.deepEqual(sorted([3, null, 1, 3], true), [0, 3, 2, 1]);
  assert.deepEqual(sorted(["b", "a"], false), [1, 0]);
});

test("the CSV quotes what must be, and no text runs as a formula", () => {
  const answer = {
    kind: "table" as const,
    columns: [{ name: "label", type: "label" as const }],
    rows: [["=1+1"], ['a "b", c'], [null]],
  };
  const lines = asCsv(rows, [{ title: "risk", answer }]).split("\r\n");
  assert.deepEqual(lines, ["age,sex,crp,risk label", "61,f,1.5,'=1+1", '7,m,,"a ""b"", c"', "30,m,3,", ""]);
});
