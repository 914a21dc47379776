/** A bench in a notebook's cell: what is said to the kernel, and what is heard of it. A model stands for anywidget's. */

import assert from "node:assert/strict";
import { test } from "node:test";
import "./browser.ts";
import { ofContainer } from "../build/sheets.ts";
import type { CellKeys } from "../components/bench/kernel.ts";
import type { BenchState, FromServer, Prediction } from "../components/bench/types.ts";

const { Bench } = await import("../components/bench/state.ts");
const { Kernel } = await import("../components/bench/kernel.ts");
const { kernelHost } = await import("../components/bench/kernel_host.ts");
const { follow } = await import("../components/bench/cell_follow.ts");
const { Unreachable } = await import("../host/http.ts");
const { pageModel } = await import("../host/model.ts");

type Said = { type: string; view: number; request: number; message: { type: string }; body: object };

const answered = (id: string): Prediction =>
  ({ id, state: "succeeded", inputs: {}, edits: [], answer: {}, original: id, kept: true }) as unknown as Prediction;

function opened(signal: AbortSignal, change: Partial<CellKeys> = {}) {
  const state = {
    role: "review",
    interface: { inputs: [{ kind: "image", name: "film" }], outputs: [] },
    guest: { id: null, name: "Ann", email: "" },
    urls: { back: "/endpoint" },
    examples: [{ id: "e", title: "One", prediction: answered("a") }],
  } as unknown as BenchState;
  const said: Said[] = [];
  const files: ArrayBuffer[] = [];
  const saved: Partial<CellKeys>[] = [];
  const model = pageModel<CellKeys>(
    {
      state,
      cases: [{ original: "b", attempts: [answered("b")], thread: null }],
      connection: "connected",
      edits: [],
      case: "",
      shown: "",
      work: "",
      ...change,
    },
    {
      send: (content, buffers) => {
        said.push(content as Said);
        files.push(...buffers);
      },
      save: (changes) => saved.push(changes),
    },
  );
  const kernel = new Kernel(model, signal);
  const root = document as unknown as Document;
  const host = kernelHost(kernel, { root, frame: root.documentElement }, signal);
  const bench = new Bench(kernel.page.get("state"), kernel.page, host);
  follow(bench, model, signal);
  const calls = () => said.filter(({ type }) => type === "call");
  return { bench, kernel, host, model, said, saved, files, calls };
}

test("the cases of the kernel stand beside the examples, and Python follows which is open", () => {
  const end = new AbortController();
  const { bench, model, saved } = opened(end.signal, { case: "b" });
  assert.deepEqual(
    bench.cases.value.map(({ id }) => id),
    ["a", "b"],
  );
  assert.equal(bench.caseId.value, "b");
  assert.deepEqual(saved.at(-1), { shown: "b" });
  model.receive({ case: "a" });
  assert.equal(bench.caseId.value, "a");
  model.receive({ edits: [{ kind: "flip", axis: "x" }] });
  assert.deepEqual(bench.edits.value, [{ kind: "flip", axis: "x" }]);
  bench.setEdits([]);
  assert.deepEqual(model.get("edits"), []);
  model.deliver({ type: "opened", prediction: answered("c"), edits: [{ kind: "rotate", degrees: 90 }] });
  assert.deepEqual([bench.caseId.value, model.get("edits").length], ["c", 1]);
  end.abort();
});

test("what is for another view of the widget is not heard", () => {
  const end = new AbortController();
  const { kernel, model, said } = opened(end.signal);
  const heard: FromServer[] = [];
  kernel.page.on("msg:custom", (message) => heard.push(message as FromServer));
  kernel.page.send({ type: "keep", prediction: "a" });
  const { view } = said.at(-1) as Said;
  const message = { type: "unsent", request: 1 };
  model.deliver({ type: "live", view: view + 1, message });
  model.deliver({ type: "live", view, message });
  assert.deepEqual(heard, [message]);
  end.abort();
});

test("a file goes as a buffer, and one that comes is read from one", async () => {
  const end = new AbortController();
  const { host, model, calls, files } = opened(end.signal);
  const coming = host.predict({ age: 60 }, new Map([["film", new File(["abc"], "film.png")]]), end.signal);
  await new Promise((resolve) => setImmediate(resolve));
  const [asked] = calls();
  assert.deepEqual(asked?.body, { inputs: { age: 60 }, files: [{ input: "film", name: "film.png" }] });
  assert.equal(new TextDecoder().decode(files[0]), "abc");
  model.deliver({ type: "answered", request: asked?.request, body: answered("d") });
  assert.equal((await coming).id, "d");

  const file = host.file("key");
  const [, wanted] = calls();
  const bytes = new TextEncoder().encode("picture");
  model.deliver({ type: "answered", request: wanted?.request, body: null }, [new DataView(bytes.buffer)]);
  assert.equal(await (await file).text(), "picture");
  end.abort();
});

test("a server that is away is told from one that refuses", async () => {
  const end = new AbortController();
  const { host, model, calls } = opened(end.signal);
  for (const [code, isAway] of [
    ["unreachable", true],
    ["invalid", false],
  ] as const) {
    const asked = host.say("a", "hello");
    model.deliver({ type: "refused", request: calls().at(-1)?.request, problem: { code, detail: "Why." } });
    await assert.rejects(asked, (error) => error instanceof Unreachable === isAway);
  }
  end.abort();
});

test("a kernel that says nothing is told of, and so is that it speaks again", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const end = new AbortController();
  const { bench, kernel, model, said } = opened(end.signal);
  t.mock.timers.tick(2000);
  assert.equal(kernel.page.get("connection"), "connected");
  t.mock.timers.tick(2000);
  assert.deepEqual([kernel.isSilent.value, kernel.page.get("connection")], [true, "reconnecting"]);
  model.deliver({ type: "heard", view: said[0]?.view });
  assert.deepEqual([kernel.isSilent.value, kernel.page.get("connection")], [false, "connected"]);
  t.mock.timers.tick(10_000);
  assert.equal(kernel.page.get("connection"), "connected");
  model.receive({ connection: "reconnecting" });
  assert.equal(kernel.page.get("connection"), "reconnecting");
  bench.store.save("a", bench.work);
  t.mock.timers.tick(1000);
  assert.match(model.get("work"), /"at":"a"/);
  end.abort();
});

test("a model that knows of no kernel throws, which loses nothing", () => {
  const end = new AbortController();
  const { host, kernel, model } = opened(end.signal, { work: "before" });
  model.send = model.save_changes = () => {
    throw new Error("no comm");
  };
  kernel.page.send({ type: "keep", prediction: "a" });
  assert.equal(kernel.isSilent.value, true);
  host.storage.removeItem("");
  assert.equal(model.get("work"), "");
  end.abort();
});

test("sheets that ask for the window's width ask for the cell's", () => {
  assert.equal(
    ofContainer("@media (40rem <= width < 68rem){a{width:70vw}}@media (hover: hover){}@media (pointer: fine){}"),
    "@container (40rem <= width < 68rem){a{width:70cqi}}@media (hover: hover){}@media (pointer: fine){}",
  );
});
