/** The page around the debugger: the question in the address, calls over HTTP, a page that is saved. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { decoded, encoded } from "../components/debugger/link.ts";
import { firstView, withClause, withRows } from "../components/debugger/question.ts";
import type { Column, FromOther, View } from "../components/debugger/types.ts";
import { Address, questionIn, searchOf } from "../pages/debugger/address.ts";
import { Calls, type Urls } from "../pages/debugger/calls.ts";

const columns: Column[] = [{ name: "p", kind: "number", role: "probability", model: "A" }];

test("a question survives its address, in any letters", () => {
  const view = withClause(firstView(columns), "manual", { column: "größe", in: ["日本", "a&b=c #?"] });
  const search = searchOf(view, columns);
  assert.match(search, /^\?q=[\w-]+$/);
  assert.deepEqual(questionIn(search), { clauses: view.clauses });
  assert.equal(searchOf(firstView(columns), columns), "");
  const odd = { score: "= ~~~???>>>" };
  assert.match(encoded(odd), /^[\w-]+$/);
  assert.deepEqual(decoded(encoded(odd)), odd);
});

test("an address that was cut holds no question", () => {
  const text = encoded({ score: "brier", a: [3] });
  for (const broken of [text.slice(0, -4), "%%%", "", "W10", "Im5vIg"]) assert.equal(decoded(broken), null);
  assert.equal(questionIn(""), null);
});

test("a step is a step of the browser too; a page of rows is not; going back sets the question", () => {
  const page = { pathname: "/d/", search: "" };
  const kept: string[] = [];
  const went: [string, string][] = [];
  const go = (how: string) => (_: unknown, __: string, url: string) => {
    went.push([how, url]);
    page.search = url.slice(page.pathname.length);
  };
  Object.assign(globalThis, {
    location: page,
    history: { pushState: go("push"), replaceState: go("replace") },
    window: new EventTarget(),
  });
  const end = new AbortController();
  const seen: View[] = [];
  const address = new Address(null, columns, (question) => seen.push(question), end.signal);
  const first = firstView(columns);
  const view = withClause(first, "manual", { column: "p", low: 0.5 });
  address.follow(view);
  kept.push(page.search);
  address.follow(withRows(view, { first: 50 }));
  assert.deepEqual(
    went.map(([how]) => how),
    ["push", "replace"],
  );
  page.search = "";
  window.dispatchEvent(new Event("popstate"));
  assert.deepEqual(seen, [first]);
  page.search = kept[0] ?? "";
  window.dispatchEvent(new Event("popstate"));
  assert.deepEqual(seen[1], view);
  address.follow(view);
  assert.equal(went.length, 2);
  end.abort();
});

const urls = {
  ask: "/ask",
  answer: "/answers/{id}",
  cancel: "/answers/{id}/cancel",
  slices: "/slices",
  saved: "/saved",
  export: "/export",
  dataset: "/dataset",
} as Urls;

const nowhere = (): void => undefined;

type Asked = { url: string; method: string; prefer: string | undefined; signal: AbortSignal | null | undefined };

/** A server of the given answers, the next one each time. */
function served(...answers: [number, unknown][]) {
  const asked: Asked[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const headers = init.headers as Record<string, string>;
    asked.push({ url, method: init.method ?? "GET", prefer: headers.Prefer, signal: init.signal });
    init.signal?.throwIfAborted();
    const [status, body] = answers.shift() ?? [500, {}];
    return new Response(status === 204 ? null : JSON.stringify(body), { status });
  };
  Object.assign(globalThis, { fetch, document: { cookie: "csrftoken=t", querySelector: () => null } });
  return asked;
}

function told(calls: (deliver: (message: FromOther) => void) => Calls): { calls: Calls; next: Promise<FromOther> } {
  let tell: (message: FromOther) => void = () => undefined;
  const next = new Promise<FromOther>((resolve) => {
    tell = resolve;
  });
  return { calls: calls((message) => tell(message)), next };
}

test("an answer that takes longer is asked for until it is there", async () => {
  const asked = served([202, { id: "x" }], [202, { id: "x" }], [200, { type: "view", rows: 3 }]);
  const { calls, next } = told((deliver) => new Calls(urls, deliver, {}, nowhere));
  calls.send({ type: "call", request: 1, call: "ask", body: { type: "view" } });
  assert.deepEqual(await next, { type: "answered", request: 1, body: { type: "view", rows: 3 } });
  assert.deepEqual(
    asked.map(({ method, url }) => `${method} ${url}`),
    ["POST /ask", "GET /answers/x", "GET /answers/x"],
  );
  assert.equal(asked[0]?.prefer, "wait=5");
});

test("a file that takes longer is told by the same request once more", async () => {
  const asked = served(
    [202, { id: "x" }],
    [200, { type: "export", rows: 3 }],
    [200, { url: "/file", rows: 3, size: 9 }],
  );
  const { calls, next } = told((deliver) => new Calls(urls, deliver, {}, nowhere));
  calls.send({ type: "call", request: 1, call: "dataset", body: {} });
  assert.deepEqual(await next, { type: "answered", request: 1, body: { url: "/file", rows: 3, size: 9 } });
  assert.deepEqual(
    asked.map(({ url }) => url),
    ["/dataset", "/answers/x", "/dataset"],
  );
});

test("an export's file is downloaded", async () => {
  served([200, { url: "/file", rows: 3, size: 9 }]);
  const files: string[] = [];
  const { calls, next } = told((deliver) => new Calls(urls, deliver, {}, (url) => files.push(url)));
  calls.send({ type: "call", request: 1, call: "export", body: {} });
  assert.equal((await next).type, "answered");
  assert.deepEqual(files, ["/file"]);
});

test("what nobody awaits any more is stopped on the server, and not told", async () => {
  const heard: FromOther[] = [];
  const asked = served([202, { id: "x" }], [202, { id: "x" }], [202, { id: "x", state: "cancelled" }]);
  const calls = new Calls(urls, (message) => heard.push(message), {}, nowhere);
  calls.send({ type: "call", request: 1, call: "ask", body: {} });
  while (asked.length < 2) await new Promise(setImmediate);
  calls.send({ type: "cancel", request: 1 });
  while (asked.length < 3) await new Promise(setImmediate);
  assert.equal(asked[2]?.url, "/answers/x/cancel");
  assert.ok(asked[1]?.signal?.aborted);
  await new Promise(setImmediate);
  assert.deepEqual(heard, []);
});

test("a refusal comes in the server's words, a server that is away in ours", async () => {
  served([422, { detail: "There is no column “x”.", code: "invalid" }]);
  const refused = told((deliver) => new Calls(urls, deliver, {}, nowhere));
  refused.calls.send({ type: "call", request: 1, call: "ask", body: {} });
  const first = await refused.next;
  assert.equal(first.type === "refused" && first.problem.detail, "There is no column “x”.");
  Object.assign(globalThis, { fetch: () => Promise.reject(new TypeError("network")) });
  const away = told((deliver) => new Calls(urls, deliver, {}, nowhere));
  away.calls.send({ type: "call", request: 2, call: "ask", body: {} });
  const second = await away.next;
  assert.match((second.type === "refused" && second.problem.detail) || "", /cannot be reached/);
});

test("a slice is saved where slices are, and deleted by its id", async () => {
  const asked = served([204, null]);
  const { calls, next } = told((deliver) => new Calls(urls, deliver, {}, nowhere));
  calls.send({ type: "call", request: 1, call: "delete_slice", body: { id: "s" } });
  assert.equal((await next).type, "answered");
  assert.deepEqual(
    asked.map(({ method, url }) => `${method} ${url}`),
    ["DELETE /slices/s"],
  );
});
