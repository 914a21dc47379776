/** Measures as they are shown: drawn on the stage with their figures, and listed beside the answer. */

import type { ReadonlySignal } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../../../host/icons.ts";
import type { Point } from "../../types.ts";
import { capital } from "../../words.ts";
import { type Matrix, outline, type Size } from "./geometry.ts";
import { FONT, INK, line, toScreen, trace } from "./ink.ts";
import { type Ground, type Measure, type MeasureKind, unitWords, words } from "./measures.ts";
import type { Reel } from "./sheet.ts";

/** trial: the one under the hand, with figures once it is whole: once it has all its points. */
export function drawMeasures(
  context: CanvasRenderingContext2D,
  here: readonly Measure[],
  trial: (Measure & { isWhole: boolean }) | null,
  ground: Ground,
  whole: Matrix,
  size: Size,
): void {
  for (const one of here) drawMeasure(context, one, words(one, ground), whole, size);
  if (trial) drawMeasure(context, trial, trial.isWhole ? words(trial, ground) : [], whole, size);
}

/** What is told of: all, those on the frame on show with the place of each, and what takes one away. */
type Told = {
  readonly all: ReadonlySignal<readonly Measure[]>;
  readonly here: ReadonlySignal<readonly (readonly [number, Measure])[]>;
  remove(index: number): void;
};

export function list(told: Told, reel: Reel | null, ground: Ground): TemplateResult {
  const all = told.all.value;
  const here = told.here.value.map(([index]) => index);
  return html`<section class="measured" aria-labelledby="measured-title"><h2 class="small muted" id="measured-title">What you measured <span class="faint">${unitWords(ground)}; only you see it</span></h2>
      <ol>${all.map((one, i) => {
        const isHere = here.includes(i);
        // The values of a frame that is not on show are not there to be counted
        const said = words(one, isHere ? ground : { ...ground, value: null });
        return html`<li>${icon(ICONS[one.kind], "small")}<span class="num"><strong>${said[0]}</strong>${said.slice(1).map((more) => html`<br>${more}`)}${
          reel && one.frame !== undefined
            ? html` <button type="button" class="button quiet on-frame" ?disabled=${isHere} @click=${() => reel.show(one.frame ?? 0)}>frame ${one.frame + 1}</button>`
            : nothing
        }</span><button type="button" class="button quiet square" aria-label=${`Remove: ${capital(one.kind)}, ${said[0]}`} @click=${() => told.remove(i)}>${icon("x", "small")}</button></li>`;
      })}</ol></section>`;
}

const ICONS: Record<MeasureKind, string> = { length: "ruler", angle: "angle", ellipse: "ellipse" };

function drawMeasure(
  context: CanvasRenderingContext2D,
  { kind, points }: Measure,
  said: readonly string[],
  whole: Matrix,
  size: Size,
): void {
  const shape = kind === "ellipse" ? outline("ellipse", points) : { points, closed: false };
  const ends = toScreen(shape.points, whole, size);
  context.lineJoin = "round";
  trace(context, ends, shape.closed);
  line(context, INK.under, 4);
  line(context, INK.measure, 1.5);
  for (const [x, y] of toScreen(points, whole, size)) {
    context.beginPath();
    context.rect(x - 2.5, y - 2.5, 5, 5);
    context.fillStyle = INK.measure;
    context.fill();
  }
  if (said.length) label(context, said, ends);
}

/** To the right of the shape, or to its left where there is no room. */
function label(context: CanvasRenderingContext2D, said: readonly string[], ends: readonly Point[]): void {
  context.font = FONT;
  const wide = Math.max(...said.map((text) => context.measureText(text).width)) + 8;
  const high = said.length * 15 + 3;
  const right = Math.max(...ends.map((end) => end[0]));
  const left = Math.min(...ends.map((end) => end[0]));
  const middle = (Math.min(...ends.map((end) => end[1])) + Math.max(...ends.map((end) => end[1]))) / 2;
  const room = context.canvas.width / (context.getTransform().a || 1);
  const x = right + 8 + wide <= room ? right + 8 : Math.max(2, left - 8 - wide);
  context.fillStyle = "#000a";
  context.fillRect(x, middle - high / 2, wide, high);
  context.fillStyle = INK.measure;
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const [i, text] of said.entries()) context.fillText(text, x + 4, middle - high / 2 + 9 + i * 15);
}
