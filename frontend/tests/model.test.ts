import assert from "node:assert/strict";
import { test } from "node:test";
import { pageModel } from "../host/model.ts";

test("a change is told once it is saved, to listeners and to the other side", () => {
  const saved: object[] = [];
  const heard: unknown[] = [];
  const model = pageModel({ hover: 0, slice: "all" }, { save: (changes) => saved.push(changes) });
  model.on("change:hover", (value) => heard.push(value));
  model.set("hover", 3);
  assert.deepEqual(heard, []);
  model.save_changes();
  model.save_changes();
  assert.deepEqual(heard, [3]);
  assert.deepEqual(saved, [{ hover: 3 }]);
});

test("what comes from the server is told and not echoed", () => {
  const saved: object[] = [];
  const model = pageModel({ hover: 0 }, { save: (changes) => saved.push(changes) });
  let told = 0;
  model.on("change", () => told++);
  model.receive({ hover: 5 });
  assert.equal(model.get("hover"), 5);
  assert.equal(told, 1);
  assert.deepEqual(saved, []);
});

test("a listener that is off hears nothing", () => {
  const model = pageModel({ hover: 0 });
  let told = 0;
  const listener = (): void => void told++;
  model.on("msg:custom", listener);
  model.deliver({});
  model.off("msg:custom", listener);
  model.deliver({});
  assert.equal(told, 1);
});
