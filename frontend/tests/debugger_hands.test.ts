/** Keys on charts: a range of a score, a bar of a feature. Elements are stood for by what the hands touch of them. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { BarHand } from "../components/debugger/bar_hand.ts";
import { PlotHand } from "../components/debugger/plot_hand.ts";
import { clauseOf } from "../components/debugger/question.ts";
import { Debugger } from "../components/debugger/state.ts";
import type { DebuggerKeys, Feature, PageState, ViewAnswer } from "../components/debugger/types.ts";
import { pageModel } from "../host/model.ts";

Object.assign(globalThis, { window: new EventTarget() });
const answer = JSON.parse(readFileSync(new URL("fixtures/debugger_view.json", import.meta.url), "utf8")) as ViewAnswer;

function opened(signal: AbortSignal) {
  const state = { columns: [] } as unknown as PageState;
  const model = pageModel<DebuggerKeys>({ state, question: null, answer, offers: ["ask"] });
  return new Debugger(model, signal);
}

const attributes = new Map<string, string>();
const plot = {
  dataset: { key: "2" },
  viewBox: { baseVal: { width: 400 } },
  getBoundingClientRect: () => ({ left: 0, top: 0, width: 400, bottom: 90 }),
  querySelector: () => null,
  setAttribute: (name: string, value: string) => attributes.set(name, value),
};

function pressed(hand: PlotHand, key: string, change: object = {}): boolean {
  let isTaken = false;
  const event = { key, currentTarget: plot, preventDefault: () => (isTaken = true), ...change };
  hand.key(event as unknown as KeyboardEvent);
  return isTaken;
}

test("Enter begins a range, arrows widen it, Enter asks for it, Delete takes it away", () => {
  const end = new AbortController();
  const app = opened(end.signal);
  const hand = new PlotHand(app);
  hand.laid({ low: 0, high: answer.score_edges.at(-1) ?? 1, width: 400 }, 27);
  assert.ok(pressed(hand, "Home"));
  pressed(hand, "ArrowRight");
  pressed(hand, "Enter");
  pressed(hand, "ArrowRight");
  pressed(hand, "ArrowRight");
  const { score_edges: edges } = answer;
  assert.deepEqual(app.range.value, { model: "all", low: edges[1], high: edges[4] });
  assert.match(attributes.get("aria-valuetext") ?? "", /Range begun/);
  pressed(hand, "Enter");
  assert.deepEqual(clauseOf(app.question.value, "performance"), { column: "score:all", low: edges[1], high: edges[4] });
  pressed(hand, "Delete");
  assert.equal(clauseOf(app.question.value, "performance"), null);
  end.abort();
});

test("down chooses another model; Escape leaves a range; other keys are left to the page", () => {
  const end = new AbortController();
  const app = opened(end.signal);
  const hand = new PlotHand(app);
  hand.laid({ low: 0, high: answer.score_edges.at(-1) ?? 1, width: 400 }, 27);
  pressed(hand, "End");
  pressed(hand, "ArrowDown");
  pressed(hand, "Enter");
  pressed(hand, "Escape");
  assert.equal(app.range.value, null);
  pressed(hand, "Enter");
  pressed(hand, "Enter");
  assert.deepEqual(clauseOf(app.question.value, "performance"), {
    column: "score:three",
    low: answer.score_edges.at(-2),
  });
  assert.equal(pressed(hand, "x"), false);
  assert.equal(pressed(hand, "z", { ctrlKey: true }), false);
  end.abort();
});

const feature = answer.features.find((one) => one.edges.length > 4) as Feature;

test("a bar is chosen, with Shift another up to it, and let go by pressing it again", () => {
  const end = new AbortController();
  const app = opened(end.signal);
  const hand = new BarHand(app, end.signal);
  const asked = () => clauseOf(app.question.value, `feature:${feature.name}`);
  hand.choose(feature, 1, 1, false);
  assert.deepEqual(asked(), { column: feature.name, low: feature.edges[1], high: feature.edges[2] });
  hand.choose(feature, 3, 3, true);
  assert.deepEqual(asked(), { column: feature.name, low: feature.edges[1], high: feature.edges[4] });
  hand.choose(feature, 3, 3, true);
  assert.deepEqual(asked(), { column: feature.name, low: feature.edges[1], high: feature.edges[3] });
  hand.choose(feature, 2, 2, false);
  hand.choose(feature, 2, 2, false);
  assert.equal(asked(), null);
  end.abort();
});

test("arrows move between bars, Enter chooses the one", () => {
  const end = new AbortController();
  const app = opened(end.signal);
  const hand = new BarHand(app, end.signal);
  const focused: number[] = [];
  const bars = Array.from({ length: 4 }, (_, bar) => ({
    dataset: { bar: String(bar) },
    setAttribute: () => undefined,
    focus: () => focused.push(bar),
    parentNode: { querySelectorAll: () => bars },
  }));
  const press = (bar: number, key: string, change: object = {}) =>
    hand.key(feature, bar, {
      key,
      currentTarget: bars[bar],
      preventDefault: () => undefined,
      ...change,
    } as unknown as KeyboardEvent);
  press(0, "ArrowRight");
  press(1, "End");
  press(3, "Home");
  press(0, "ArrowLeft");
  assert.deepEqual(focused, [1, 3, 0]);
  press(1, "Enter");
  assert.equal(clauseOf(app.question.value, `feature:${feature.name}`)?.low, feature.edges[1]);
  assert.equal(hand.stopOf(feature), 1);
  end.abort();
});
