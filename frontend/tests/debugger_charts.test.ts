/** Bars, bins and outlines: from counts to places, and from a hand on them to a clause. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { barName, barRead, barsIn, barsOf, conditionOf, endsOf, folded } from "../components/debugger/bars.ts";
import { clauseOfBins, rangeOf } from "../components/debugger/plot_hand.ts";
import {
  binOf,
  density,
  digitsOfTicks,
  drawn,
  isLumpy,
  placeOf,
  ticks,
  valueAt,
} from "../components/debugger/scale.ts";
import type { Distribution, Feature } from "../components/debugger/types.ts";

const feature = (change: Partial<Feature>): Feature => ({
  name: "age",
  kind: "number",
  edges: [0, 10, 20, 30, 40],
  categories: [],
  a: [1, 2, 3, 4, 0],
  b: [4, 3, 2, 1, 0],
  measures: {},
  p: null,
  q: null,
  direction: null,
  sentence: "",
  ...change,
});
const site = feature({
  name: "site",
  kind: "category",
  edges: [],
  categories: ["A", "B", "other"],
  a: [5, 3, 2, 1],
  b: [1, 1, 1, 0],
});

test("a bin is its range, an outer one holds what is beyond it too", () => {
  const age = feature({});
  assert.deepEqual(conditionOf(age, [1]), { column: "age", low: 10, high: 20 });
  assert.deepEqual(conditionOf(age, [0]), { column: "age", high: 10 });
  assert.deepEqual(conditionOf(age, [3, 2]), { column: "age", low: 20 });
  assert.deepEqual(conditionOf(age, [1, 4]), {
    any: [
      { column: "age", low: 10, high: 20 },
      { column: "age", null: true },
    ],
  });
  assert.equal(conditionOf(age, []), null);
});

test("a category is its name; “other” is none of those beside it; the nulls are a bar", () => {
  assert.deepEqual(conditionOf(site, [0, 1]), { column: "site", in: ["A", "B"] });
  assert.deepEqual(conditionOf(site, [2]), { column: "site", not_in: ["A", "B"] });
  assert.deepEqual(conditionOf(site, [2, 0]), { column: "site", not_in: ["B"] });
  assert.deepEqual(conditionOf(site, [3]), { column: "site", null: true });
  assert.equal(barName(site, 3), "missing");
});

test("a clause marks the bars that it was made of", () => {
  for (const [one, chosen] of [
    [feature({}), [1, 2]],
    [feature({}), [0]],
    [feature({}), [0, 3, 4]],
    [site, [0, 2]],
    [site, [1, 3]],
  ] as const) {
    assert.deepEqual([...barsIn(one, conditionOf(one, chosen))].sort(), [...chosen]);
  }
  assert.equal(barsIn(feature({}), { column: "site", in: ["A"] }).size, 0);
});

test("bars fill the width, the nulls apart at its end; the tallest is 1", () => {
  const bars = barsOf(feature({}), 200);
  assert.deepEqual(
    bars.map(({ x, width }) => [x, width]),
    [
      [0, 50],
      [50, 50],
      [100, 50],
      [150, 50],
    ],
  );
  assert.equal(Math.max(...bars.flatMap(({ a, b }) => [a, b])), 1);
  const withNulls = barsOf(site, 200);
  assert.equal(withNulls.length, 4);
  const [last] = withNulls.slice(-1);
  assert.ok(last?.isNull && Math.abs(last.x + last.width - 200) < 1e-9);
});

test("many categories are folded without losing a row", () => {
  const names = Array.from({ length: 40 }, (_, i) => `D${i}`);
  const rows = names.map((_, i) => 40 - i);
  const one = folded(feature({ edges: [], categories: names, a: [...rows, 7], b: [...rows, 0] }));
  assert.equal(one.categories.length, 15);
  assert.equal(one.categories.at(-1), "other");
  assert.equal(
    one.a.reduce((x, y) => x + y),
    rows.reduce((x, y) => x + y) + 7,
  );
  assert.equal(one.a.at(-1), 7);
  assert.deepEqual(conditionOf(one, [14]), { column: "age", not_in: names.slice(0, 14) });
  assert.equal(folded(site), site);
});

test("outer bins that are wider say where they begin", () => {
  assert.deepEqual(endsOf(feature({})), ["0", "40"]);
  const cut = feature({ edges: [-900, 10, 20, 30, 40, 999], a: [1, 1, 1, 1, 1, 0], b: [1, 1, 1, 1, 1, 0] });
  assert.deepEqual(endsOf(cut), ["< 10", "≥ 40"]);
});

test("a range of whole bins is half-open, and open to what is beyond the last", () => {
  const edges = [0, 0.5, 1, 1.5];
  assert.deepEqual(clauseOfBins("v14", edges, 1, 0), { column: "score:v14", low: 0, high: 1 });
  assert.deepEqual(clauseOfBins("v14", edges, 1, 2), { column: "score:v14", low: 0.5 });
  assert.deepEqual(rangeOf({ column: "score:v14", low: 0.5 }, edges), { model: "v14", low: 0.5, high: 1.5 });
  assert.equal(rangeOf({ column: "age", low: 1 }, edges), null);
});

const distribution = (counts: number[], change: Partial<Distribution> = {}): Distribution => ({
  counts,
  above: 0,
  nulls: 0,
  quartiles: [1, 2, 3],
  mean: 2,
  ...change,
});

test("an outline keeps all rows and loses none over its ends", () => {
  const edges = Array.from({ length: 11 }, (_, i) => i);
  const counts = [90, 40, 20, 10, 5, 3, 1, 0, 0, 1];
  const spread = density(distribution(counts, { above: 6 }), edges);
  assert.ok(Math.abs(spread.reduce((x, y) => x + y) - 176) < 1e-9);
  assert.ok(spread.every((n) => n >= 0));
  assert.ok(isLumpy(distribution([5, 0, 0, 0, 7])));
  assert.ok(!isLumpy(distribution([5, 1, 1, 1, 7])));
});

test("a value falls into its bin, beyond the edges into the outer ones", () => {
  const edges = [0, 1, 2, 4];
  assert.deepEqual(
    [-1, 0, 0.99, 1, 3.9, 4, 9].map((value) => binOf(edges, value)),
    [0, 0, 0, 1, 2, 2, 2],
  );
});

test("ticks are round, inside, and as exact as they need", () => {
  assert.deepEqual(ticks(0, 2.15, 5), [0, 0.5, 1, 1.5, 2]);
  assert.deepEqual(ticks(-1, 1, 4), [-1, -0.5, 0, 0.5, 1]);
  assert.equal(digitsOfTicks([0, 0.25, 0.5]), 2);
  assert.equal(digitsOfTicks([0, 100]), 0);
  const scale = { low: 2, high: 4, width: 100 };
  assert.deepEqual([placeOf(scale, 3), placeOf(scale, 9), valueAt(scale, 50), valueAt(scale, -5)], [50, 100, 3, 2]);
});

test("where rows count by weight, bars and outlines are as high as their weights, and reads say both", () => {
  const weighed = feature({
    a: [1, 1, 0, 0, 0],
    b: [1, 1, 1, 1, 0],
    weights_a: [9, 1, 0, 0, 0],
    weights_b: [1, 1, 1, 1, 0],
  });
  const [first, second] = barsOf(weighed, 100);
  assert.equal(first?.a, 1);
  assert.ok(Math.abs((second?.a ?? 0) - 1 / 9) < 1e-9);
  assert.deepEqual(barRead(weighed, 0).a, { count: "1", share: "90.0\u00a0%" });
  const score: Distribution = {
    counts: [3, 1],
    above: 1,
    nulls: 0,
    quartiles: [0, 0, 1],
    mean: 0.5,
    weights: [0.5, 2, 3],
  };
  assert.deepEqual(drawn(score), [0.5, 5]);
  assert.deepEqual(drawn({ ...score, weights: [] }), [3, 2]);
});
