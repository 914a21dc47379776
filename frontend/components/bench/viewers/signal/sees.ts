/** What stands above the stage of a signal: whose version of it is on show. */

import { html, type TemplateResult } from "lit-html";
import type { Bench } from "../../state.ts";
import type { Source } from "./source.ts";

/** verb: what the model does with it. */
export function sees(bench: Bench, source: Source, verb: "hears" | "sees"): TemplateResult {
  const isEditing = bench.mode.value === "edit";
  const text = bench.isPeeking.value
    ? "The original"
    : isEditing
      ? `The model ${verb} this`
      : bench.here.value.length > 0
        ? `Edited: the model ${verb} this`
        : "";
  return html`<span class="sees signal-sees ${isEditing && !bench.isPeeking.value ? "" : "quiet"}" ?hidden=${!text || !source.original.value}>${text}</span>`;
}
