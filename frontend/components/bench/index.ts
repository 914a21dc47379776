/** The bench: where a reviewer tries a model. As a component `render({ model, el, signal })`; on its page it starts itself. */

import { effect } from "@preact/signals-core";
import { render as draw } from "lit-html";
import { AnswerPanel } from "./answer.ts";
import "./bench.css";
import { Cases } from "./cases.ts";
import { Hand } from "./hand.ts";
import { pageModel } from "./host.ts";
import { ensureIcons } from "./icons.ts";
import { Live } from "./live.ts";
import { type Parts, page } from "./page.ts";
import { Shortcuts } from "./shortcuts.ts";
import { Stage } from "./stage.ts";
import { Bench } from "./state.ts";
import type { BenchState, Model } from "./types.ts";

type Given = { model: Model; el: HTMLElement; signal: AbortSignal };

function render({ model, el, signal }: Given): void {
  ensureIcons(document.body);
  const bench = new Bench(model.get("state") as BenchState, model);
  const stage = new Stage(bench, signal);
  const hand = new Hand(bench, stage);
  const live = new Live(bench, signal);
  const cases = new Cases(bench, signal);
  let frame = 0;
  const panel = new AnswerPanel(bench, live, () => redraw());
  const parts: Parts = { bench, stage, hand, live, cases, panel };
  const redraw = () => draw(page(parts), el);
  new Shortcuts(bench, stage, hand, live, signal);

  const stops = [
    effect(() => {
      redraw();
      const hasPicture = bench.images.length === 0 || stage.film.value !== null;
      if (bench.answer.value && hasPicture) el.dataset.ready = "true";
    }),
    effect(() => keepWork(bench)),
    effect(() => model.set("originals", [...new Set(bench.open.value?.attempts.map((one) => one.original) ?? [])])),
  ];
  signal.addEventListener("abort", () => {
    cancelAnimationFrame(frame);
    for (const stop of stops) stop();
    draw(null, el);
  });

  function keepWork(now: Bench): void {
    const { caseId, work, mayTry } = { caseId: now.caseId.value, work: now.work, mayTry: now.mayTry };
    if (!caseId || !mayTry) return;
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => now.store.save(caseId, work));
    window.onpagehide = () => now.store.save(caseId, work);
  }
}

export default { render };

/** The page's own element and state, where there are any. */
const el = document.querySelector<HTMLElement>("#bench[data-component=bench]");
const given = document.getElementById("bench-state")?.textContent;
if (el && given) {
  const end = new AbortController();
  render({ model: pageModel(JSON.parse(given) as BenchState, end.signal), el, signal: end.signal });
}
