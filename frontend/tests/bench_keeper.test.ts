/** When the work on a case is written into the browser's storage. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { benched } from "./benched.ts";

const { Keeper } = await import("../components/bench/keeper.ts");
Object.assign(globalThis, { addEventListener: () => undefined });

function opened(signal: AbortSignal) {
  const stored = (id: string) => ({ id, original: id, state: "succeeded", inputs: {}, edits: [], answer: {} });
  const writes: string[] = [];
  localStorage.setItem = (_key: string, value: string) => {
    writes.push(value);
  };
  const { bench } = benched({
    interface: { inputs: [{ kind: "image", name: "film" }], outputs: [] },
    examples: ["a", "b"].map((id) => ({ id, title: id, prediction: stored(id) })),
  });
  new Keeper(bench, signal);
  return { bench, writes };
}

test("a hand that moves is written once it rests, and what is as it was is not written", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const end = new AbortController();
  const { bench, writes } = opened(end.signal);
  t.mock.timers.tick(1000);
  const before = writes.length;
  for (let x = 0; x < 20; x += 1) {
    bench.setView({ x });
    t.mock.timers.tick(16);
  }
  assert.equal(writes.length, before);
  t.mock.timers.tick(300);
  assert.equal(writes.length, before + 1);
  assert.match(writes.at(-1) ?? "", /"x":19/);
  bench.setView({ x: 20 });
  bench.setView({ x: 19 });
  t.mock.timers.tick(1000);
  assert.equal(writes.length, before + 1);
  end.abort();
});

test("what never rests is written all the same, and a case that is left at once", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const end = new AbortController();
  const { bench, writes } = opened(end.signal);
  t.mock.timers.tick(1000);
  const before = writes.length;
  for (let x = 1; x <= 120; x += 1) {
    bench.setView({ x });
    t.mock.timers.tick(100);
  }
  assert.equal(writes.length, before + 2); // in twelve seconds
  bench.judge({ message: "Half a thought" });
  bench.openCase("b");
  assert.match(writes.at(-1) ?? "", /Half a thought/);
  end.abort();
});
