import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals-core";
import { Outbox } from "../components/bench/outbox.ts";
import type { Bench } from "../components/bench/state.ts";
import type { Connection, Mark, Prediction } from "../components/bench/types.ts";
import { post } from "../host/http.ts";

Object.assign(globalThis, { window: new EventTarget(), document: { cookie: "", querySelector: () => null } });

const body = { verdict: "wrong" as const, correction: null, marks: [], message: "left", name: "", email: "a@b.c" };
const prediction = { id: "p1", original: "c1" } as Prediction;

/** What the outbox asks of a bench; puts: what it keeps of other cases. */
function desk(caseId = "c1") {
  const puts: Record<string, unknown> = {};
  const bench = {
    host: { judge: (id: string, judgement: object) => post(`/p/${id}/flag`, judgement) },
    caseId: signal(caseId),
    connection: signal<Connection>("connected"),
    ended: signal<string | null>(null),
    sending: signal({ state: "idle", message: "" }),
    answer: signal<Prediction | null>(prediction),
    marks: signal<Mark[]>([]),
    ruling: signal({ prediction: "", findings: [], added: [] }),
    judged: [] as object[],
    judge: (change: object) => bench.judged.push(change),
    changeCase: () => undefined,
    store: {
      workOf: () => ({ marks: [1], judgement: { name: "Dana", message: "left", verdict: "wrong" } }),
      put: (id: string, work: unknown) => (puts[id] = work),
    },
  };
  return { bench, puts, outbox: new Outbox(bench as unknown as Bench) };
}

/** Answers requests in turn: null is no connection. */
function server(answers: (object | null)[]): string[] {
  const asked: string[] = [];
  globalThis.fetch = async (url) => {
    asked.push(String(url));
    const answer = answers.shift();
    if (!answer) throw new TypeError("fetch failed");
    return new Response(JSON.stringify(answer), { headers: { "content-type": "application/json" } });
  };
  return asked;
}

const done = { flag: { ...body }, thread: { messages: [] } };
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a judgement without a connection is kept, and goes by itself when it is back", async () => {
  const { bench, outbox } = desk();
  const ended = new AbortController();
  let more = 0;
  outbox.watch(ended.signal, () => {
    more += 1;
  });
  const asked = server([null, done]);
  bench.connection.value = "reconnecting";
  await outbox.send({ caseId: "c1", prediction, body });
  assert.equal(bench.sending.value.state, "waits");
  assert.match(bench.sending.value.message, /goes by itself/);
  bench.connection.value = "connected";
  await settled();
  await settled();
  assert.deepEqual([bench.sending.value.state, bench.sending.value.message], ["sent", "a@b.c"]);
  assert.deepEqual(asked, ["/p/p1/flag", "/p/p1/flag"]);
  assert.equal(bench.judged.length, 1);
  assert.equal(more, 2);
  bench.connection.value = "polling";
  await settled();
  assert.equal(asked.length, 2, "nothing goes twice");
  ended.abort();
});

test("it goes, too, when another case is open, whose own words stay", async () => {
  const { bench, puts, outbox } = desk();
  const ended = new AbortController();
  outbox.watch(ended.signal, () => undefined);
  server([null, done]);
  await outbox.send({ caseId: "c1", prediction, body });
  bench.caseId.value = "c2";
  bench.sending.value = { state: "idle", message: "" };
  window.dispatchEvent(new Event("online"));
  await settled();
  await settled();
  assert.equal(bench.sending.value.state, "idle");
  assert.equal(bench.judged.length, 0);
  assert.deepEqual(puts, { c1: { marks: [], judgement: { name: "Dana" } } });
  ended.abort();
});
