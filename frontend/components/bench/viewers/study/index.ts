/** The viewer of a study: a picture's stage and hand, with frames to leaf through, millimetres and sides of the body. */

import { effect } from "@preact/signals-core";
import { html, nothing } from "lit-html";
import type { Overlays } from "../../overlays.ts";
import type { Bench } from "../../state.ts";
import { on } from "../../tools.ts";
import { number } from "../../words.ts";
import type { Size } from "../picture/geometry.ts";
import { Hand } from "../picture/hand.ts";
import { stageViewer, surface } from "../picture/index.ts";
import { type Level, leafs } from "../picture/sheet.ts";
import { type Matrices, Stage } from "../picture/stage.ts";
import { tools } from "../picture/toolbox.ts";
import { withoutWindow } from "../picture/tools.ts";
import type { EditTool, KeyRow, Viewer } from "../viewer.ts";
import { barOf, edgesOf } from "./placing.ts";
import { ReelBar } from "./reel.ts";
import { StudySheet } from "./sheet.ts";
import sheetText from "./study.css?inline";

const LEAFING: KeyRow[] = [
  { keys: ["↑", "↓"], words: "one slice; the wheel does the same", short: "slice" },
  { keys: ["PgUp", "PgDn"], words: "ten slices" },
  { keys: ["Home", "End"], words: "first and last slice" },
  { keys: ["C"], words: "play as a film", short: "film" },
  { keys: ["S"], words: "drag leafs through the slices" },
];
/** The tools of pictures that a study takes, too. */
const DRAWN = ["occlude", "crop", "rotate", "flip"];
const FONT = "600 13px system-ui, sans-serif";

export function studyViewer(bench: Bench, overlays: Overlays, ended: AbortSignal): Viewer {
  dress(bench, ended);
  const sheet = new StudySheet(bench, ended);
  const above = (context: CanvasRenderingContext2D, matrices: Matrices, screen: Size) =>
    drawPlace(context, sheet, matrices, screen);
  const stage = new Stage(bench, sheet, overlays, ended, above);
  const hand = new Hand(bench, stage, overlays);
  const reel = new ReelBar(sheet, ended);
  if (matchMedia("(pointer: coarse)").matches && bench.gesture.peek() === "pan") bench.gesture.value = "scroll";
  const stop = effect(() => {
    overlays.frame.value = bench.value.value?.kind === "study" ? sheet.reel.at.value : null;
  });
  ended.addEventListener("abort", stop);
  const common = stageViewer(bench, stage, hand, overlays);
  return {
    ...common,
    progress: sheet.progress,
    extent() {
      const header = sheet.header.value;
      if (!header) return "";
      const { rows, columns, frames, spacing } = header;
      const each = spacing ? `, ${number(spacing[1], 2)} × ${number(spacing[0], 2)} mm` : ", no spacing";
      return `${frames > 1 ? `${frames} × ` : ""}${columns} × ${rows} px${each}`;
    },
    surface: () => html`${surface(bench, stage, hand, overlays)}${reel.render()}`,
    tools: [...tools(bench, sheet.reel).filter(({ name }) => DRAWN.includes(name)), windowTool(bench, sheet)],
    key(event) {
      if (bench.mode.value !== "edit" && event.key.toLowerCase() === "c" && leafs(sheet.reel)) {
        reel.toggle();
        return true;
      }
      if (reel.isRunning.value && /^(Arrow|Page|Home|End)/.test(event.key)) reel.stop();
      return common.key(event);
    },
    keys: { looking: [...LEAFING, ...common.keys.looking], editing: common.keys.editing },
  };
}

/** A sheet of its own that comes with the code: a second request for it would be preloaded in vain. */
function dress({ host }: Bench, ended: AbortSignal): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(sheetText);
  host.root.adoptedStyleSheets.push(sheet);
  ended.addEventListener("abort", () => {
    host.root.adoptedStyleSheets = host.root.adoptedStyleSheets.filter((one) => one !== sheet);
  });
}

/** What the model is shown of the grey values; also the way from the view's window, by “Make my view an edit”. */
function windowTool(bench: Bench, sheet: StudySheet): EditTool {
  const use = (level: Level) => bench.setEdits([...withoutWindow(bench), { ...sheet.levelEdit(level), ...on(bench) }]);
  const options = () => {
    const { width, centre } = sheet.level.value;
    const presets = sheet.presets.value;
    const at = presets.findIndex((one) => one.width === width && one.centre === centre);
    return html`<label class="level-field"><span>Window</span><select class="select" @change=${(event: Event) => {
      const chosen = presets[Number((event.target as HTMLSelectElement).value)];
      if (chosen) use(chosen);
    }}>${presets.map((one, i) => html`<option value=${i} ?selected=${i === at}>${one.name}: ${number(one.width, 0)}, ${number(one.centre, 0)}</option>`)}
      ${at < 0 ? html`<option value="-1" selected hidden>By hand: ${number(width, 0)}, ${number(centre, 0)}</option>` : nothing}</select></label>`;
  };
  return {
    name: "window",
    icon: "contrast",
    label: "Window",
    key: "b",
    short: "window",
    hint: "Values beyond the window become its ends. A window of your own: set it while looking, then “Make my view an edit”.",
    options,
  };
}

/** Letters at the edges, and a bar of so many millimetres; in pixels of the screen. */
function drawPlace(
  context: CanvasRenderingContext2D,
  sheet: StudySheet,
  { whole }: Matrices,
  { width, height }: Size,
): void {
  const header = sheet.header.value;
  if (!header) return;
  context.font = FONT;
  context.fillStyle = "#fff";
  context.shadowColor = "#000";
  context.shadowBlur = 3;
  context.textBaseline = "middle";
  context.textAlign = "center";
  if (header.orientation) {
    const { top, right, bottom, left } = edgesOf(header.orientation, whole);
    context.fillText(top, width / 2, 14);
    context.fillText(bottom, width / 2, height - 14);
    context.fillText(left, 14, height / 2);
    context.fillText(right, width - 14, height / 2);
  }
  if (header.spacing) {
    // Along the rows of the picture, whichever way they lie on the screen
    const bar = barOf(Math.hypot(whole[0], whole[1]) / header.spacing[1], Math.min(240, width / 3));
    if (bar) {
      const [x, y] = [width - 18, height - 18];
      context.beginPath();
      context.moveTo(x - bar.pixels, y - 4);
      context.lineTo(x - bar.pixels, y);
      context.lineTo(x, y);
      context.lineTo(x, y - 4);
      context.strokeStyle = "#fff";
      context.lineWidth = 1.5;
      context.setLineDash([]);
      context.stroke();
      context.textAlign = "right";
      context.fillText(bar.words, x, y - 12);
    }
  }
  context.shadowBlur = 0;
}
