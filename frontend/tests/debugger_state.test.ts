/** Questions on their way: newest wins, steps back are instant, a cancelled one leaves the last answer. A page model
 * stands for the other side. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { withClause } from "../components/debugger/question.ts";
import { Debugger } from "../components/debugger/state.ts";
import type {
  Call,
  DebuggerKeys,
  FromOther,
  PageState,
  ToOther,
  View,
  ViewAnswer,
} from "../components/debugger/types.ts";
import { pageModel } from "../host/model.ts";

const real = JSON.parse(readFileSync(new URL("fixtures/debugger_view.json", import.meta.url), "utf8")) as ViewAnswer;
const state = {
  columns: [
    { name: "p", kind: "number", role: "probability", model: "all" },
    { name: "age", kind: "number", role: "feature" },
  ],
} as unknown as PageState;

/** Somebody asked for these rows; with nothing asked they turn to the worst of the model that fails most. */
const sorted = { first: 0, count: 50, sort: "age", descending: true, of: "a" } as const;

function opened(signal: AbortSignal, change: Partial<DebuggerKeys> = {}) {
  const sent: ToOther[] = [];
  const saved: Partial<DebuggerKeys>[] = [];
  const model = pageModel<DebuggerKeys>(
    { state, question: { rows: sorted }, answer: null, offers: ["ask"] as Call[], ...change },
    { send: (content) => sent.push(content as ToOther), save: (changes) => saved.push(changes) },
  );
  const app = new Debugger(model, signal);
  const calls = () => sent.filter((one) => one.type === "call");
  const say = (message: FromOther) => model.deliver(message);
  const answerLast = async (answer: Partial<ViewAnswer> = {}) => {
    say({ type: "answered", request: calls().at(-1)?.request ?? 0, body: { ...real, ...answer } });
    await Promise.resolve();
    await Promise.resolve();
  };
  const refuseLast = async (detail: string) => {
    say({ type: "refused", request: calls().at(-1)?.request ?? 0, problem: { detail } });
    await Promise.resolve();
    await Promise.resolve();
  };
  return { app, model, sent, saved, calls, answerLast, refuseLast, say };
}

const older = (view: View, low: number): View => withClause(view, "feature:age", { column: "age", low });

test("a kernel that has gone is told in a sentence, and the last answer stays", async () => {
  const end = new AbortController();
  const { app, model, answerLast } = opened(end.signal);
  await answerLast();
  model.send = () => {
    throw new Error("Cannot send");
  };
  app.change(older(app.question.value, 1));
  await Promise.resolve();
  await Promise.resolve();
  assert.match(app.trouble.value?.detail ?? "", /^The notebook's kernel was restarted .* Run the cell again\.$/);
  assert.equal(app.answer.value?.type, "view");
  end.abort();
});

test("a change is one call, and the newer one takes the older's place", async () => {
  const end = new AbortController();
  const { app, sent, calls, answerLast, say } = opened(end.signal);
  assert.equal(calls().length, 1);
  await answerLast();
  assert.ok(!app.isStale.value);
  app.change(older(app.question.value, 1));
  app.change(older(app.question.value, 2));
  assert.equal(calls().length, 3);
  assert.deepEqual(
    sent.filter((one) => one.type === "cancel").map((one) => one.request),
    [2],
  );
  assert.ok(app.isStale.value && app.since.value !== null);
  say({ type: "answered", request: 2, body: { ...real, selected: 1 } });
  await answerLast({ selected: 2 });
  assert.equal(app.answer.value?.selected, 2);
  assert.ok(!app.isStale.value);
  end.abort();
});

test("an answer that comes while the next is asked for is not shown", async () => {
  const end = new AbortController();
  const { app, say, answerLast } = opened(end.signal);
  say({ type: "answered", request: 1, body: { ...real, selected: 1 } });
  app.change(older(app.question.value, 2));
  await Promise.resolve();
  await Promise.resolve();
  assert.deepEqual([app.answer.value, app.since.value === null], [null, false]);
  await answerLast({ selected: 2 });
  assert.equal(app.answer.value?.selected, 2);
  end.abort();
});

test("the same question is not asked again", async () => {
  const end = new AbortController();
  const { app, calls, answerLast } = opened(end.signal);
  await answerLast();
  app.change({ ...app.question.value });
  assert.equal(calls().length, 1);
  assert.equal(app.past.value.length, 0);
  end.abort();
});

test("a step back shows its answer without a call; a step on too; a new step ends those that were ahead", async () => {
  const end = new AbortController();
  const { app, saved, calls, answerLast } = opened(end.signal);
  await answerLast({ selected: 569 });
  app.change(older(app.question.value, 1));
  await answerLast({ selected: 100 });
  app.undo();
  assert.equal(app.answer.value?.selected, 569);
  assert.equal(calls().length, 2);
  app.redo();
  assert.equal(app.answer.value?.selected, 100);
  app.undo();
  app.change(older(app.question.value, 5));
  assert.equal(app.future.value.length, 0);
  assert.equal(saved.length, 5);
  end.abort();
});

test("turning a page of rows is no step to take back", async () => {
  const end = new AbortController();
  const { app, answerLast } = opened(end.signal);
  await answerLast();
  const rows = app.question.value.rows;
  app.change({ ...app.question.value, rows: rows && { ...rows, first: 50 } });
  assert.equal(app.past.value.length, 0);
  end.abort();
});

test("cancelling goes back to the question of the answer on show", async () => {
  const end = new AbortController();
  const { app, sent, answerLast } = opened(end.signal);
  await answerLast();
  const before = app.question.value;
  app.change(older(before, 1));
  app.cancel();
  assert.deepEqual(app.question.value, before);
  assert.deepEqual([app.since.value, app.past.value.length, app.isStale.value], [null, 0, false]);
  assert.ok(sent.some((one) => one.type === "cancel"));
  end.abort();
});

test("a refusal is said, the last answer stays, and trying again asks the same", async () => {
  const end = new AbortController();
  const { app, calls, answerLast, refuseLast } = opened(end.signal);
  await answerLast();
  app.change(older(app.question.value, 1));
  await refuseLast("There is no column “age”.");
  assert.equal(app.trouble.value?.detail, "There is no column “age”.");
  assert.ok(app.answer.value && !app.isStale.value, "nothing dims when nothing is under way");
  app.again();
  assert.equal(app.trouble.value, null);
  const bodies = calls().map((one) => one.body);
  assert.deepEqual(bodies.at(-1), bodies.at(-2));
  end.abort();
});

test("a question set from outside is followed, and can be taken back", async () => {
  const end = new AbortController();
  const { app, model, calls, answerLast } = opened(end.signal);
  await answerLast();
  model.receive({ question: { score: "brier" } });
  assert.equal(app.question.value.score, "brier");
  assert.equal(calls().length, 2);
  assert.equal(app.past.value.length, 1);
  end.abort();
});

test("a saved page shows the answer that it holds, and asks nothing", () => {
  const end = new AbortController();
  const { app, sent } = opened(end.signal, { answer: real, offers: [] });
  assert.equal(app.answer.value, real);
  app.change(older(app.question.value, 1));
  assert.deepEqual([sent.length, app.isStale.value, app.past.value.length], [0, false, 0]);
  end.abort();
});

test("models keep their colours' order when another is first", async () => {
  const end = new AbortController();
  const { app, answerLast } = opened(end.signal);
  await answerLast();
  app.change({ ...app.question.value, models: ["three", "all"] });
  assert.deepEqual(app.models.value, ["three", "all"]);
  assert.deepEqual(app.allModels.value, ["all", "three"]);
  end.abort();
});

test("the worker's answer has the form that is drawn", () => {
  const bins = real.score_edges.length - 1;
  for (const segment of real.segments) {
    for (const one of segment.models) assert.equal(one.score.counts.length, bins);
  }
  for (const feature of real.features) {
    const wide = feature.edges.length ? feature.edges.length - 1 : feature.categories.length;
    assert.deepEqual([feature.a.length, feature.b.length], [wide + 1, wide + 1]);
  }
  assert.equal(real.table?.values[0]?.length, real.table?.columns.length);
});

test("the rows first seen are those of the model that fails most", async () => {
  const end = new AbortController();
  const { app, calls, answerLast } = opened(end.signal, { question: null });
  const worse = real.segments.map((one) => ({
    ...one,
    models: one.models.map((of) => ({ ...of, score: { ...of.score, mean: of.model === "three" ? 9 : 1 } })),
  }));
  await answerLast({ segments: worse });
  assert.equal(app.question.value.rows?.sort, "score:three");
  assert.equal(calls().length, 2);
  assert.equal(app.past.value.length, 0);
  await answerLast({ segments: worse });
  assert.equal(calls().length, 2);
  end.abort();
});

test("a formula that is refused changes nothing; one that is answered is turned to", async () => {
  const end = new AbortController();
  const { app, calls, answerLast, refuseLast } = opened(end.signal);
  await answerLast();
  const before = app.question.value;
  const wrong = app.tried({ ...before, score: "= no" }, end.signal);
  await refuseLast("There is no column “no”.");
  assert.equal((await wrong)?.detail, "There is no column “no”.");
  assert.equal(app.question.value, before);
  assert.equal(app.trouble.value, null);
  const right = app.tried({ ...before, score: "= age" }, end.signal);
  await answerLast();
  assert.equal(await right, null);
  assert.equal(app.question.value.score, "= age");
  assert.equal(app.isStale.value, false);
  assert.equal(calls().length, 3);
  end.abort();
});
