/** The picture's bars: looking above it, the options of its tools below it. They never do each other's work. */

import { html, nothing, type TemplateResult } from "lit-html";
import { live as fresh } from "lit-html/directives/live.js";
import { joined, slider, tool } from "../../controls.ts";
import { toggleFull } from "../../full.ts";
import type { Bench, Gesture } from "../../state.ts";
import type { Fill } from "../../types.ts";
import { number, signed } from "../../words.ts";
import type { EditTool } from "../viewer.ts";
import type { Hand } from "./hand.ts";
import { leafs, type Reel, type Sheet } from "./sheet.ts";
import type { Stage } from "./stage.ts";
import { flip, isViewChanged, levelsOf, setLevels, takeView, turnBy, turnOf, turnTo } from "./tools.ts";

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

export function tools(bench: Bench, reel: Reel | null = null): EditTool[] {
  return [
    {
      name: "occlude",
      icon: "occlude",
      label: "Cover a part",
      key: "o",
      short: "cover",
      hint: "Drag over what you think the model looks at.",
      isShape: true,
      options: () => covers(bench, reel),
    },
    {
      name: "crop",
      icon: "crop",
      label: "Crop",
      key: "c",
      short: "crop",
      hint: "Drag a box around what the model may see.",
      isShape: true,
    },
    {
      name: "rotate",
      icon: "rotate",
      label: "Rotate",
      key: "r",
      short: "rotate",
      hint: "Turn what the model sees.",
      options: () => turns(bench),
      act: () => turnBy(bench, 90),
    },
    {
      name: "flip",
      icon: "flip",
      label: "Flip",
      key: "h",
      short: "flip",
      hint: "Mirror what the model sees.",
      options: () => mirrors(bench),
      act: () => flip(bench, "x"),
    },
    {
      name: "levels",
      icon: "contrast",
      label: "Brightness and contrast",
      key: "b",
      short: "brightness",
      hint: "Make what the model sees brighter or darker.",
      options: () => levels(bench),
    },
  ];
}

function covers(bench: Bench, reel: Reel | null): TemplateResult {
  const where = reel?.isAlone;
  return html`${joined("Shape of the cover", ["box", "ellipse"] as const, bench.shape.value, (shape) => (bench.shape.value = shape), { box: "Box", ellipse: "Ellipse" })}
    ${joined<Fill>("Cover with", ["black", "mean", "blur"], bench.fill.value, (fill) => (bench.fill.value = fill), { black: "Black", mean: "Average", blur: "Blur" })}
    ${where && leafs(reel) ? joined("Which slices", ["all", "one"] as const, where.value ? "one" : "all", (one) => (where.value = one === "one"), { all: "All slices", one: "This slice" }) : nothing}`;
}

function turns(bench: Bench): TemplateResult {
  return html`<span class="joined"><button type="button" class="button" @click=${() => turnBy(bench, -90)}>−90°</button><button type="button" class="button" @click=${() => turnBy(bench, 90)}>+90°</button></span>
    ${slider(bench, "Degrees", -180, 180, 1, turnOf(bench), `${signed(turnOf(bench), 0)}°`, (degrees) => turnTo(bench, degrees, "turn"))}`;
}

function mirrors(bench: Bench): TemplateResult {
  return html`<span class="joined"><button type="button" class="button" @click=${() => flip(bench, "x")}>Left and right</button><button type="button" class="button" @click=${() => flip(bench, "y")}>Top and bottom</button></span>`;
}

function levels(bench: Bench): TemplateResult {
  const { brightness, contrast } = levelsOf(bench);
  const toContrast = (step: number) => Math.round(100 * 4 ** (step / 100)) / 100; // even steps to the eye, 0.25 to 4
  return html`${slider(bench, "Brightness", -100, 100, 1, Math.round(brightness * 100), `${signed(brightness * 100, 0)} %`, (value) => setLevels(bench, { brightness: value / 100 }, "levels"))}
    ${slider(bench, "Contrast", -100, 100, 1, Math.round((100 * Math.log(Math.max(contrast, 0.25))) / Math.log(4)), `× ${number(contrast)}`, (step) => setLevels(bench, { contrast: toContrast(step) }, "levels"))}`;
}
