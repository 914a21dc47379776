/** The bars of the stage: looking above the picture, editing below it. They never do each other's work. */

import { html, nothing, type TemplateResult } from "lit-html";
import { live as fresh } from "lit-html/directives/live.js";
import { icon } from "../../host/icons.ts";
import type { Hand } from "./hand.ts";
import type { Stage } from "./stage.ts";
import { type Bench, type Gesture, homeView, type Tool } from "./state.ts";
import {
  flip,
  go,
  isViewChanged,
  levelsOf,
  place,
  reset,
  setLevels,
  takeView,
  turnBy,
  turnOf,
  turnTo,
  undo,
} from "./tools.ts";
import type { Fill } from "./types.ts";
import { markHint, number, signed } from "./words.ts";

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

const HINTS: Record<Tool, string> = {
  occlude: "Drag over what you think the model looks at.",
  crop: "Drag a box around what the model may see.",
  rotate: "Turn what the model sees.",
  flip: "Mirror what the model sees.",
  levels: "Make what the model sees brighter or darker.",
};

type Button = { label: string; icon: string; act: () => void; pressed?: boolean; key?: string; kind?: string };

function tool({ label, icon: name, act, pressed, key, kind = "" }: Button): TemplateResult {
  const title = key ? `${label} (${key})` : label;
  return html`<button type="button" class="tool ${kind}" aria-pressed=${pressed ?? nothing} aria-label=${title} title=${title} @click=${act}
    >${icon(name)}${kind.includes("keyed") && key ? html`<span class="key" aria-hidden="true">${key}</span>` : nothing}</button>`;
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
    <span class="hint">${HINTS[bench.tool.value]}${isSetAside ? " Your view is set aside meanwhile." : nothing}</span>
    ${isSetAside ? html`<button type="button" class="button end" @click=${() => takeView(bench)}>Make my view an edit</button>` : nothing}
  </div>`;
}

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

/** Below the picture while looking: the one way into editing. */
export function wayInBar(bench: Bench, enter: () => void): TemplateResult {
  const picture = bench.picture.value;
  return html`<div class="edit stage-look">
    ${
      bench.mayTry
        ? html`<button type="button" class="button into" ?disabled=${!picture} @click=${enter}>${icon("occlude")} Cover a part <kbd aria-hidden="true">E</kbd></button>
          <span class="hint clip">Cover, crop, turn or brighten what it sees, and watch the answer change.</span>`
        : html`<span class="hint">This link shows stored examples. Ask ${bench.page.shared_by || bench.page.team} for a link to try your own.</span>`
    }
    ${
      bench.edits.value.length > 0
        ? peek(bench, html`${icon("eye")} <span class="long">Hold to see the original</span>`, "button end peek")
        : picture
          ? html`<span class="num end dims">${number(picture.width, 0)} × ${number(picture.height, 0)} px</span>`
          : nothing
    }
  </div>`;
}

/** Below the picture while marking; what is marked is for people, and the model does not see it. */
export function markingBar(bench: Bench, leave: () => void): TemplateResult {
  const isClosable = bench.markKind.value === "polygon" && (bench.draft.value?.length ?? 0) > 2;
  return html`<div class="edit marking stage-look">
    <span class="hint" role="status">${markHint(bench.markKind.value)} The model does not see it.</span>
    <span class="end row">${isClosable ? html`<button type="button" class="button" @click=${() => place(bench)}>${icon("region")} Close the polygon</button>` : nothing}
      <button type="button" class="button" @click=${leave}>Stop marking <kbd aria-hidden="true">Esc</kbd></button></span>
  </div>`;
}

export function editingBar(bench: Bench, leave: () => void): TemplateResult {
  const now = bench.tool.value;
  const pick = (what: Tool, name: string, label: string, key: string) =>
    tool({ label, icon: name, key, kind: "for-edit keyed", pressed: now === what, act: () => go(bench, "edit", what) });
  return html`<div class="edit stage-look" role="toolbar" aria-label="Editing: changes what the model sees">
    <span class="bunch tools">
      ${pick("occlude", "occlude", "Cover a part", "O")}
      ${pick("crop", "crop", "Crop", "C")}
      ${pick("rotate", "rotate", "Rotate", "R")}
      ${pick("flip", "flip", "Flip", "H")}
      ${pick("levels", "contrast", "Brightness and contrast", "B")}
    </span>
    <span class="options">${options(bench)}</span>
    <span class="bunch undo">
      ${tool({ label: "Undo", icon: "undo", key: "Z", kind: "keyed", act: () => undo(bench) })}
      ${tool({ label: "Back to the original", icon: "reset", key: "X", kind: "keyed", act: () => reset(bench) })}
      ${peek(bench, html`${icon("eye")}<span class="key" aria-hidden="true">A</span>`, "tool peek")}
    </span>
    <button type="button" class="button done" @click=${leave}>Done <kbd aria-hidden="true">Esc</kbd></button>
  </div>`;
}

function options(bench: Bench): TemplateResult {
  switch (bench.tool.value) {
    case "occlude":
      return html`${joined("Shape of the cover", ["box", "ellipse"] as const, bench.shape.value, (shape) => (bench.shape.value = shape), { box: "Box", ellipse: "Ellipse" })}
        ${joined<Fill>("Cover with", ["black", "mean", "blur"], bench.fill.value, (fill) => (bench.fill.value = fill), { black: "Black", mean: "Average", blur: "Blur" })}`;
    case "rotate":
      return html`<span class="joined"><button type="button" class="button" @click=${() => turnBy(bench, -90)}>−90°</button><button type="button" class="button" @click=${() => turnBy(bench, 90)}>+90°</button></span>
        ${slider(bench, "Degrees", -180, 180, 1, turnOf(bench), `${signed(turnOf(bench), 0)}°`, (degrees) => turnTo(bench, degrees, "turn"))}`;
    case "flip":
      return html`<span class="joined"><button type="button" class="button" @click=${() => flip(bench, "x")}>Left and right</button><button type="button" class="button" @click=${() => flip(bench, "y")}>Top and bottom</button></span>`;
    case "levels": {
      const { brightness, contrast } = levelsOf(bench);
      const toContrast = (step: number) => Math.round(100 * 4 ** (step / 100)) / 100; // even steps to the eye, 0.25 to 4
      return html`${slider(bench, "Brightness", -100, 100, 1, Math.round(brightness * 100), `${signed(brightness * 100, 0)} %`, (value) => setLevels(bench, { brightness: value / 100 }, "levels"))}
        ${slider(bench, "Contrast", -100, 100, 1, Math.round((100 * Math.log(Math.max(contrast, 0.25))) / Math.log(4)), `× ${number(contrast)}`, (step) => setLevels(bench, { contrast: toContrast(step) }, "levels"))}`;
    }
    default:
      return html``;
  }
}

function joined<T extends string>(
  label: string,
  all: readonly T[],
  now: T,
  choose: (one: T) => void,
  names: Record<T, string>,
): TemplateResult {
  return html`<span class="joined" role="group" aria-label=${label}>${all.map(
    (one) =>
      html`<button type="button" class="button" aria-pressed=${one === now} @click=${() => choose(one)}>${names[one]}</button>`,
  )}</span>`;
}

function slider(
  bench: Bench,
  label: string,
  least: number,
  most: number,
  step: number,
  value: number,
  text: string,
  change: (value: number) => void,
): TemplateResult {
  return html`<label class="level-field"><span>${label}</span>
    <input type="range" aria-label=${label} min=${least} max=${most} step=${step} .value=${fresh(String(value))} aria-valuetext=${text}
      @input=${(event: Event) => change(Number((event.target as HTMLInputElement).value))} @change=${() => bench.endDrag()}>
    <output class="num">${text}</output></label>`;
}
