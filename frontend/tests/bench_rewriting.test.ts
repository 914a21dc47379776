/** Words replaced and cells set on the bench: what the page shows is what the server makes of the same list. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { allSeen, editsOn, MASK, replaceAt, seenAs, withCell } from "../components/bench/rewriting.ts";
import type { Edit, TableInput, TextInput } from "../components/bench/types.ts";

const note: TextInput = { kind: "text", name: "note" };
const row: TableInput = {
  kind: "table",
  name: "row",
  columns: [{ name: "age" }, { name: "sex", choices: ["female", "male"] }],
};
const forms = [note, row];

test("places are code points, whatever a browser counts", () => {
  const seen = "😀 fever, no cough";
  const at = seen.indexOf("no");
  const edit = replaceAt(note, seen, at, at + 2, "dry");
  assert.deepEqual(edit, { kind: "replace", input: "note", start: 9, end: 11, text: "dry" });
  assert.equal(seenAs(note, seen, [edit], forms), "😀 fever, dry cough");
});

test("each edit is of the text as those before left it; one that is off does nothing", () => {
  const mask: Edit = { kind: "replace", start: 0, end: 5, text: MASK };
  const out: Edit = { kind: "replace", input: "note", start: 6, end: 7, text: "" };
  assert.equal(seenAs(note, "fever, cough", [mask, out], forms), "[MASK] cough");
  assert.equal(seenAs(note, "fever, cough", [{ ...mask, off: true }, out], forms), "fever,cough");
});

test("an edit without a name lies on the first of its kind", () => {
  const other: TextInput = { kind: "text", name: "other" };
  const edits: Edit[] = [{ kind: "replace", start: 0, end: 0, text: "a" }];
  assert.equal(editsOn(note, edits, [note, other]).length, 1);
  assert.equal(editsOn(other, edits, [note, other]).length, 0);
  assert.deepEqual(allSeen([note, other], { note: "b", other: "c" }, edits), { note: "ab", other: "c" });
});

test("a cell is set once, a choice by its name, and what changes nothing is no edit", () => {
  const first = withCell([], row, 0, 61, 50);
  const second = withCell(withCell(first, row, 1, 0, 1), row, 0, 62, 50);
  assert.deepEqual(second, [
    { kind: "set", input: "row", row: 0, column: "age", value: 62 },
    { kind: "set", input: "row", row: 0, column: "sex", value: "female" },
  ]);
  assert.deepEqual(seenAs(row, [50, 1], second, forms), [62, 0]);
  assert.deepEqual(withCell(first, row, 0, 50, 50), []);
});
