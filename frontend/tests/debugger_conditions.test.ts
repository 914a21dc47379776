/** Conditions as they are written, and read again. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { both, columnsOf, lines, Misread, read, written } from "../components/debugger/conditions.ts";
import type { Column, Condition } from "../components/debugger/types.ts";

const columns: Column[] = [
  { name: "age", kind: "number", role: "feature" },
  { name: "site", kind: "category", role: "feature" },
  { name: "pixel spacing", kind: "number", role: "feature" },
  { name: "taken", kind: "time", role: "time" },
  { name: "is", kind: "boolean", role: "feature" },
];
const times = new Set(["taken"]);

test("what is written is read as it was", () => {
  const all: Condition[] = [
    { column: "age", low: 60, high: 80 },
    { column: "age", low: -1.5 },
    { column: "age", high: 1e-3 },
    { column: "site", in: ["A"] },
    { column: "site", in: ["A", 'the "new" one'] },
    { column: "site", not_in: ["A", "B"] },
    { column: "site", null: true },
    { column: "pixel spacing", low: 0.15 },
    { column: "score:v14", low: 1 },
    { column: "taken", low: 1_767_225_600 },
    { column: "is", in: ["true"] },
    {
      all: [
        { column: "age", low: 60 },
        {
          any: [
            { column: "site", in: ["A"] },
            { column: "site", null: true },
          ],
        },
      ],
    },
    {
      any: [
        {
          all: [
            { column: "age", low: 60 },
            { column: "site", in: ["B"] },
          ],
        },
        { column: "age", null: true },
      ],
    },
  ];
  for (const one of all) assert.deepEqual(read(written(one, times), columns), one, written(one, times));
});

test("a condition reads as people say it", () => {
  const where: Condition = {
    all: [
      { column: "site", in: ["A", "B"] },
      { column: "pixel spacing", low: 0.15 },
    ],
  };
  assert.equal(written(where), 'site in ("A", "B") and `pixel spacing` >= 0.15');
  assert.deepEqual(lines(where, times), ['site in ("A", "B")', "and `pixel spacing` >= 0.15"]);
  assert.equal(written({ column: "taken", low: 1_767_225_600 }, times), 'taken >= "2026-01-01"');
  assert.deepEqual(columnsOf(where), ["site", "pixel spacing"]);
});

test("of a long list the first values are told, and how many more there are", () => {
  const values = Array.from({ length: 52 }, (_, place) => `s${place}`);
  const where: Condition = { all: [{ column: "site", not_in: values }] };
  assert.equal(
    lines(where, times)[0],
    `site not in (${values
      .slice(0, 12)
      .map((one) => `"${one}"`)
      .join(", ")} and 40 more)`,
  );
  assert.deepEqual(read(written(where), columns), { column: "site", not_in: values }, "what is edited is whole");
});

test("words, signs and quotes are read in the forms that people use", () => {
  assert.deepEqual(read("AGE >= 1", [{ name: "AGE", kind: "number", role: "feature" }]), { column: "AGE", low: 1 });
  assert.deepEqual(read("60 ≤ age < 80", columns), { column: "age", low: 60, high: 80 });
  assert.deepEqual(read("site = A AND age is missing", columns), {
    all: [
      { column: "site", in: ["A"] },
      { column: "age", null: true },
    ],
  });
  assert.deepEqual(read("site not in ('A', B)", columns), { column: "site", not_in: ["A", "B"] });
  assert.deepEqual(read("age != 3", columns), { column: "age", not_in: [3] });
  assert.deepEqual(read("`is` is true", columns), { column: "is", in: ["true"] });
});

test("what cannot be read is said with its place", () => {
  const says = (text: string) => {
    try {
      read(text, columns);
      return "";
    } catch (reason) {
      assert.ok(reason instanceof Misread);
      return reason.message;
    }
  };
  assert.match(says("weight > 3"), /character 1: there is no column “weight”/);
  assert.match(says('taken > "2026-01-01"'), /first one in it/);
  assert.match(says("age >="), /text ends where a number is expected/);
  assert.match(says("site < 3"), /no order/);
  assert.match(says("age >= 3 site"), /character 10 there is “site” where “and” or “or”/);
  assert.match(says("(age >= 3"), /“\)” is expected/);
  assert.match(says('taken >= "soon"'), /no date/);
  assert.match(says("age >= 3 §"), /not understood/);
});

test("more than and at most are bounds at the next number, and are written as they were", () => {
  const over = read("age > 60", columns);
  assert.ok(over.low !== undefined && over.low > 60 && over.low < 60.000001);
  assert.equal(written(over), "age > 60");
  assert.deepEqual(read("60 < age", columns), over);
  for (const text of ["age <= 0.1", "-60 < age <= -1.5", "age > 0", "0 <= age <= 1e+21"])
    assert.equal(written(read(text, columns)), text);
});

test("a moment that is taken otherwise is offered as it can be had", () => {
  const meant = (text: string) => {
    try {
      return written(read(text, columns), times);
    } catch (reason) {
      return (reason as Misread).meant;
    }
  };
  assert.equal(meant('age >= 3 and taken > "2026-01-01"'), 'age >= 3 and taken >= "2026-01-01"');
  assert.equal(meant('taken ≤ "2026-01-01"'), 'taken < "2026-01-01"');
});

test("several conditions become one list", () => {
  const [one, other]: Condition[] = [{ all: [{ column: "age", low: 1 }] }, { column: "site", in: ["A"] }];
  assert.deepEqual(both([one as Condition, other as Condition]), {
    all: [
      { column: "age", low: 1 },
      { column: "site", in: ["A"] },
    ],
  });
  assert.deepEqual(both([other as Condition]), other);
});
