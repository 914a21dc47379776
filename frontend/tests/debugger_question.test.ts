/** From a hand's step to the question that is asked. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  canonical,
  clauseOf,
  comparing,
  firstView,
  modelsOf,
  onlyListsDiffer,
  short,
  sortedBy,
  whole,
  withClause,
  withGroup,
  withModels,
  withNamed,
  withRows,
  withScore,
  withSegments,
  withWritten,
} from "../components/debugger/question.ts";
import type { Column, Group } from "../components/debugger/types.ts";

const columns: Column[] = [
  { name: "case", kind: "text", role: "id" },
  { name: "p14", kind: "number", role: "probability", model: "v14", of_class: "yes" },
  { name: "y14", kind: "category", role: "prediction", model: "v14" },
  { name: "p13", kind: "number", role: "probability", model: "v13", of_class: "yes" },
  { name: "age", kind: "number", role: "feature" },
];
const all = ["v14", "v13"];
const group = (...keys: number[]): Group => ({ keys, rows: 10, medians: {} });

test("models come in the order of their columns, each once", () => {
  assert.deepEqual(modelsOf(columns), all);
});

test("the first question lists the worst rows of group A by the first model's score", () => {
  const { rows, models, a } = firstView(columns);
  assert.deepEqual(rows, { first: 0, count: 50, sort: "score:v14", descending: true, of: "a" });
  assert.deepEqual([models, a], [[], []]);
  assert.equal(firstView([]).rows?.sort, "");
});

test("a question is short by what is usual, and whole again", () => {
  const view = withRows(withClause(firstView(columns), "manual", { column: "age", low: 60 }), { of: "all" });
  assert.deepEqual(short(view, columns), {
    clauses: [{ source: "manual", where: { column: "age", low: 60 } }],
    rows: { of: "all" },
  });
  assert.deepEqual(whole(short(view, columns), columns), view);
  assert.deepEqual(short(firstView(columns), columns), {});
});

test("equal questions have one text, whatever the order of their keys", () => {
  assert.equal(canonical({ b: [1, { d: 1, c: 2 }], a: undefined }), canonical({ b: [1, { c: 2, d: 1 }] }));
});

test("another first model takes the sorting with it; a model that goes takes its range", () => {
  const view = withClause(firstView(columns), "performance", { column: "score:v14", low: 1 });
  const turned = withModels(view, ["v13", "v14"], all);
  assert.equal(turned.rows?.sort, "score:v13");
  assert.equal(turned.clauses.length, 1);
  assert.deepEqual(withModels(view, ["v13"], all).clauses, []);
  assert.deepEqual(withModels(turned, all, all).models, []);
  const byAge = sortedBy(view, "age");
  assert.equal(withModels(byAge, ["v13"], all).rows?.sort, "age");
});

test("another score drops bounds on the old one and the groups that it made, and keeps the other filters", () => {
  let view = withClause(firstView(columns), "performance", { column: "score:v14", low: 1 });
  view = withClause(view, "feature:age", { column: "age", low: 60 });
  view = withClause(view, "manual", {
    any: [
      { column: "score:v13", low: 2 },
      { column: "age", null: true },
    ],
  });
  const next = withScore({ ...view, a: [3] }, "margin", true);
  assert.deepEqual(next.clauses, [{ source: "feature:age", where: { column: "age", low: 60 } }]);
  assert.deepEqual([next.a, next.rows?.descending], [[], false]);
  const byColumn = { ...withSegments(view, { type: "column", column: "age" }), a: [2] };
  assert.deepEqual(withScore(byColumn, "brier", false).a, [2]);
});

test("other segments begin with the groups left open", () => {
  const view = withClause({ ...firstView(columns), a: [1], b: [2] }, "x", { column: "segment", in: [1] });
  const next = withSegments(view, { type: "quantiles", column: "age" });
  assert.deepEqual([next.a, next.b, next.clauses], [[], [], []]);
});

test("a newer clause takes the place of its source's older one", () => {
  let view = withClause(firstView(columns), "feature:age", { column: "age", low: 60 });
  view = withClause(view, "feature:age", { column: "age", high: 20 });
  assert.deepEqual(clauseOf(view, "feature:age"), { column: "age", high: 20 });
  assert.deepEqual(withClause(view, "feature:age", null).clauses, []);
});

test("a segment goes from one group to the other, or out of both; neither group is left empty", () => {
  const view = firstView(columns);
  const keys = [0, 1, 2, 3];
  const shown = { a: group(3), b: group(0, 1, 2) };
  const both = withGroup(view, shown, keys, 2, "a");
  assert.deepEqual([both?.a, both?.b], [[2, 3], []]);
  const back = withGroup(view, { a: group(2, 3), b: group(0, 1) }, keys, 3, "a");
  assert.deepEqual([back?.a, back?.b], [[2], []]);
  const out = withGroup(view, shown, keys, 1, "b");
  assert.deepEqual([out?.a, out?.b], [[3], [0, 2]]);
  const whole = withGroup(view, { a: group(3), b: group(0, 2) }, keys, 1, "b");
  assert.deepEqual(whole?.b, []);
  assert.equal(withGroup(view, shown, keys, 3, "a"), null);
  assert.equal(withGroup(view, shown, keys, 3, "b"), null);
  assert.equal(withGroup(view, { a: group(1), b: group(0) }, [0, 1], 0, "b"), null);
});

test("rows are turned without a step; any other change begins them anew", () => {
  const view = withRows(firstView(columns), { first: 50 });
  assert.equal(view.rows?.first, 50);
  assert.ok(onlyListsDiffer(view, firstView(columns)));
  const named = withNamed({ ...view, first_feature: 60, features: 200 }, "age");
  assert.deepEqual([named.named, named.first_feature, named.features], ["age", 0, 40]);
  assert.ok(onlyListsDiffer(view, named));
  assert.ok(!onlyListsDiffer(view, { ...named, measure: "kl" }));
  assert.equal(withClause(view, "manual", { column: "age", low: 1 }).rows?.first, 0);
  assert.deepEqual(
    [sortedBy(view, "age").rows?.descending, sortedBy(sortedBy(view, "age"), "age").rows?.descending],
    [true, false],
  );
});

test("a slice is compared with all others", () => {
  const view = comparing(firstView(columns), "Old", { column: "age", low: 60 });
  assert.deepEqual(view.segments, {
    type: "conditions",
    segments: [{ name: "Old", where: { column: "age", low: 60 } }],
  });
  assert.deepEqual([view.a, view.b], [[0], []]);
});

test("conditions that are written one after another stand each by itself", () => {
  let view = withWritten(firstView(columns), { column: "age", low: 60 });
  view = withWritten(view, { column: "age", high: 80 });
  assert.deepEqual(
    view.clauses.map(({ source }) => source),
    ["manual", "manual:2"],
  );
  assert.equal(withWritten(view, { column: "age", low: 60 }), view);
  view = withWritten(withClause(view, "manual", null), { column: "age", null: true });
  assert.deepEqual(
    view.clauses.map(({ source }) => source),
    ["manual:2", "manual"],
  );
});
