/** The list of edits: moved, switched off, taken to the next case, undone. A page model stands for the socket. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bench } from "../components/bench/state.ts";
import type { Edit } from "../components/bench/types.ts";
import { benched } from "./benched.ts";

const { applyToNext, moveEdit, switchEdit } = await import("../components/bench/edit_list.ts");
const { undo } = await import("../components/bench/tools.ts");
const { attemptName } = await import("../components/bench/attempt_words.ts");
const { matches } = await import("../components/bench/wanted.ts");
const { frameOf } = await import("../components/bench/viewers/picture/geometry.ts");

const crop: Edit = { kind: "crop", x: 0, y: 0, w: 0.5, h: 0.5 };
const turn: Edit = { kind: "rotate", degrees: 90 };

const stored = (id: string, edits: Edit[] = []) => ({
  id,
  original: id,
  state: "succeeded",
  inputs: { film: { kind: "image", url: `/${id}`, width: 100, height: 80 } },
  edits,
  answer: {},
});

function opened() {
  return benched({
    interface: { inputs: [{ kind: "image", name: "film" }], outputs: [] },
    examples: ["a", "b"].map((id) => ({ id, title: id, prediction: stored(id) })),
  }).bench;
}
const kinds = (bench: Bench) => bench.edits.value.map(({ kind }) => kind);

test("an edit moves within the list and no further; the steps of a drag are one change", () => {
  const bench = opened();
  bench.setEdits([crop, turn]);
  moveEdit(bench, 0, 1);
  assert.deepEqual(kinds(bench), ["rotate", "crop"]);
  moveEdit(bench, 1, 2);
  moveEdit(bench, 0, -1);
  assert.deepEqual(kinds(bench), ["rotate", "crop"]);
  undo(bench);
  assert.deepEqual(kinds(bench), ["crop", "rotate"]);
  moveEdit(bench, 0, 1, "order");
  moveEdit(bench, 1, 0, "order");
  moveEdit(bench, 0, 1, "order");
  bench.endDrag();
  undo(bench);
  assert.deepEqual(kinds(bench), ["crop", "rotate"]);
});

test("an edit that is off stays in the list and makes no difference to the frame; on again it is as it was", () => {
  const bench = opened();
  bench.setEdits([crop, turn]);
  switchEdit(bench, crop);
  assert.deepEqual(bench.edits.value, [{ ...crop, off: true }, turn]);
  assert.deepEqual(bench.here.value, [turn]);
  assert.deepEqual(frameOf(bench.edits.value, { width: 100, height: 80 }), frameOf([turn], { width: 100, height: 80 }));
  switchEdit(bench, bench.edits.value[0] as Edit);
  assert.deepEqual(bench.edits.value, [crop, turn]);
});

test("an attempt is named by what is in effect, and is the answer to its own list alone", () => {
  const off = { ...crop, off: true };
  const attempt = { ...stored("c", [off, turn]), id: "c" } as never;
  assert.equal(attemptName(attempt, stored("a") as never, []).text, "Rotate");
  const wanted = (edits: Edit[]) => ({ caseId: "a", edits, values: {} });
  assert.ok(matches(attempt, wanted([off, { ...turn, off: false }]), []));
  assert.ok(!matches(attempt, wanted([crop, turn]), []));
});

test("the next case takes the same changes, and gives its own back by undo", () => {
  const bench = opened();
  bench.setEdits([crop, turn]);
  applyToNext(bench);
  assert.equal(bench.caseId.value, "b");
  assert.deepEqual(kinds(bench), ["crop", "rotate"]);
  undo(bench);
  assert.deepEqual(kinds(bench), []);
});
