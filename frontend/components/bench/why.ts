/** Why, beside the answer: what the panel is given of this bench and its stage. */

import type { TemplateResult } from "lit-html";
import { whyBeside } from "../why/beside.ts";
import type { Stage } from "../why/stage.ts";
import type { Overlays } from "./overlays.ts";
import type { Bench } from "./state.ts";
import { markWith } from "./tools.ts";

/** Edits that move pixels. */
const MOVING = ["crop", "rotate", "flip"];

/** Returns what draws the panel. */
export function why(bench: Bench, overlays: Overlays, ended: AbortSignal): () => TemplateResult | symbol {
  const { urls, explanations: methods } = bench.page;
  const place = { explanations: urls.explanations, explanation: urls.explanation, methods, mayAsk: bench.mayFlag };
  const stage: Stage = {
    marks: () => bench.marksShown.value,
    frame: () => overlays.frame.value,
    isMoved: () => (bench.answer.value?.edits ?? []).some(({ kind, off }) => MOVING.includes(kind) && !off),
    draw: (kind) => markWith(bench, kind),
    mode: () => bench.mode.value,
    lay: (layer) => overlays.add(layer),
  };
  return whyBeside(place, () => bench.answer.value, stage, ended);
}
