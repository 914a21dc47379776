/** The picture's bars: looking above it, the options of its tools below it. They never do each other's work. */

import { html, nothing, type TemplateResult } from "lit-html";
import { live as fresh } from "lit-html/directives/live.js";
import { joined, slider, tool } from "../../controls.ts";
import { type Bench, type Gesture, homeView } from "../../state.ts";
import type { Fill } from "../../types.ts";
import { number, signed } from "../../words.ts";
import type { EditTool } from "../viewer.ts";
import type { Hand } from "./hand.ts";
import type { Stage } from "./stage.ts";
import { flip, isViewChanged, levelsOf, setLevels, takeView, turnBy, turnOf, turnTo } from "./tools.ts";

export type Preset = { name: string; width: number; centre: number };

/** Windows on grey values 0..255; the last one fits the picture. */
export function presets(stage: Stage): Preset[] {
  const fitted = stage.film.value?.contrast ?? { width: 255, centre: 127.5 };
  return [
    { name: "As received", width: homeView.width, centre: homeView.centre },
    { name: "Dark parts", width: 128, centre: 64 },
    { name: "Middle", width: 128, centre: 127.5 },
    { name: "Bright parts", width: 128, centre: 192 },
    { name: "Full contrast", ...fitted },
  ];
}

export function lookingBar(bench: Bench, stage: Stage, hand: Hand): TemplateResult {
  const view = bench.view.value;
  const list = presets(stage);
  const at = list.findIndex((one) => one.width === view.width && one.centre === view.centre);
  const drag = (gesture: Gesture, name: string, label: string, key: string) =>
    tool({
      label,
      icon: name,
      key,
      pressed: bench.gesture.value === gesture,
      act: () => (bench.gesture.value = gesture),
    });
  return html`<div class="view stage-look" role="toolbar" aria-label="Looking: changes the view, never what the model sees">
    <span class="bunch gesture">
      ${drag("window", "contrast", "Drag sets brightness and contrast of the view", "W")}
      ${drag("pan", "move", "Drag moves the picture", "P")}
      ${drag("zoom", "search", "Drag zooms", "Z")}
    </span>
    <select class="select" aria-label="Preset of the view, keys 1 to 5" .value=${fresh(String(at))}
      @change=${(event: Event) => {
        const chosen = list[Number((event.target as HTMLSelectElement).value)];
        if (chosen) bench.setView({ width: chosen.width, centre: chosen.centre });
      }}>
      ${list.map((one, i) => html`<option value=${i} ?selected=${i === at}>${i + 1} ${one.name}</option>`)}
      ${at < 0 ? html`<option value="-1" selected hidden>By hand</option>` : nothing}
    </select>
    <span class="bunch">
      ${tool({ label: "Invert the view", icon: "invert", key: "I", pressed: view.invert, act: () => bench.setView({ invert: !view.invert }) })}
      ${tool({ label: "Flip the view left and right", icon: "flip", key: "H", pressed: view.flipX, act: () => bench.setView({ flipX: !view.flipX }) })}
      ${tool({ label: "Flip the view up and down", icon: "flip-v", key: "V", pressed: view.flipY, act: () => bench.setView({ flipY: !view.flipY }) })}
      ${tool({ label: "Rotate the view", icon: "rotate", key: "R", act: () => bench.setView({ turn: (view.turn + 1) % 4 }) })}
      ${tool({ label: "Reset the view", icon: "reset", key: "Space", act: () => hand.resetView() })}
    </span>
    <span class="reads">
      <span class="read level">W <b>${number(view.width, 0)}</b> L <b>${number(view.centre, 0)}</b></span>
      <span class="bunch zooms">
        ${tool({ label: "Smaller", icon: "minus", key: "−", act: () => hand.zoom(0.8) })}
        <b class="num zoom">${number(stage.percent.value, 0)} %</b>
        ${tool({ label: "Larger", icon: "plus", key: "+", act: () => hand.zoom(1.25) })}
      </span>
    </span>
  </div>`;
}

export function setAsideBar(bench: Bench): TemplateResult {
  const isSetAside = isViewChanged(bench);
  return html`<div class="view stage-look" role="group" aria-label="Your view while editing">
    <span class="hint">${bench.editTool.value?.hint}${isSetAside ? " Your view is set aside meanwhile." : nothing}</span>
    ${isSetAside ? html`<button type="button" class="button end" @click=${() => takeView(bench)}>Make my view an edit</button>` : nothing}
  </div>`;
}

export function tools(bench: Bench): EditTool[] {
  return [
    {
      name: "occlude",
      icon: "occlude",
      label: "Cover a part",
      key: "o",
      short: "cover",
      hint: "Drag over what you think the model looks at.",
      isShape: true,
      options: () => covers(bench),
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

function covers(bench: Bench): TemplateResult {
  return html`${joined("Shape of the cover", ["box", "ellipse"] as const, bench.shape.value, (shape) => (bench.shape.value = shape), { box: "Box", ellipse: "Ellipse" })}
    ${joined<Fill>("Cover with", ["black", "mean", "blur"], bench.fill.value, (fill) => (bench.fill.value = fill), { black: "Black", mean: "Average", blur: "Blur" })}`;
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
