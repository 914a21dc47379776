/** The whole bench, wherever it stands: its parts, and what draws them again. */

import { effect } from "@preact/signals-core";
import { render as draw } from "lit-html";
import type { RenderProps } from "../../host/index.ts";
import { AnswerPanel } from "./answer.ts";
import { Cases } from "./cases.ts";
import { isSoon, said, timeLeft, watchEnd } from "./expiry.ts";
import { FOUND } from "./findings.ts";
import { Keeper } from "./keeper.ts";
import { Late } from "./late.ts";
import { Live } from "./live.ts";
import { Outbox } from "./outbox.ts";
import { Overlays } from "./overlays.ts";
import { type Parts, page } from "./page.ts";
import { Shortcuts } from "./shortcuts.ts";
import type { Bench } from "./state.ts";
import type { BenchKeys } from "./types.ts";
import { Viewers } from "./viewers/viewers.ts";

/** Resolves when the first answer is drawn, or at once where there is no case yet. */
export function begin(bench: Bench, { model, el, signal }: RenderProps<BenchKeys>): Promise<void> {
  const rest: Parts["rest"] = new Late(() => import("./rest.ts"));
  bench.rest = rest;
  const overlays = new Overlays(bench);
  const viewers = new Viewers(bench, overlays, signal);
  const live = new Live(bench, signal);
  const cases = new Cases(bench, signal);
  const outbox = new Outbox(bench);
  const redraw = (): void => {
    draw(page(parts), el);
  };
  const found = new Late(async () => {
    const { FoundPanel } = await import("./found.ts");
    const made = new FoundPanel(bench, overlays, redraw);
    overlays.add(made.layer);
    return made;
  });
  if (bench.page.interface.outputs.some(({ kind }) => FOUND.includes(kind))) found.bring();
  const panel = new AnswerPanel(bench, live, found.part, redraw);
  const why: Parts["why"] = new Late(async () => (await import("./why.ts")).why(bench, overlays, signal));
  if (bench.page.explanations) why.bring();
  const forms: Parts["forms"] = new Late(async () => (await import("./forms.ts")).forms);
  if (bench.forms.length) forms.bring();
  const parts: Parts = { bench, viewers, live, cases, outbox, panel, forms, rest, why };
  new Shortcuts(bench, live, signal);
  new Keeper(bench, signal);
  outbox.watch(signal, () => cases.taking.part.peek()?.goOn());
  const { expires_at } = bench.page;
  watchEnd(
    expires_at,
    signal,
    () => {
      const now = Date.now();
      bench.expiry.value = {
        words: expires_at ? said(expires_at, now) : "",
        isSoon: isSoon(timeLeft(expires_at, now)),
      };
    },
    () => {
      bench.ended.value ??= "";
    },
  );

  return new Promise((resolve) => {
    const stops = [
      effect(() => {
        redraw();
        const viewer = bench.viewer.value;
        const isShown = bench.stored.length === 0 || viewer?.isShown.value;
        const isOver = bench.original.value === null || bench.ended.value !== null;
        if (isShown || isOver || viewers.failure.value || viewer?.failure.value) rest.bring();
        if ((isShown && bench.answer.value !== null) || isOver) resolve();
      }),
      effect(() => {
        const all = bench.open.value?.attempts.map((one) => one.original) ?? [];
        model.set("originals", [...new Set(all)]);
      }),
    ];
    signal.addEventListener("abort", () => {
      for (const stop of stops) stop();
      draw(null, el);
    });
  });
}
