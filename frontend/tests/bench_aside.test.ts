/** What is drawn over a study that is kept aside, and which refusal keeps one aside. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { boxBetween, heldOf } from "../components/bench/aside_boxes.ts";

test("a box lies between two points, whichever came first, and inside the picture", () => {
  const box = { x: 0.2, y: 0.1, w: 0.3, h: 0.2 };
  assert.deepEqual(boxBetween([0.2, 0.1], [0.5, 0.3]), box);
  assert.deepEqual(boxBetween([0.5, 0.3], [0.2, 0.1]), box);
  assert.deepEqual(boxBetween([-1, -1], [0.5, 2]), { x: 0, y: 0, w: 0.5, h: 1 });
});

test("a slip of the hand covers nothing", () => {
  assert.equal(boxBetween([0.2, 0.1], [0.2, 0.4]), null);
  assert.equal(boxBetween([1.2, 0.1], [1.5, 0.4]), null);
});

test("only a refusal that names it keeps a study aside", () => {
  assert.equal(heldOf({ code: "input_damaged" }), null);
  assert.equal(heldOf({ code: "input_quarantined" }), null);
  const held = { id: "1" };
  assert.equal(heldOf({ code: "input_quarantined", quarantine: held } as never), held);
});
