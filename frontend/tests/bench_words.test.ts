import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { attemptName } from "../components/bench/attempt_words.ts";
import { describe } from "../components/bench/edit_words.ts";
import { isSoon, nextLook, said, timeLeft } from "../components/bench/expiry.ts";
import { type Case, rowTitle, threadOf } from "../components/bench/record.ts";
import type { Answer, Edit, Input, Output, Prediction } from "../components/bench/types.ts";
import { byField } from "../components/bench/values.ts";
import { nearest, strip } from "../components/bench/vector.ts";
import { brief, change, corrected, score, unanswered } from "../components/bench/words.ts";

const labels = (...scores: [string, number][]): Answer => ({ kind: "label", scores });

test("a change is told of the class that led on the original", () => {
  const before = labels(["Effusion", 0.97], ["None", 0.03]);
  const after = labels(["None", 0.95], ["Effusion", 0.06]);
  assert.deepEqual(change(after, before), { name: "Effusion", was: "0.97", now: "0.06", delta: "−0.91" });
  assert.equal(change(labels(["Other", 1]), before), null);
  const number = change({ kind: "number", value: 61 }, { kind: "number", value: 58.5 });
  assert.deepEqual(number, { name: "", was: "58.50", now: "61.00", delta: "+2.50" });
});

test("a vector is told by its length, drawn from the middle, and nearest to what points the same way", () => {
  const vector = (...values: number[]) => ({ kind: "vector" as const, values, norm: 5 });
  assert.deepEqual(brief(vector(3, -4), { kind: "vector", name: "v" }), { name: "v", value: null, text: "2 numbers" });
  assert.equal(strip([0.6, -0.8]), "M80.0 20v-15.0M240.0 20v20.0");
  assert.equal(strip([0]), "M160.0 20v0.0");
  const others: [string, Answer][] = [
    ["shorter", vector(1)],
    ["across", vector(4, 3)],
    ["along", vector(6, -7)],
    ["text", { kind: "text", value: "x" }],
    ["zero", vector(0, 0)],
  ];
  assert.equal(nearest(vector(3, -4), others)?.[0], "along");
  assert.ok(Math.abs((nearest(vector(3, -4), others)?.[1] ?? 0) - 46 / (5 * Math.sqrt(85))) < 1e-12);
  assert.equal(nearest(vector(1, 2, 3), others), null);
});

test("an edit is told as the pages of the team tell it", () => {
  const samples = JSON.parse(readFileSync(new URL("edit_words.json", import.meta.url), "utf-8"));
  for (const { edit, told } of samples as { edit: Edit; told: string }[]) assert.equal(describe(edit).text, told);
});

test("an attempt on a table is called by the column that was changed", () => {
  const row: Input = { kind: "table", name: "row", title: "Nuclei", columns: [{ name: "radius" }, { name: "area" }] };
  const tried = (...values: number[]): Prediction =>
    ({ id: values.join(), edits: [], inputs: { row: { kind: "table", value: [values] } } }) as unknown as Prediction;
  const original = tried(12, 455);
  assert.equal(attemptName(tried(12, 500), original, [row]).text, "area");
  assert.equal(attemptName(tried(9, 500), original, [row]).text, "radius +1");
  assert.equal(attemptName(original, original, [row]).text, "Original");
});

test("what is no answer yet is told apart from what failed and from what waits for its function", () => {
  assert.equal(unanswered("queued", { online: false }), "Offline, case kept");
  assert.equal(unanswered("queued", { online: true }), "No answer yet");
  assert.equal(unanswered("failed", null), "Failed");
  assert.equal(unanswered("cancelled", undefined), "No answer");
  assert.equal(brief(undefined, undefined, "Failed").name, "Failed");
});

test("a row is called by its id, where its table has any", () => {
  const from = { version: "v", dataset: "Chest films", number: 1, row: 1050 };
  const titled = (came_from: object | null) => rowTitle({ came_from } as unknown as Prediction);
  assert.equal(titled({ ...from, id: "CXR-21411" }), "CXR-21411 (row 1,051 of Chest films v1)");
  assert.equal(titled(from), "Row 1,051 of Chest films v1");
  assert.equal(titled(null), "");
});

test("scores stand in a column of two places", () => {
  assert.deepEqual([0.97, 0.0082, 0.0024, 12.345].map(score), ["0.97", "0.01", "0.00", "12.35"]);
});

test("a corrected answer is said with its unit, and with its name where there are several", () => {
  const one: Output[] = [{ kind: "number", name: "ef", unit: "%" }];
  assert.equal(corrected({ ef: 58 }, one), "58 %");
  assert.equal(corrected(null, one), "");
  const two: Output[] = [...one, { kind: "label", name: "view", title: "View" }];
  assert.equal(corrected({ ef: 58, view: "A4C" }, two), "ef: 58 %, View: A4C");
});

test("only errors that have a field of their own are shown beside one", () => {
  const forms = [{ kind: "number" as const, name: "age" }];
  const errors = [
    { field: "inputs.age", message: "Too old." },
    { field: "inputs.film", message: "No picture." },
    { field: "edits.0", message: "Too wide." },
  ];
  assert.deepEqual(byField({ errors }, forms), { age: "Too old." });
});

test("a line goes to the conversation of the answer on show, else where the last word was spoken", () => {
  const at = (created_at: string) => ({ author: "", body: "", mine: false, created_at });
  const threads = { a: [at("2026-01-02T00:00:00Z")], b: [at("2026-01-03T00:00:00Z")], c: [] };
  const open = { threads } as unknown as Case;
  assert.equal(threadOf(open, "a"), "a");
  assert.equal(threadOf(open, "z"), "b");
  assert.equal(threadOf({ threads: {} } as unknown as Case, "a"), null);
});

const NOW = Date.parse("2026-01-01T12:00:00Z");
const after = (milliseconds: number) => new Date(NOW + milliseconds).toISOString();
const MINUTE = 60_000;

test("a link's end is looked at in steps that no timer overflows", () => {
  assert.equal(timeLeft(null, NOW), null);
  const month = timeLeft(after(30 * 24 * 60 * MINUTE), NOW) ?? 0;
  assert.ok((nextLook(month) ?? 0) <= 60 * MINUTE);
  assert.equal(nextLook(11 * MINUTE), MINUTE, "woken when ten minutes are left");
  assert.equal(nextLook(20_000), 20_000);
  assert.equal(nextLook(0), null);
});

test("the end is said as a day, as a time, as minutes", () => {
  assert.equal(said(after(30 * 24 * 60 * MINUTE), NOW), "This link works until 31 January 2026.");
  const morning = new Date(2026, 0, 1, 9).getTime();
  const later = (hours: number) => said(new Date(morning + hours * 60 * MINUTE).toISOString(), morning);
  assert.equal(later(2), "This link works until 11:00.");
  assert.equal(later(20), "This link works until 05:00 tomorrow.");
  assert.equal(said(after(7.5 * MINUTE), NOW), "This link ends in 8 minutes.");
  assert.equal(said(after(30_000), NOW), "This link ends in a minute.");
  assert.deepEqual(
    [11, 10].map((minutes) => isSoon(minutes * MINUTE)),
    [false, true],
  );
});
