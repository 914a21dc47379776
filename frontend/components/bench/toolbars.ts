/** The bars that stand around any input: the way into editing, the editing bar with the viewer's tools, marking. */

import { html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../host/icons.ts";
import { tool } from "./controls.ts";
import type { Bench } from "./state.ts";
import { go, reset, undo } from "./tools.ts";
import { kindOf } from "./viewers/kinds.ts";
import type { Viewer } from "./viewers/viewer.ts";
import { markHint } from "./words.ts";

/** Held, not switched: the original is on show for as long as a hand or a key is down. */
function peek(bench: Bench, inside: unknown, kind: string): TemplateResult {
  const hold = (on: boolean) => () => (bench.isPeeking.value = on);
  const key = (event: KeyboardEvent) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    bench.isPeeking.value = event.type === "keydown";
  };
  return html`<button type="button" class=${kind} aria-pressed=${bench.isPeeking.value} aria-label="Hold to see the original (A)" title="Hold to see the original (A)"
    @pointerdown=${hold(true)} @pointerup=${hold(false)} @pointerleave=${hold(false)} @pointercancel=${hold(false)} @blur=${hold(false)}
    @keydown=${key} @keyup=${key} @contextmenu=${(event: Event) => event.preventDefault()}>${inside}</button>`;
}

/** Below the input while looking: the one way into editing. */
export function wayInBar(bench: Bench, viewer: Viewer | null, enter: () => void): TemplateResult {
  const value = bench.value.value;
  const { label, icon: name, hint } = kindOf(bench).wayIn;
  return html`<div class="edit stage-look">
    ${
      viewer && viewer.tools.length === 0
        ? html`<span class="hint clip">${hint}</span>`
        : bench.mayTry
          ? html`<button type="button" class="button into" ?disabled=${!viewer} @click=${enter}>${icon(name)} ${label} <kbd aria-hidden="true">E</kbd></button>
          <span class="hint clip">${hint}</span>`
          : html`<span class="hint">This link shows stored examples. Ask ${bench.page.shared_by || bench.page.team} for a link to try your own.</span>`
    }
    ${
      bench.edits.value.length > 0
        ? peek(bench, html`${icon("eye")} <span class="long">Hold to see the original</span>`, "button end peek")
        : value && viewer
          ? html`<span class="num end dims">${viewer.extent()}</span>`
          : nothing
    }
  </div>`;
}

/** Below the input while marking; what is marked is for people, and the model does not see it. */
export function markingBar(bench: Bench, viewer: Viewer, leave: () => void): TemplateResult {
  const isClosable = bench.markKind.value === "polygon" && (bench.draft.value?.length ?? 0) > 2;
  return html`<div class="edit marking stage-look">
    <span class="hint" role="status">${markHint(bench.markKind.value)} The model does not see it.</span>
    <span class="end row">${isClosable ? html`<button type="button" class="button" @click=${() => viewer.place()}>${icon("region")} Close the polygon</button>` : nothing}
      <button type="button" class="button" @click=${leave}>Stop marking <kbd aria-hidden="true">Esc</kbd></button></span>
  </div>`;
}

export function editingBar(bench: Bench, viewer: Viewer, leave: () => void): TemplateResult {
  const now = bench.editTool.value;
  return html`<div class="edit stage-look" role="toolbar" aria-label="Editing: changes what the model sees">
    <span class="bunch tools">
      ${viewer.tools.map(({ name, icon: sign, label, key }) =>
        tool({
          label,
          icon: sign,
          key: key.toUpperCase(),
          kind: "for-edit keyed",
          pressed: now?.name === name,
          act: () => go(bench, "edit", name),
        }),
      )}
    </span>
    <span class="options">${now?.options?.()}</span>
    <span class="bunch undo">
      ${tool({ label: "Undo", icon: "undo", key: "Z", kind: "keyed", act: () => undo(bench) })}
      ${tool({ label: "Back to the original", icon: "reset", key: "X", kind: "keyed", act: () => reset(bench) })}
      ${peek(bench, html`${icon("eye")}<span class="key" aria-hidden="true">A</span>`, "tool peek")}
    </span>
    <button type="button" class="button done" @click=${leave}>Done <kbd aria-hidden="true">Esc</kbd></button>
  </div>`;
}
