/** Why, as a part of the bench's right column: brought where a model can be asked. */

import { computed, effect, untracked } from "@preact/signals-core";
import type { TemplateResult } from "lit-html";
import { Asking } from "./asking.ts";
import { laid } from "./layers.ts";
import { panel } from "./panel.ts";
import type { Stage } from "./stage.ts";
import { type Answered, subjectOf } from "./subject.ts";
import type { Place } from "./types.ts";
import "./why.css";

/** shown: the prediction on show, read in an effect as the stage is. Returns what draws the panel. */
export function whyBeside(
  place: Place,
  shown: () => Answered | null,
  stage: Stage,
  ended: AbortSignal,
): () => TemplateResult | symbol {
  const asking = new Asking(place, stage, ended);
  const layer = computed(() => {
    const one = asking.isOpen.value && !stage.isMoved() ? asking.now : null;
    return one?.result?.kind === "layers" ? laid(one, one.result, asking.opacity.value) : [];
  });
  const stops = [
    stage.lay(layer),
    effect(() => {
      const subject = subjectOf(shown());
      untracked(() => asking.about(subject));
    }),
    effect(() => {
      stage.marks();
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
