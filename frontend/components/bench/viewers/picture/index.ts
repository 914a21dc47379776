/** The viewer of a picture: its canvas, the hand on it, its bars, tools and keys. */

import { computed } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import { ref } from "lit-html/directives/ref.js";
import type { Overlays } from "../../overlays.ts";
import type { Bench, Gesture } from "../../state.ts";
import type { Edit, Mark, Output } from "../../types.ts";
import { describeMark, number, titleOf } from "../../words.ts";
import type { KeyRow, Thumbnail, Viewer } from "../viewer.ts";
import { lookingBar, presets, setAsideBar, tools } from "./bars.ts";
import { isOutside } from "./geometry.ts";
import { Hand } from "./hand.ts";
import { Stage } from "./stage.ts";
import { thumbnail } from "./thumbnail.ts";
import { place, trialEdit } from "./tools.ts";

const LOOKING: KeyRow[] = [
  { keys: ["1", "…", "5"], words: "presets of the view", short: "preset" },
  { keys: ["W"], words: "drag sets brightness and contrast" },
  { keys: ["P"], words: "drag moves" },
  { keys: ["Z"], words: "drag zooms" },
  { keys: ["+", "−"], words: "larger, smaller" },
  { keys: ["I"], words: "invert", short: "invert" },
  { keys: ["H", "V"], words: "flip the view" },
  { keys: ["R"], words: "rotate the view", short: "rotate view" },
  { keys: ["Space"], words: "reset the view", short: "reset view" },
];
const EDITING: KeyRow[] = [
  { keys: ["←", "→"], words: "move the box" },
  { keys: ["Shift", "→"], words: "size the box" },
  { keys: ["Enter"], words: "put it down" },
];

export function pictureViewer(bench: Bench, overlays: Overlays, ended: AbortSignal): Viewer {
  const stage = new Stage(bench, overlays, ended);
  const hand = new Hand(bench, stage, overlays);
  return {
    isShown: computed(() => stage.film.value !== null),
    failure: stage.failure,
    retry: () => stage.retry(),
    looking: () => lookingBar(bench, stage, hand),
    setAside: () => setAsideBar(bench),
    surface: () => surface(bench, stage, hand, overlays),
    extent() {
      const size = bench.size.value;
      return size ? `${number(size.width, 0)} × ${number(size.height, 0)} px` : "";
    },
    tools: tools(bench),
    trial: () => trialEdit(bench),
    place: () => place(bench),
    marks: ["point", "line", "box", "polygon", "ellipse"],
    describeMark: (mark) => markWords(bench, mark),
    key: (event) => (event.target === stage.canvas && hand.key(event)) || key(bench, stage, hand, event),
    keys: { looking: LOOKING, editing: EDITING },
    thumbnail: (edits) => attempt(bench, stage, edits),
  };
}

function surface(bench: Bench, stage: Stage, hand: Hand, overlays: Overlays): TemplateResult {
  const mode = bench.mode.value;
  const isShape = bench.editTool.value?.isShape;
  const cursor = mode === "look" ? bench.gesture.value : mode === "edit" && !isShape ? "window" : "draw";
  const isFree = mode === "look" && bench.view.value.zoom <= 1;
  const made = firstPicture(bench);
  return html`<canvas tabindex="0" role="application" aria-label=${nameOf(bench)} data-stage data-cursor=${cursor} data-free=${isFree} data-beside=${made !== null} ${ref(stage.attach)}
      @pointerdown=${hand.down} @pointermove=${hand.move} @pointerup=${hand.up} @pointercancel=${hand.up} @wheel=${{ handleEvent: hand.wheel, passive: false }}></canvas>
    ${overlays.list()}
    ${stage.label()}
    ${made ? html`<figure class="beside ${bench.isStale.value ? "thinking" : ""}"><figcaption>${titleOf(made.output)}</figcaption><img src=${made.url} alt=${`${titleOf(made.output)}, made by the model`}></figure>` : nothing}`;
}

/** The first picture that the model made, shown as large as the one it was given. */
function firstPicture(bench: Bench): { output: Output; url: string } | null {
  for (const output of bench.page.interface.outputs) {
    const answer = bench.answer.value?.answer?.[output.name];
    if (answer?.kind === "image") return { output, url: answer.url };
  }
  return null;
}

function nameOf(bench: Bench): string {
  const names = {
    look: "Looking. A drag or the arrows change only your view, plus and minus zoom. E edits what the model sees.",
    edit: "Editing. Arrows move a box, Shift and arrows size it, Enter applies it. Escape goes back to looking.",
    mark: "Marking for your judgement. Arrows move the mark, Shift and arrows size it, Enter places it. Escape stops.",
  };
  return `${bench.open.value?.title ?? "No picture yet"}. ${names[bench.mode.value]}`;
}

function markWords(bench: Bench, mark: Mark): string {
  const [size, frame] = [bench.size.value, bench.frame.value];
  if (!size || !frame) return "";
  return describeMark(mark, size.width, size.height) + (isOutside(mark, frame, size) ? ", outside this crop" : "");
}

function attempt(bench: Bench, stage: Stage, edits: readonly Edit[]): Thumbnail | null {
  const film = stage.film.value;
  if (!film) return null;
  const key = JSON.stringify([bench.picture.value?.url, edits]);
  return { key, draw: (canvas) => thumbnail(canvas, film, edits) };
}

/** Keys of the view; R and H act inside the frame while editing, and are the tools' then. */
function key(bench: Bench, stage: Stage, hand: Hand, event: KeyboardEvent): boolean {
  const pressed = event.key.toLowerCase();
  if (pressed === "+" || pressed === "=") hand.zoom(1.25);
  else if (pressed === "-") hand.zoom(0.8);
  else return bench.mode.value !== "edit" && look(bench, stage, hand, event, pressed);
  return true;
}

function look(bench: Bench, stage: Stage, hand: Hand, event: KeyboardEvent, pressed: string): boolean {
  const view = bench.view.value;
  const preset = presets(stage)[Number(pressed) - 1];
  const gestures: Record<string, Gesture> = { w: "window", p: "pan", z: "zoom" };
  const gesture = gestures[pressed];
  const isOnButton = (event.target as HTMLElement).closest("button, a, input, summary, label") !== null;
  if (preset) bench.setView({ width: preset.width, centre: preset.centre });
  else if (gesture) bench.gesture.value = gesture;
  else if (pressed === "i") bench.setView({ invert: !view.invert });
  else if (pressed === "h") bench.setView({ flipX: !view.flipX });
  else if (pressed === "v") bench.setView({ flipY: !view.flipY });
  else if (pressed === "r") bench.setView({ turn: (view.turn + 1) % 4 });
  else if (pressed === " " && !isOnButton) hand.resetView();
  else return false;
  return true;
}
