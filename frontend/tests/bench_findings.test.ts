/** What is said of single findings: one word each, taken back by the same word, a place by hand. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { counted, type Judged } from "../components/bench/findings.ts";
import { colourOf, corrected, drawnAs, piecesOf, ruled, slice, whereOf } from "../components/bench/rulings.ts";

test("a finding has one word, and the same word once more takes it back", () => {
  const one = ruled([], "nodules", "b0", "accepted");
  assert.deepEqual(one, [{ output: "nodules", id: "b0", verdict: "accepted" }]);
  const other = ruled(one, "nodules", "b0", "rejected");
  assert.deepEqual(other, [{ output: "nodules", id: "b0", verdict: "rejected" }]);
  assert.deepEqual(ruled(other, "nodules", "b0", "rejected"), []);
  assert.equal(ruled(one, "masses", "b0", "accepted").length, 2);
});

test("a correction keeps what was corrected before", () => {
  const before: Judged[] = corrected([], "nodules", "b0", { label: "mass" });
  assert.deepEqual(corrected(before, "nodules", "b0", { x: 0.5 }), [
    { output: "nodules", id: "b0", verdict: "corrected", correction: { label: "mass", x: 0.5 } },
  ]);
});

test("a shape drawn by hand is a place, whichever corner came first", () => {
  const box = { x: 0.25, y: 0.5, w: 0.25, h: 0.25 };
  const [a, b]: [[number, number], [number, number]] = [
    [0.25, 0.5],
    [0.5, 0.75],
  ];
  assert.deepEqual(drawnAs("boxes", [a, b]), box);
  assert.deepEqual(drawnAs("boxes", [b, a]), box);
  assert.deepEqual(drawnAs("points", [a]), { x: 0.25, y: 0.5 });
  assert.deepEqual(drawnAs("mask", [a, b, [0, 0]]), { contours: [[a, b, [0, 0]]] });
});

test("a text is cut by code points where spans begin and end", () => {
  const text = "🫁 of the left lobe";
  const spans = [
    { id: "s0", label: "organ", start: 0, end: 1 },
    { id: "s1", label: "side", start: 9, end: 13 },
    { id: "s2", label: "place", start: 9, end: 18 },
  ];
  const pieces = piecesOf(text, spans);
  assert.equal(pieces.map((piece) => piece.text).join(""), text);
  assert.deepEqual(
    pieces.map((piece) => [piece.text, piece.start, piece.spans.map((span) => span.id)]),
    [
      ["🫁", 0, ["s0"]],
      [" of the ", 1, []],
      ["left", 9, ["s1", "s2"]],
      [" lobe", 13, ["s2"]],
    ],
  );
  assert.equal(slice(text, 9, 13), "left");
});

test("findings are told in the words that the team reads", () => {
  assert.equal(whereOf("boxes", { id: "b0", x: 0.1, y: 0.2, w: 0.3, h: 0.4 }, ""), "30 × 40 % at 10, 20 %");
  assert.equal(whereOf("mask", { id: "m1", pixels: 1200, area_mm2: 12.345 }, ""), "1,200 px, 12.3 mm²");
  assert.equal(counted({ kind: "boxes", boxes: [] }), "No boxes");
  assert.equal(counted({ kind: "points", points: [{ id: "p0", name: "a", x: 0, y: 0 }] }), "1 point");
});

test("classes next to each other have colours of their own", () => {
  const classes = ["a", "b", "c", "d", "e", "f", "g"];
  assert.equal(new Set(classes.map((name) => colourOf(name, classes))).size, 7);
});
