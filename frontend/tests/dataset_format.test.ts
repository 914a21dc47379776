/** What the page of datasets takes a file for, by its name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatOf, nameOf, told } from "../pages/datasets/format.ts";

test("a format is known by the end of the name", () => {
  const known = { "a.CSV": "csv", "b.tsv": "csv", "c.d.parquet": "parquet", "e.feather": "arrow", "f.ndjson": "jsonl" };
  for (const [name, format] of Object.entries(known)) assert.equal(formatOf(name), format);
  for (const name of ["a.xlsx", "csv", "a.csv.gz", "", "a.json"]) assert.equal(formatOf(name), null);
});

test("a dataset is proposed the file's name without its ending", () => {
  assert.equal(nameOf("holdout three.sites.csv"), "holdout three.sites");
  assert.equal(nameOf("x".repeat(99)).length, 80);
});

test("sizes are told as pages do", () => {
  assert.deepEqual(
    [told(0), told(999), told(1500), told(78_292_019), told(10 * 2 ** 30)],
    ["0 B", "999 B", "1.5 kB", "78.3 MB", "10.7 GB"],
  );
});
