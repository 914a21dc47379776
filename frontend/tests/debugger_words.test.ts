/** How numbers and names are said. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { chance, elapsed, formatOf, moment, onScale, plain, share, signed } from "../components/debugger/numbers.ts";
import {
  clauseName,
  groupName,
  headingOf,
  inShort,
  MEASURES,
  scoreName,
  segmentsName,
  shortNames,
} from "../components/debugger/words.ts";

const none = new Set<string>();

test("values have the digits of their scale", () => {
  assert.equal(onScale(0.13456, 2.15), "0.13");
  assert.equal(onScale(0.00321, 0.02), "0.0032");
  assert.equal(onScale(1234.5, 5000), "1,235");
  assert.equal(onScale(null, 1), "–");
  assert.equal(onScale(-0.004, 2), "0.00");
  assert.equal(signed(-0.5, 2), "−0.50");
  assert.equal(signed(0.5, 2), "+0.50");
});

test("numbers without a scale have three digits that say something", () => {
  assert.deepEqual([0, 3, 1234567, 12.345, 0.0123, -0.5, 3.2e-7].map(plain), [
    "0",
    "3",
    "1,234,567",
    "12.35",
    "0.0123",
    "−0.5",
    "3.20e−7",
  ]);
});

test("a column of numbers has one format", () => {
  const said = (...values: number[]) => values.map(formatOf(values));
  assert.deepEqual(said(8.1, 3, 6), ["8.1", "3.0", "6.0"]);
  assert.deepEqual(said(3, 12345), ["3", "12,345"]);
  assert.deepEqual(said(3.1e-6, 0.25, 0.9), ["<\u00a00.001", "0.250", "0.900"]);
  assert.deepEqual(said(-2e-6, 3.14e-6), ["−2.00e−6", "3.14e−6"]);
});

test("columns that are called alike are told apart by what they are", () => {
  const columns = [
    { name: "reader", kind: "number", role: "probability", model: "reader" },
    { name: "age", kind: "number", role: "feature" },
  ] as const;
  const heads = ["", "score:reader", "reader", "age"].map((name) => headingOf(name, "log_loss", columns, ["reader"]));
  assert.deepEqual(heads, ["Row", "Log loss, reader", "Probability, reader", "age"]);
});

test("shares, chances, moments and waits", () => {
  assert.deepEqual([share(312, 3214), share(1, 100_000), share(0, 0)], ["9.7\u00a0%", "<\u00a00.1\u00a0%", "0\u00a0%"]);
  assert.deepEqual([chance("q", 0.0004), chance("q", 0.012), chance("p", 0.4)], ["q < 0.001", "q 0.012", "p 0.40"]);
  assert.equal(moment(1_767_225_600, 1e7), "2026-01-01");
  assert.equal(moment(1_767_225_600, 3600), "00:00");
  assert.deepEqual([elapsed(420), elapsed(12_300), elapsed(75_000)], ["0.4 s", "12 s", "1 min 15 s"]);
});

test("groups are called by their segments' numbers, or names where they have their own", () => {
  const names = new Map([0, 1, 2, 3].map((key) => [key, `Segment ${key}`]));
  assert.equal(groupName([0, 2], names), "0, 2");
  assert.equal(groupName([], names), "empty");
  assert.equal(
    groupName(
      [0, 1],
      new Map([
        [0, "Site A"],
        [1, "Site B"],
      ]),
    ),
    "Site A, Site B",
  );
  assert.equal(
    groupName(
      [0, 1, 2],
      new Map([
        [0, "A"],
        [1, "B"],
        [2, "C"],
      ]),
      true,
    ),
    "all others",
  );
});

test("a clause and a segmentation are said shortly", () => {
  assert.equal(clauseName({ column: "score:v14", low: 0.5, high: 1 }, none), "score of v14 0.5 to 1");
  assert.equal(clauseName({ column: "site", in: ["A"] }, none), "site: A");
  assert.equal(clauseName({ column: "site", null: true }, none), "site: missing");
  assert.equal(
    clauseName(
      {
        any: [
          { column: "a", low: 1 },
          { column: "b", null: true },
        ],
      },
      none,
    ),
    "a >= 1 or b is missing",
  );
  assert.equal(segmentsName({ type: "performance" }), "4, by performance");
  assert.equal(segmentsName({ type: "quantiles", column: "score:v14", parts: 5 }), "5 parts of score of v14");
  assert.equal(scoreName("= abs(a - b)"), "abs(a - b)");
});

test("a long name is said by its beginning and its end", () => {
  assert.equal(inShort("age"), "age");
  const [one, other] = [37, 38].map((n) => inShort(`measurement of the left ventricle's wall number ${n}`));
  assert.equal(one, "measurement of t… e's wall number 37");
  assert.notEqual(one, other);
});

test("a measure's note says how far it goes", () => {
  assert.match(MEASURES.jensen_shannon.note, /in nats, 0 alike to 0\.69/);
});

test("names that begin alike show what tells them apart", () => {
  const said = (...names: string[]) => [...shortNames(names).values()];
  const long = (n: number) => `very_long_column_name_number_${n}_of_a_series_with_a_common_ending`;
  const [one = "", other = ""] = said(long(17), long(18));
  assert.match(one, /17/);
  assert.match(other, /18/);
  assert.ok(one.length <= 36 && one.startsWith("very_long"));
  const [low, high] = said("mean texture < 19.97 and mean area < 500.5", "mean texture < 19.97 and mean area >= 500.5");
  assert.notEqual(low, high);
  assert.deepEqual(said("age", "site"), ["age", "site"]);
});
