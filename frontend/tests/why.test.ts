/** What was found, as rows of a file; and which marks can be covered. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { coverable, placed } from "../components/why/stage.ts";
import { rowsOf } from "../components/why/taking.ts";
import { csv } from "../host/saving.ts";

test("a map has a row for each of its cells", () => {
  const found = { kind: "map", input: "x", x: [0, 0.5, 1], y: [0, 1], values: [[0.25, -1]], score: 1 } as const;
  assert.deepEqual(rowsOf({ ...found, x: [...found.x], y: [...found.y], values: [[0.25, -1]] }), [
    ["left", "top", "right", "bottom", "drop"],
    [0, 0, 0.5, 1, 0.25],
    [0.5, 0, 1, 1, -1],
  ]);
});

test("a stress test has a row for each change at each severity", () => {
  const at = [
    { severity: 1, score: 0.5, top: "cat", changed: false },
    { severity: 2, score: 0.25, top: "dog", changed: true },
  ];
  const rows = [{ change: "fog", title: "Fog", family: "weather", at }];
  assert.deepEqual(rowsOf({ kind: "stress", rows, score: 1, top: "cat" }).slice(1), [
    ["fog", "weather", 1, 0.5, "cat", false],
    ["fog", "weather", 2, 0.25, "dog", true],
  ]);
});

test("what a spreadsheet could take for a formula gets an apostrophe, as the server gives it", () => {
  const unseen = ["", "  ", "\u00a0", "\u3000", "\ufeff", "\u200b \u200b", "\u00ad", "\x1c", "\x85"];
  const signs = ["+1", "-1", "@A", "＝1", "＋1", "－1", "＠A", "\tplain"];
  for (const text of [...unseen.map((hides) => `${hides}=1+1`), ...signs])
    assert.equal(csv([[text]]), `'${text}\r\n`, JSON.stringify(text));
  assert.equal(csv([["\n=1"]]), `"'\n=1"\r\n`);
  for (const text of ["", "plain", "a=b", "1-2", "  plain", "“=quoted”"]) assert.equal(csv([[text]]), `${text}\r\n`);
});

test("a text in a file is quoted, and no formula", () => {
  assert.equal(csv([["=1+1", 'say "a, b"', -1]]), `'=1+1,"say ""a, b""",-1\r\n`);
});

test("only what has an inside is covered, and only on its own input", () => {
  const box = { kind: "box", points: [], input: "a", note: "here" } as const;
  const marks = [
    { ...box, points: [] },
    { ...box, kind: "line" as const, points: [] },
    { ...box, input: "b", points: [] },
  ];
  assert.deepEqual(placed(coverable(marks, "a")), [{ kind: "box", points: [] }]);
});
