/** A picture that comes before the fields beside it are filled in. `fetch` stands for the server. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bench } from "../components/bench/state.ts";
import { benched } from "./benched.ts";

const { Taking } = await import("../components/bench/taking.ts");

function opened(
  signal: AbortSignal,
  refuse: (inputs: Record<string, unknown>) => { field: string; message: string }[],
) {
  const { bench } = benched({
    interface: {
      inputs: [
        { kind: "image", name: "film" },
        { kind: "number", name: "age", title: "Age" },
      ],
      outputs: [{ kind: "label", name: "finding" }],
    },
  });
  const bodies: FormData[] = [];
  globalThis.fetch = async (_url, init) => {
    const body = init?.body as FormData;
    bodies.push(body);
    const inputs = JSON.parse(String(body.get("inputs")));
    const errors = refuse(inputs);
    if (errors.length) return new Response(JSON.stringify({ status: 400, errors }), { status: 400 });
    const film = { kind: "image", url: "/film", width: 10, height: 10 };
    return Response.json({ id: "own", state: "succeeded", original: "own", inputs: { film }, edits: [], answer: {} });
  };
  return { bench, taking: new Taking(bench, signal), bodies };
}

/** Until what was sent has been answered: how many turns of the event loop a body takes is node's own affair. */
const settled = (bench: Bench) =>
  new Promise<void>((resolve) => {
    const stop = bench.uploading.subscribe((name) => {
      if (name === null) queueMicrotask(() => resolve(stop()));
    });
  });

test("a picture waits for the field that is missing, and goes when that is filled in", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const end = new AbortController();
  const { bench, taking, bodies } = opened(end.signal, ({ age }) =>
    age === null ? [{ field: "inputs.age", message: "The input “age” needs a value." }] : [],
  );
  taking.take(new File(["x"], "film.png"));
  await settled(bench);
  assert.match(bench.notice.value, /The picture waits for “Age”/);
  assert.equal(taking.hasFile, true);
  t.mock.timers.tick(60_000);
  await settled(bench);
  assert.equal(bodies.length, 1);
  bench.fieldErrors.value = {};
  bench.values.value = { age: 4 };
  t.mock.timers.tick(500);
  bench.values.value = { age: 41 };
  t.mock.timers.tick(999);
  await settled(bench);
  assert.equal(bodies.length, 1);
  t.mock.timers.tick(1);
  await settled(bench);
  assert.deepEqual(JSON.parse(String(bodies[1]?.get("inputs"))), { age: 41 });
  assert.equal((bodies[1]?.get("film") as File | null)?.name, "film.png");
  assert.equal(bench.caseId.value, "own");
  assert.equal(bench.notice.value, "");
  end.abort();
});

test("a picture that is refused itself is not kept", async () => {
  const end = new AbortController();
  const { bench, taking } = opened(end.signal, () => [
    { field: "inputs.age", message: "The input “age” needs a value." },
    { field: "inputs.film", message: "“film” is no picture." },
  ]);
  taking.take(new File(["x"], "film.png"));
  await settled(bench);
  assert.equal(taking.hasFile, false);
  end.abort();
});
