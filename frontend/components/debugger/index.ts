/** The debugger, as a component: on a page of ours, in a notebook's cell by anywidget, or in a saved report. */

import { effect, untracked } from "@preact/signals-core";
import { render as draw } from "lit-html";
import { type Handed, shadowIn } from "../../host/shadow.ts";
import { BarHand } from "./bar_hand.ts";
import { Cases } from "./cases.ts";
import { Formula } from "./formula.ts";
import { Keeping } from "./keeping.ts";
import { listenToKeys } from "./keys.ts";
import { type Parts, page } from "./page.ts";
import { Pictures } from "./pictures.ts";
import { PlotHand } from "./plot_hand.ts";
import { readoutBox } from "./readout.ts";
import { RowsView } from "./rows.ts";
import { Side } from "./side.ts";
import { Spots } from "./spots.ts";
import { Debugger } from "./state.ts";
import { tick } from "./status.ts";
import { sheets } from "./styles.ts";
import type { DebuggerKeys } from "./types.ts";
import { Widths } from "./widths.ts";

const TICK_MS = 100;

/**
 * Resolves when the first answer is drawn, or what was said instead of one, to how it is taken down: an older anywidget
 * gives no signal and calls that.
 */
function render({ model, el, signal: outer }: Handed<DebuggerKeys>): Promise<() => void> {
  const { frame, shadow, signal, end } = shadowIn(el, sheets, outer);
  frame.className = "debugger-host";
  const root = document.createElement("div");
  root.className = "debugger";
  root.tabIndex = -1;
  const over = document.createElement("div");
  shadow.append(root, over);

  const app = new Debugger(model, signal);
  const keeping = new Keeping(app);
  const redraw = (): void => {
    draw(page(parts), root);
    parts.widths.measure();
    untracked(() => {
      parts.plotHand.drawRange(root);
      tick(root, app.now.value);
    });
  };
  const pictures = new Pictures(app, redraw, signal);
  const cases = new Cases(app);
  const parts: Parts = {
    app,
    plotHand: new PlotHand(app),
    barHand: new BarHand(app, signal),
    formula: new Formula(app),
    keeping,
    side: new Side(app, keeping),
    spots: new Spots(app, signal),
    pictures,
    cases,
    rows: new RowsView(app, pictures, cases, redraw),
    widths: new Widths(app, signal),
  };
  listenToKeys(app, root, signal);
  const ticking = setInterval(() => {
    if (app.since.value !== null || parts.spots.since.value !== null) app.now.value = performance.now();
  }, TICK_MS);

  return new Promise((resolve) => {
    const stops = [
      effect(() => {
        redraw();
        if (app.answer.value || app.trouble.value) resolve(end);
      }),
      effect(() => parts.plotHand.drawRange(root)),
      effect(() => tick(root, app.now.value)),
      effect(() => {
        draw(readoutBox(app.readout.value), over);
      }),
    ];
    signal.addEventListener("abort", () => {
      clearInterval(ticking);
      for (const stop of stops) stop();
    });
  });
}

const component = { render };
export default component;
