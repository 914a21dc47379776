/** Why, on a page of its own: a prediction's. On the bench it is a part of the right column. */

import { effect } from "@preact/signals-core";
import { render as draw } from "lit-html";
import { ensureIcons } from "../../host/icons.ts";
import { mount, pageModel, type RenderProps, stateOf } from "../../host/index.ts";
import { Asking } from "./asking.ts";
import { panel } from "./panel.ts";
import "./why.css";
import { type Answered, subjectOf } from "./subject.ts";
import type { Place } from "./types.ts";

type Keys = { place: Place; prediction: Answered };

function render({ model, el, signal }: RenderProps<Keys>): Promise<void> {
  void ensureIcons(document.body);
  const asking = new Asking(model.get("place"), null, signal);
  asking.about(subjectOf(model.get("prediction")));
  asking.open(true);
  const stop = effect(() => {
    draw(panel(asking), el);
  });
  signal.addEventListener("abort", stop);
  return Promise.resolve();
}

export default { render };

const el = document.querySelector<HTMLElement>("#why[data-component=why]");
if (el) mount({ render }, el, pageModel(stateOf<Keys>("why-state")));
