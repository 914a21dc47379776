/** The bars above the picture: looking, and the view that is set aside while editing. */

import { html, nothing, type TemplateResult } from "lit-html";
import { live as fresh } from "lit-html/directives/live.js";
import { tool } from "../../controls.ts";
import { toggleFull } from "../../full.ts";
import type { Bench, Gesture } from "../../state.ts";
import { number } from "../../words.ts";
import type { Hand } from "./hand.ts";
import { leafs, type Sheet } from "./sheet.ts";
import type { Stage } from "./stage.ts";
import { isViewChanged, takeView } from "./tools.ts";

const DRAGS: [Gesture, string, string, string][] = [
  ["window", "contrast", "Drag sets window and level of the view", "W"],
  ["pan", "move", "Drag moves the picture", "P"],
  ["zoom", "search", "Drag zooms", "Z"],
];
const SCROLL: [Gesture, string, string, string] = ["scroll", "slices", "Drag leafs through the slices", "S"];
const MEASURES: [Gesture, string, string, string][] = [
  ["length", "ruler", "Measure a length", "L"],
  ["angle", "angle", "Measure an angle", "G"],
  ["ellipse", "ellipse", "Measure an ellipse", "O"],
];

export function lookingBar(bench: Bench, stage: Stage, hand: Hand): TemplateResult {
  const view = stage.look;
  const list = stage.sheet.presets.value;
  const at = list.findIndex((one) => one.width === view.width && one.centre === view.centre);
  const gestures = (all: [Gesture, string, string, string][]) =>
    all.map(([gesture, name, label, key]) =>
      tool({ label, icon: name, key, pressed: bench.gesture.value === gesture, act: () => hand.take(gesture) }),
    );
  const places = Math.abs(view.width) < 10 ? 2 : 0;
  return html`<div class="view stage-look" role="toolbar" aria-label="Looking: changes the view, never what the model sees">
    <span class="bunch gesture">${leafs(stage.sheet.reel) ? gestures([SCROLL]) : nothing}${gestures(DRAGS)}</span>
    <select class="select" aria-label="Preset of the view, keys 1 to 5" .value=${fresh(String(at))}
      @change=${(event: Event) => {
        const chosen = list[Number((event.target as HTMLSelectElement).value)];
        if (chosen) bench.setView({ width: chosen.width, centre: chosen.centre });
      }}>
      ${list.map((one, i) => html`<option value=${i} ?selected=${i === at}>${i + 1} ${one.name}</option>`)}
      ${at < 0 ? html`<option value="-1" selected hidden>By hand</option>` : nothing}
    </select>
    <span class="bunch turns">
      ${tool({ label: "Invert the view", icon: "invert", key: "I", pressed: view.invert, act: () => bench.setView({ invert: !view.invert }) })}
      ${tool({ label: "Flip the view left and right", icon: "flip", key: "H", pressed: view.flipX, act: () => bench.setView({ flipX: !view.flipX }) })}
      ${tool({ label: "Flip the view up and down", icon: "flip-v", key: "V", pressed: view.flipY, act: () => bench.setView({ flipY: !view.flipY }) })}
      ${tool({ label: "Rotate the view", icon: "rotate", key: "R", act: () => bench.setView({ turn: (view.turn + 1) % 4 }) })}
      ${tool({ label: "Reset the view", icon: "reset", key: "Space", act: () => hand.resetView() })}
    </span>
    <span class="bunch measures" role="group" aria-label=${stage.sheet.ground.value?.spacing ? "Measure, in millimetres" : "Measure, in pixels"}>${gestures(MEASURES)}</span>
    <span class="reads">
      <span class="read level">W <b>${number(view.width, places)}</b> L <b>${number(view.centre, places)}</b></span>
      <span class="bunch zooms">
        ${tool({ label: "Smaller", icon: "minus", key: "−", act: () => hand.zoom(0.8) })}
        <b class="num zoom">${number(stage.percent.value, 0)} %</b>
        ${tool({ label: "Larger", icon: "plus", key: "+", act: () => hand.zoom(1.25) })}
      </span>
    </span>
    ${tool({ label: bench.isFull.value ? "Leave the full screen" : "Full screen", icon: bench.isFull.value ? "shrink" : "expand", key: "U", kind: "full", pressed: bench.isFull.value, act: () => toggleFull(bench) })}
  </div>`;
}

export function setAsideBar(bench: Bench, sheet: Sheet): TemplateResult {
  const isSetAside = isViewChanged(bench, sheet);
  return html`<div class="view stage-look" role="group" aria-label="Your view while editing">
    <span class="hint">${bench.editTool.value?.hint}${isSetAside ? " Your view is set aside meanwhile." : nothing}</span>
    ${isSetAside ? html`<button type="button" class="button end" @click=${() => takeView(bench, sheet)}>Make my view an edit</button>` : nothing}
  </div>`;
}
