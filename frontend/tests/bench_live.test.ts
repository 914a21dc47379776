/** How often the model is asked while a hand draws, lets go, and takes back. A page model stands for the socket. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bench } from "../components/bench/state.ts";
import type { BenchState, Edit, FromServer, Prediction, ToServer } from "../components/bench/types.ts";
import type { Viewer } from "../components/bench/viewers/viewer.ts";
import { benched } from "./benched.ts";

const { Live } = await import("../components/bench/live.ts");
const { place, trialEdit } = await import("../components/bench/viewers/picture/tools.ts");

const answered = (id: string, edits: Edit[]): Prediction => ({
  id,
  state: "succeeded",
  inputs: { film: { kind: "image", url: "/film", width: 100, height: 100 } },
  edits,
  answer: { finding: { kind: "label", scores: [["Effusion", edits.length ? 0.1 : 0.9]] } },
  error: null,
  original: "original",
  kept: edits.length === 0,
  version: { number: 1, model_name: "reader" },
  created_at: "2026-01-01T00:00:00Z",
});

const film = { kind: "image", name: "film" };

function opened(signal: AbortSignal, inputs: object[] = [film], more: Partial<BenchState> = {}) {
  const urls = { socket: "", predictions: "/p", prediction: "", keep: "", cancel: "", flag: "", thread: "", me: "" };
  const sent: ToServer[] = [];
  const page = {
    interface: { inputs, outputs: [{ kind: "label", name: "finding" }] },
    urls,
    examples: [{ id: "e", title: "One", prediction: answered("original", []) }],
    ...more,
  };
  const { bench, model } = benched(page, (content) => sent.push(content as ToServer));
  // Of the picture's viewer what asks about the shape under the hand; the rest needs a page
  bench.viewer.value = { tools: [], trial: () => trialEdit(bench) } as unknown as Viewer;
  const live = new Live(bench, signal);
  const asked = () => sent.filter((one) => one.type === "predict");
  const cancelled = () => sent.flatMap((one) => (one.type === "cancel" ? [one.prediction] : []));
  const say = (message: FromServer) => model.deliver(message);
  return { bench, live, asked, cancelled, say };
}

const drawn = (bench: Bench) => {
  bench.mode.value = "edit";
  bench.draft.value = [
    [0.1, 0.1],
    [0.3, 0.2],
  ];
};
const attempts = (bench: Bench) => bench.open.value?.attempts.map((one) => one.id);

test("a name given on one case stands on every other, on one that was seen without it too", () => {
  const end = new AbortController();
  const { bench } = opened(end.signal);
  bench.addCase({ ...answered("own", []), original: "own" });
  bench.store.save("original", { ...bench.work, judgement: { name: "", email: "" } });
  bench.judge({ name: "Dana", email: "dana@example.org" });
  bench.openCase("original");
  assert.deepEqual([bench.judgement.value.name, bench.judgement.value.email], ["Dana", "dana@example.org"]);
  end.abort();
});

test("a shape that is put down unchanged is not asked again, and its answer becomes an attempt", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const end = new AbortController();
  const { bench, asked, say } = opened(end.signal);
  drawn(bench);
  assert.equal(asked().length, 0, "nothing is asked while the hand moves");
  t.mock.timers.tick(120);
  const [first] = asked();
  assert.ok(first);
  say({ type: "finished", request: first.request, prediction: answered("covered", first.edits) });
  assert.deepEqual(attempts(bench), ["original"], "what is under the hand is no attempt yet");
  assert.equal(bench.answer.value?.id, "covered");
  place(bench);
  t.mock.timers.tick(120);
  assert.equal(asked().length, 1);
  assert.deepEqual(attempts(bench), ["original", "covered"]);
  end.abort();
});

test("an answer that comes after the hand let go is an attempt as well", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const end = new AbortController();
  const { bench, asked, say } = opened(end.signal);
  drawn(bench);
  t.mock.timers.tick(120);
  place(bench);
  assert.equal(bench.isWaiting.value, true);
  const [first] = asked();
  assert.ok(first);
  say({ type: "finished", request: first.request, prediction: answered("covered", first.edits) });
  assert.equal(asked().length, 1);
  assert.deepEqual(attempts(bench), ["original", "covered"]);
  end.abort();
});

test("a hand that lets go at once is not made to wait", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const end = new AbortController();
  const { bench, asked } = opened(end.signal);
  drawn(bench);
  place(bench);
  assert.equal(asked().length, 1);
  end.abort();
});

test("while a slider moves the newest is asked for after a pause, and at once when it is let go", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const end = new AbortController();
  const { bench, asked } = opened(end.signal);
  for (const degrees of [1, 2, 3]) {
    bench.setEdits([{ kind: "rotate", degrees }], "turn");
    t.mock.timers.tick(60);
  }
  assert.equal(asked().length, 0);
  bench.endDrag();
  assert.deepEqual(
    asked().map((one) => one.edits),
    [[{ kind: "rotate", degrees: 3 }]],
  );
  end.abort();
});

test("what was taken back is shown again without asking", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const end = new AbortController();
  const { bench, asked } = opened(end.signal);
  bench.setEdits([{ kind: "flip", axis: "x" }]);
  t.mock.timers.tick(0);
  assert.equal(asked().length, 1);
  bench.setEdits([]);
  t.mock.timers.tick(200);
  assert.equal(asked().length, 1);
  assert.equal(bench.answer.value?.id, "original");
  assert.equal(bench.isWaiting.value, false);
  end.abort();
});

test("the marks of what was sent are shown until a new judgement begins", () => {
  const end = new AbortController();
  const { bench } = opened(end.signal);
  const mark = { kind: "point" as const, points: [[0.5, 0.5] as [number, number]] };
  const flag = { verdict: "wrong" as const, correction: null, marks: [mark], message: "" };
  const shown = bench.answer.value;
  assert.ok(shown);
  bench.answer.value = { ...shown, flag };
  assert.deepEqual(bench.marksHere.value, [mark]);
  bench.judge({ open: true });
  assert.deepEqual(bench.marksHere.value, []);
  end.abort();
});

test("what was cancelled elsewhere is asked once more, and then it is said", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const end = new AbortController();
  const { bench, asked, say } = opened(end.signal);
  const cancel = (times: number) => {
    const request = asked().at(-1)?.request ?? 0;
    say({
      type: "finished",
      request,
      prediction: { ...answered(`p${request}`, []), state: "cancelled", answer: null },
    });
    assert.equal(asked().length, times);
  };
  bench.setEdits([{ kind: "flip", axis: "x" }]);
  t.mock.timers.tick(0);
  cancel(2);
  assert.deepEqual(asked()[1]?.edits, asked()[0]?.edits);
  assert.equal(bench.isWaiting.value, true);
  cancel(2);
  assert.equal(bench.isWaiting.value, false, "nothing turns for ever");
  assert.match(bench.trouble.value ?? "", /No answer came/);
  bench.setEdits([{ kind: "flip", axis: "y" }]);
  t.mock.timers.tick(0);
  cancel(4);
  end.abort();
});

test("a form's older request is cancelled by the page itself, whether its id had come or not", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const end = new AbortController();
  const { bench, asked, cancelled, say } = opened(end.signal, [{ kind: "number", name: "age" }]);
  const accept = (id: string, request: number) =>
    say({ type: "accepted", request, prediction: { ...answered(id, []), kept: false, state: "queued", answer: null } });
  for (const age of [1, 2, 3]) {
    bench.values.value = { age };
    t.mock.timers.tick(120);
    if (age === 1) accept("first", asked()[0]?.request ?? 0);
  }
  assert.deepEqual(
    asked().map((one) => one.inputs),
    [{ age: 1 }, { age: 2 }, { age: 3 }],
  );
  assert.deepEqual(cancelled(), ["first"]);
  accept("second", asked()[1]?.request ?? 0);
  assert.deepEqual(cancelled(), ["first", "second"]);
  accept("third", asked()[2]?.request ?? 0);
  assert.deepEqual(cancelled(), ["first", "second"]);
  end.abort();
});

test("nothing is judged while its function is away, and what failed says so", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const end = new AbortController();
  const { bench, asked, say } = opened(end.signal);
  assert.equal(bench.whyNot.value, "");
  const own: Prediction = { ...answered("own", []), original: "own", state: "queued", answer: null };
  bench.addCase(own);
  t.mock.timers.tick(0);
  const request = asked().at(-1)?.request ?? 0;
  say({ type: "accepted", request, prediction: { ...own, waiting: { online: false, ahead: 0, message: "Offline" } } });
  assert.match(bench.whyNot.value, /offline.*kept/);
  say({ type: "waiting", request, prediction: "own", waiting: { online: true, ahead: 0, message: "" } });
  assert.equal(bench.whyNot.value, "There is no answer to judge yet.");
  const error = { code: "model_failed", message: "The function failed on this input." };
  say({ type: "finished", request, prediction: { ...own, state: "failed", error } });
  assert.match(bench.whyNot.value, /failed/);
  assert.equal(bench.open.value?.attempts[0]?.state, "failed");
  bench.openCase("original");
  t.mock.timers.tick(0);
  assert.equal(bench.whyNot.value, "");
  end.abort();
});

test("cases that were opened by name are counted by themselves, and stepped through alone", () => {
  const end = new AbortController();
  const rows = ["a", "b"].map((id) => ({
    original: id,
    attempts: [{ ...answered(id, []), original: id }],
    thread: null,
  }));
  const { bench } = opened(end.signal, [film], { opened: ["a", "b"], cases: rows });
  const count = () => [
    bench.group.value.findIndex((one) => one.id === bench.caseId.value) + 1,
    bench.group.value.length,
  ];
  assert.deepEqual(count(), [1, 2]);
  bench.stepCase(1);
  bench.stepCase(1);
  assert.equal(bench.caseId.value, "b");
  bench.openCase("original");
  assert.deepEqual(count(), [1, 1]);
  end.abort();
});
