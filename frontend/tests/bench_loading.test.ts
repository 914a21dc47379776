/** The file on the stage, while cases are opened faster than files come: whose failure is told, and what is kept. */

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { benched } from "./benched.ts";

const { PictureSheet } = await import("../components/bench/viewers/picture/sheet.ts");
const { Loaded } = await import("../components/bench/viewers/loaded.ts");
const { Line } = await import("../host/line.ts");
const { pageModel } = await import("../host/model.ts");

type Coming = { url: string; come: (answer: Response) => void; fail: (reason: Error) => void };

/** A bench with these cases, each with one input, and what it asks for: files that come when a test lets them. */
function opened(kind: string, ids: readonly string[]) {
  const asked: Coming[] = [];
  globalThis.fetch = (url) =>
    new Promise((come, fail) => {
      asked.push({ url: String(url), come, fail });
    });
  const examples = ids.map((id) => ({
    id,
    title: id,
    prediction: { id, original: id, edits: [], inputs: { film: { kind, url: `/${id}`, width: 8, height: 8 } } },
  }));
  const { bench } = benched({ interface: { inputs: [{ kind, name: "film" }], outputs: [] }, examples });
  return { bench, asked };
}

const told = () => new Promise((resolve) => setImmediate(resolve));

test("a picture that fails after another case was opened says nothing there", async () => {
  const { bench, asked } = opened("image", ["a", "b"]);
  const sheet = new PictureSheet(bench, new AbortController().signal);
  bench.openCase("b");
  assert.deepEqual(
    asked.map(({ url }) => url),
    ["/a", "/b"],
  );
  asked[0]?.fail(new TypeError("cut off"));
  await told();
  assert.equal(sheet.failure.value, null);
  asked[1]?.fail(new TypeError("cut off"));
  await told();
  assert.match(sheet.failure.value ?? "", /did not load/);
  bench.openCase("a");
  assert.equal(sheet.failure.value, null);
});

test("of recordings the last three are kept as they were read", async () => {
  const { bench, asked } = opened("audio", ["a", "b", "c", "d"]);
  const loaded = new Loaded(bench, "audio", "signal", (bytes) => bytes.byteLength, new AbortController().signal);
  for (const id of ["a", "b", "c", "d", "c", "a"]) {
    bench.openCase(id);
    asked.at(-1)?.come(new Response(id.repeat(id.charCodeAt(0))));
    for (let turn = 0; turn < 1000 && loaded.original.value === null; turn += 1) await told();
    assert.equal(loaded.original.value, id.charCodeAt(0));
  }
  assert.deepEqual(
    asked.map(({ url }) => url),
    ["/a", "/b", "/c", "/d", "/a"],
  );
});

test("a call that was answered is not held by the signal that could have given it up", async () => {
  const model = pageModel({});
  const line = new Line<"ask">(model, new AbortController().signal);
  const { signal } = new AbortController();
  const answer = line.call("ask", {}, signal);
  assert.equal(getEventListeners(signal, "abort").length, 1);
  model.deliver({ type: "answered", request: 1, body: "yes" });
  assert.equal(await answer, "yes");
  assert.equal(getEventListeners(signal, "abort").length, 0);
});
