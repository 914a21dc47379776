/** Why, as a part of the bench's right column: brought where a model can be asked. */

import { effect, untracked } from "@preact/signals-core";
import type { TemplateResult } from "lit-html";
import { Asking } from "./asking.ts";
import type { Marked } from "./marks.ts";
import { panel } from "./panel.ts";
import { type Answered, subjectOf } from "./subject.ts";
import type { Place } from "./types.ts";
import "./why.css";

/** shown: the prediction on show, read in an effect as the marks are. Returns what draws the panel. */
export function whyBeside(
  place: Place,
  shown: () => Answered | null,
  marked: Marked,
  ended: AbortSignal,
): () => TemplateResult | symbol {
  const asking = new Asking(place, marked, ended);
  const stops = [
    effect(() => {
      const subject = subjectOf(shown());
      untracked(() => asking.about(subject));
    }),
    effect(() => {
      marked.marks();
      untracked(() => asking.remarked());
    }),
  ];
  const stop = (): void => {
    for (const end of stops) end();
  };
  if (ended.aborted) stop();
  ended.addEventListener("abort", stop);
  return () => panel(asking);
}
