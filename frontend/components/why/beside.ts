/** Why, as a part of the bench's right column: brought where a model can be asked. */

import { effect, untracked } from "@preact/signals-core";
import type { TemplateResult } from "lit-html";
import { Asking } from "./asking.ts";
import { panel } from "./panel.ts";
import { type Answered, subjectOf } from "./subject.ts";
import type { Place } from "./types.ts";
import "./why.css";

/** shown: the prediction on show, read in an effect. Returns what draws the panel. */
export function whyBeside(
  place: Place,
  shown: () => Answered | null,
  ended: AbortSignal,
): () => TemplateResult | symbol {
  const asking = new Asking(place, ended);
  const stop = effect(() => {
    const subject = subjectOf(shown());
    untracked(() => asking.about(subject));
  });
  if (ended.aborted) stop();
  ended.addEventListener("abort", stop);
  return () => panel(asking);
}
