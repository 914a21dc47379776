/** The viewer of a picture: its canvas, the hand on it, its bars, tools and keys. */

import { computed } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import { ref } from "lit-html/directives/ref.js";
import { toggleFull } from "../../full.ts";
import type { Overlays } from "../../overlays.ts";
import type { Bench, Gesture } from "../../state.ts";
import type { Edit, Mark, Output } from "../../types.ts";
import { describeMark, number, titleOf } from "../../words.ts";
import { isOnButton, type KeyRow, type Thumbnail, type Viewer } from "../viewer.ts";
import { lookingBar, setAsideBar } from "./bars.ts";
import { isOutside } from "./geometry.ts";
import { Hand } from "./hand.ts";
import { leafs, PictureSheet, type Sheet } from "./sheet.ts";
import { Stage } from "./stage.ts";
import { thumbnail } from "./thumbnail.ts";
import { tools } from "./toolbox.ts";
import { trialEdit } from "./tools.ts";

const LOOKING: KeyRow[] = [
  { keys: ["1", "…", "5"], words: "presets of the view", short: "preset" },
  { keys: ["W"], words: "drag sets window and level" },
  { keys: ["P"], words: "drag moves" },
  { keys: ["Z"], words: "drag zooms" },
  { keys: ["+", "−"], words: "larger, smaller" },
  { keys: ["I"], words: "invert", short: "invert" },
  { keys: ["H", "V"], words: "flip the view" },
  { keys: ["R"], words: "rotate the view", short: "rotate view" },
  { keys: ["Space"], words: "reset the view", short: "reset view" },
  { keys: ["L", "G", "O"], words: "measure a length, an angle, an ellipse", short: "measure" },
  { keys: ["⌫"], words: "take the last measure away" },
  { keys: ["U"], words: "full screen" },
];
const EDITING: KeyRow[] = [
  { keys: ["←", "→"], words: "move the box" },
  { keys: ["Shift", "→"], words: "size the box" },
  { keys: ["Enter"], words: "put it down" },
];

export function pictureViewer(bench: Bench, overlays: Overlays, ended: AbortSignal): Viewer {
  const stage = new Stage(bench, new PictureSheet(bench, ended), overlays, ended);
  const hand = new Hand(bench, stage, overlays);
  return {
    ...stageViewer(bench, stage, hand, overlays),
    tools: tools(bench),
    surface: () => surface(bench, stage, hand, overlays),
    keys: { looking: LOOKING, editing: EDITING },
  };
}

/** What the viewers of pictures and of studies have in common: one stage, one hand. */
export function stageViewer(bench: Bench, stage: Stage, hand: Hand, overlays: Overlays): Omit<Viewer, "tools"> {
  const { sheet, measuring } = stage;
  return {
    isShown: computed(() => sheet.plate.value !== null),
    failure: sheet.failure,
    retry: () => sheet.retry(),
    looking: () => lookingBar(bench, stage, hand),
    setAside: () => setAsideBar(bench, sheet),
    surface: () => surface(bench, stage, hand, overlays),
    extent() {
      const size = bench.size.value;
      return size ? `${number(size.width, 0)} × ${number(size.height, 0)} px` : "";
    },
    trial: () => trialEdit(bench, sheet.reel),
    place: () => hand.place(),
    marks: ["point", "line", "box", "polygon", "ellipse"],
    describeMark: (mark) => markWords(bench, sheet, mark),
    key: (event) => (event.target === stage.canvas && hand.key(event)) || key(bench, stage, hand, event),
    keys: { looking: LOOKING, editing: EDITING },
    escape() {
      const kind = measuring.kind.value;
      if (kind) hand.take(kind);
      return kind !== null;
    },
    aside: () => measuring.list(),
    thumbnail: (edits) => attempt(bench, sheet, edits),
  };
}

export function surface(bench: Bench, stage: Stage, hand: Hand, overlays: Overlays): TemplateResult {
  const mode = bench.mode.value;
  const isShape = bench.editTool.value?.isShape;
  const cursor = stage.measuring.kind.value
    ? "draw"
    : mode === "look"
      ? bench.gesture.value
      : mode === "edit" && !isShape
        ? "window"
        : "draw";
  // A finger on a picture that fits may scroll the page, unless it leafs, windows or measures
  const isFree = mode === "look" && bench.view.value.zoom <= 1 && bench.gesture.value === "pan";
  const made = firstPicture(bench);
  return html`<canvas tabindex="0" role="application" aria-label=${nameOf(bench, stage)} aria-description=${describe(bench)} data-stage data-cursor=${cursor} data-free=${isFree} data-reel=${leafs(stage.sheet.reel)} data-beside=${made !== null} ${ref(stage.attach)}
      @pointerdown=${hand.down} @pointermove=${hand.move} @pointerup=${hand.up} @pointercancel=${hand.up} @wheel=${{ handleEvent: hand.wheel, passive: false }}></canvas>
    ${overlays.list()}
    ${stage.label()}
    ${made ? html`<figure class="beside ${bench.isStale.value ? "thinking" : ""}"><figcaption>${titleOf(made.output)}</figcaption><img src=${bench.host.picture(made.url)} alt=${`${titleOf(made.output)}, made by the model`}></figure>` : nothing}`;
}

/** The first picture that the model made, shown as large as the one it was given. */
function firstPicture(bench: Bench): { output: Output; url: string } | null {
  for (const output of bench.page.interface.outputs) {
    const answer = bench.answer.value?.answer?.[output.name];
    if (answer?.kind === "image") return { output, url: answer.url };
  }
  return null;
}

function nameOf(bench: Bench, { sheet, measuring }: Stage): string {
  const names = {
    look: measuring.kind.value
      ? `Measuring: ${measuring.kind.value}. Arrows move the shape, Shift and arrows size it, Enter puts it down. Escape stops.`
      : leafs(sheet.reel)
        ? "Looking. Arrows leaf through the slices, a drag changes only your view, plus and minus zoom. E edits what the model sees."
        : "Looking. A drag or the arrows change only your view, plus and minus zoom. E edits what the model sees.",
    edit: "Editing. Arrows move a box, Shift and arrows size it, Enter applies it. Escape goes back to looking.",
    mark: "Marking for your judgement. Arrows move the mark, Shift and arrows size it, Enter places it. Escape stops.",
  };
  return `${bench.open.value?.title ?? "No picture yet"}. ${names[bench.mode.value]}`;
}

/** What is drawn, for those who do not see it; each change and mark stands in a list of its own. */
function describe(bench: Bench): string {
  const { value: size } = bench.size;
  const on = bench.here.value.filter((edit) => !edit.off).length;
  const counted = (count: number, one: string) => (count === 1 ? `one ${one}` : `${count} ${one}s`);
  const parts = [
    size ? `${number(size.width, 0)} × ${number(size.height, 0)} pixels` : "",
    on ? counted(on, "change") : "",
    bench.marksHere.value.length ? counted(bench.marksHere.value.length, "mark") : "",
  ];
  return parts.filter(Boolean).join(", ");
}

function markWords(bench: Bench, sheet: Sheet, mark: Mark): string {
  const [size, frame] = [bench.size.value, bench.frame.value];
  if (!size || !frame) return "";
  const where = sheet.reel && mark.frame !== undefined ? `, frame ${mark.frame + 1}` : "";
  return (
    describeMark(mark, size.width, size.height) + where + (isOutside(mark, frame, size) ? ", outside this crop" : "")
  );
}

function attempt(bench: Bench, sheet: Sheet, edits: readonly Edit[]): Thumbnail | null {
  const plate = sheet.plate.value;
  if (!plate) return null;
  const key = JSON.stringify([bench.value.value?.url, edits]);
  return { key, draw: (canvas) => thumbnail(canvas, plate, edits) };
}

/** Keys of the view; R and H act inside the frame while editing, and are the tools' then. */
function key(bench: Bench, stage: Stage, hand: Hand, event: KeyboardEvent): boolean {
  const pressed = event.key.toLowerCase();
  if (pressed === "+" || pressed === "=") hand.zoom(1.25);
  else if (pressed === "-") hand.zoom(0.8);
  else return bench.mode.value !== "edit" && look(bench, stage, hand, event, pressed);
  return true;
}

const GESTURES: Record<string, Gesture> = {
  w: "window",
  p: "pan",
  z: "zoom",
  s: "scroll",
  l: "length",
  g: "angle",
  o: "ellipse",
};

function look(bench: Bench, stage: Stage, hand: Hand, event: KeyboardEvent, pressed: string): boolean {
  const view = stage.look;
  const preset = stage.sheet.presets.value[Number(pressed) - 1];
  const gesture = GESTURES[pressed];
  if (preset) bench.setView({ width: preset.width, centre: preset.centre });
  else if (gesture && (gesture !== "scroll" || stage.sheet.reel)) hand.take(gesture);
  else if (pressed === "i") bench.setView({ invert: !view.invert });
  else if (pressed === "h") bench.setView({ flipX: !view.flipX });
  else if (pressed === "v") bench.setView({ flipY: !view.flipY });
  else if (pressed === "r") bench.setView({ turn: (view.turn + 1) % 4 });
  else if (pressed === "u") toggleFull(bench);
  else if (pressed === "backspace" || pressed === "delete") return stage.measuring.removeLast();
  else if (pressed === " " && !isOnButton(event)) hand.resetView();
  else return false;
  return true;
}
