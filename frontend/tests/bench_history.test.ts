/** One's own cases: which they are, what is said before one goes, and what is left on the page when it went. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { benched } from "./benched.ts";

const { fate, forgotten, ownCases } = await import("../components/bench/history.ts");

const attempt = (id: string, original: string, at: string, flag: object | null = null) => ({
  id,
  original,
  flag,
  state: "succeeded",
  inputs: { note: { kind: "text", value: id } },
  edits: [],
  answer: {},
  created_at: `2026-01-0${at}T10:00:00Z`,
});
const wrong = { verdict: "wrong", correction: null, marks: [], message: "Mr. Smith" };

function opened() {
  return benched({
    team: "Lakeside",
    interface: { inputs: [{ kind: "text", name: "note" }], outputs: [{ kind: "label", name: "finding" }] },
    urls: { predictions: "/p", leave: "/leave" },
    examples: [{ id: "e", title: "Example 1", prediction: attempt("ex", "ex", "1", wrong) }],
    cases: [
      { original: "ex", attempts: [attempt("on-ex", "ex", "4")], thread: null },
      {
        original: "a",
        attempts: [attempt("a", "a", "2"), attempt("a2", "a", "3", wrong)],
        thread: {
          messages: [
            { author: "D", body: "Mr. Smith", created_at: "", mine: true },
            { author: "D", body: "More", created_at: "", mine: true },
          ],
        },
      },
      { original: "b", attempts: [attempt("b", "b", "5")], thread: null },
    ],
  }).bench;
}

const byId = (bench: ReturnType<typeof opened>, id: string) => {
  const one = bench.cases.value.find((each) => each.id === id);
  assert.ok(one);
  return one;
};

test("the history holds what one tried or judged, the latest first", () => {
  const bench = opened();
  assert.deepEqual(
    ownCases(bench.cases.value).map(({ id }) => id),
    ["b", "ex", "a"],
  );
});

test("what goes and what stays is told case by case", () => {
  const bench = opened();
  const plain = fate(byId(bench, "b"), "picture", "Lakeside");
  assert.equal(plain.goes, "The picture with its answer. At once and for good, also what was computed from it.");
  assert.equal(plain.stays.length, 1);
  const judged = fate(byId(bench, "a"), "picture", "Lakeside");
  assert.match(
    judged.goes,
    /^The picture with its answer; 1 attempt on it; your marks and sentences.*; what you wrote/,
  );
  assert.match(judged.stays[0] ?? "", /^“Wrong”, with the class/);
  const example = fate(byId(bench, "ex"), "picture", "Lakeside");
  assert.match(example.goes, /^1 attempt on it; your marks/);
  assert.match(example.stays[0] ?? "", /^The example/);
});

test("a deleted case leaves the page with the work on it, and another is open", () => {
  const bench = opened();
  bench.openCase("a");
  bench.store.save("a", bench.work);
  forgotten(bench, "a");
  assert.deepEqual(
    bench.cases.value.map(({ id }) => id),
    ["ex", "b"],
  );
  assert.equal(bench.caseId.value, "b");
  assert.equal(bench.store.workOf("a"), null);
});

test("an example stays without what was one's own", () => {
  const bench = opened();
  forgotten(bench, "ex");
  const { attempts } = byId(bench, "ex");
  assert.deepEqual(
    attempts.map(({ id, flag }) => [id, flag]),
    [["ex", null]],
  );
  assert.deepEqual(
    ownCases(bench.cases.value).map(({ id }) => id),
    ["b", "a"],
  );
});

test("the last case of one's own leaves an empty bench", () => {
  const bench = opened();
  for (const original of ["a", "b"]) forgotten(bench, original);
  bench.cases.value = bench.cases.value.filter(({ id }) => id === "ex").map((one) => ({ ...one, isOwn: true }));
  bench.openCase("ex");
  forgotten(bench, "ex");
  assert.equal(bench.original.value, null);
});
