/** The bench in a notebook's cell, by anywidget: the same bench, with the kernel in the place of page and socket. */

import { effect } from "@preact/signals-core";
import { render as draw, html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../host/icons.ts";
import { type Handed, onHost, shadowIn } from "../../host/shadow.ts";
import "./sheets/cell.ts";
import { follow } from "./cell_follow.ts";
import { type CellKeys, Kernel } from "./kernel.ts";
import { kernelHost } from "./kernel_host.ts";
import { Bench } from "./state.ts";
import { begin } from "./whole.ts";

/** All sheets that are imported, as one text; put here when this is built, see `build/sheets.ts`. */
declare const SHEETS: string;

/** Resolves to how it is taken down: an older anywidget gives no signal and calls that. */
async function render({ model, el, signal: outer }: Handed<CellKeys>): Promise<() => void> {
  const { frame, shadow, signal, end } = shadowIn(el, onHost(SHEETS), outer);
  const above = document.createElement("div");
  const root = document.createElement("div");
  root.className = "bench-cell";
  shadow.append(above, root);
  // The notebook stays where it is
  const leave = ({ target }: Event) =>
    target instanceof Element && target.closest("a")?.setAttribute("target", "_blank");
  shadow.addEventListener("click", leave, { capture: true, signal });

  const kernel = new Kernel(model, signal);
  const stop = effect(() => {
    draw(kernel.isSilent.value ? silence() : nothing, above);
  });
  signal.addEventListener("abort", stop);
  const bench = new Bench(kernel.page.get("state"), kernel.page, kernelHost(kernel, { root: shadow, frame }, signal));
  follow(bench, model, signal);
  await begin(bench, { model: kernel.page, el: root, signal });
  return end;
}

/** Said above the bench, which goes on showing what it knows. */
function silence(): TemplateResult {
  return html`<div class="notice warn bench-silent" role="status">${icon("offline")}<div><strong>The notebook's kernel does not answer.</strong> While it runs another cell, what you asked waits for it. Has it ended or been restarted, run this cell again. What you see is the last that it said.</div></div>`;
}

export default { render };
