/** How edits are said, in the list of changes and in the strip; `apps/endpoints/words.py` says them the same way. */

import type { Crop, Edit, Fill, Filter, Gain, Input, Mask, Occlude, Point, Prediction } from "./types.ts";
import { valuesOf } from "./values.ts";
import { isForm } from "./viewers/kinds.ts";
import { capital, number, signed, titleOf, windowWords } from "./words.ts";

const FILLS: Record<Fill, string> = { black: "black", mean: "average", blur: "blurred" };
const SHOWN = 24; // letters of a text that an edit puts in

/** One edit as its row in the list of changes says it, with the icon it carries. */
export function describe(edit: Edit): { icon: string; text: string } {
  switch (edit.kind) {
    case "crop":
      return { icon: "crop", text: `Crop to ${extent(edit)}` };
    case "occlude":
      return { icon: "occlude", text: `Cover, ${FILLS[edit.fill ?? "black"]}, ${extent(edit)}${framesOf(edit)}` };
    case "rotate":
      return { icon: "rotate", text: `Rotate ${number(edit.degrees, 0)}°` };
    case "flip":
      return {
        icon: edit.axis === "x" ? "flip" : "flip-v",
        text: edit.axis === "x" ? "Flip left and right" : "Flip top and bottom",
      };
    case "adjust": {
      const parts = [];
      if (Math.abs(edit.brightness ?? 0) >= 0.005)
        parts.push(`brightness ${signed((edit.brightness ?? 0) * 100, 0)} %`);
      if ((edit.contrast ?? 1) !== 1) parts.push(`contrast × ${number(edit.contrast ?? 1)}`);
      if ((edit.gamma ?? 1) !== 1) parts.push(`gamma ${number(edit.gamma ?? 1)}`);
      return { icon: "contrast", text: parts.length ? capital(parts.join(", ")) : "Brightness and contrast" };
    }
    case "window":
      return { icon: "contrast", text: windowWords(edit.center, edit.width) };
    case "blur":
      return { icon: "blur", text: `Blur ${number(edit.sigma * 100, 1)} %` };
    case "noise":
      return { icon: "noise", text: `Noise ${number(edit.sigma * 100, 0)} %` };
    case "draw":
      return { icon: "draw", text: `Line, ${spanOf(edit.points)}` };
    case "mask":
      return { icon: "occlude", text: `Silence ${stretch(edit)}` };
    case "gain":
      return { icon: "gauge", text: [`Gain ${signed(edit.db, 1)} dB`, stretch(edit)].filter(Boolean).join(", ") };
    case "filter":
      return { icon: "filter", text: [`Keep ${band(edit)}`, leads(edit)].filter(Boolean).join(", ") };
    case "replace":
      return { icon: "draw", text: edit.text ? `Words become “${clipped(edit.text)}”` : "Words taken out" };
    case "set":
      return { icon: "table", text: `${edit.column} = ${clipped(String(edit.value ?? "empty"))}` };
  }
}

/** Counted from 1, as people do. */
function framesOf({ frame, frames }: Occlude): string {
  const [first, last] = frames ?? [frame, frame];
  if (first === undefined || last === undefined) return "";
  return first === last ? `, frame ${first + 1}` : `, frames ${first + 1} to ${last + 1}`;
}

/** In per cent of the picture, as the pages of the team say it too. */
function extent(edit: Crop | Occlude): string {
  const points = ("points" in edit && edit.points) || [];
  return points.length ? spanOf(points) : perCent(edit.w ?? 0, edit.h ?? 0);
}

function spanOf(points: readonly Point[]): string {
  const span = (axis: 0 | 1) =>
    Math.max(...points.map((point) => point[axis])) - Math.min(...points.map((point) => point[axis]));
  return perCent(span(0), span(1));
}

const perCent = (w: number, h: number): string => `${number(w * 100, 0)} × ${number(h * 100, 0)} %`;

function stretch({ start_s, end_s, ...edit }: Mask | Gain): string {
  const time = start_s === undefined || end_s === undefined ? "" : `${number(start_s, 2)} to ${number(end_s, 2)} s`;
  return [time, leads(edit)].filter(Boolean).join(", ");
}

const leads = ({ leads: names }: { leads?: string[] }): string => names?.join(", ") ?? "";

export function band({ low_hz: low, high_hz: high }: Pick<Filter, "low_hz" | "high_hz">): string {
  const hz = (value: number) => number(value, value < 10 ? 1 : 0);
  if (low && high) return `${hz(low)} to ${hz(high)} Hz`;
  return low ? `above ${hz(low)} Hz` : high ? `below ${hz(high)} Hz` : "all frequencies";
}

const clipped = (text: string): string => (text.length > SHOWN ? `${[...text].slice(0, SHOWN).join("")}…` : text);

const SHORT: Record<Edit["kind"], string> = {
  crop: "Crop",
  occlude: "Cover",
  rotate: "Rotate",
  flip: "Flip",
  adjust: "Brightness",
  window: "Window",
  blur: "Blur",
  noise: "Noise",
  draw: "Line",
  mask: "Silence",
  gain: "Gain",
  filter: "Filter",
  replace: "Words",
  set: "Value",
};

/** What an attempt is called in the strip; an edit that is off made no difference. */
export function attemptName(
  prediction: Prediction,
  original: Prediction,
  inputs: readonly Input[],
): { icon: string; text: string } {
  const edits = prediction.edits.filter((edit) => !edit.off);
  const [first] = edits;
  if (first) {
    const same = edits.filter((edit) => edit.kind === first.kind && (edit.kind !== "set" || edit === first)).length;
    const rest = edits.length - same;
    const name = (first.kind === "set" ? first.column : SHORT[first.kind]) + (same > 1 ? ` ×${same}` : "");
    return { icon: describe(first).icon, text: name + (rest ? ` +${rest}` : "") };
  }
  if (prediction.id === original.id) return { icon: "eye", text: "Original" };
  const changed = inputs.flatMap((field) => changedIn(field, prediction, original));
  const [name] = changed;
  if (!name) return { icon: "eye", text: "As received" };
  return { icon: "draw", text: name + (changed.length > 1 ? ` +${changed.length - 1}` : "") };
}

/** The field's title where its value is another; of a table the names of such columns. */
function changedIn(field: Input, prediction: Prediction, original: Prediction): string[] {
  if (!isForm(field)) return [];
  const [now, was] = [prediction, original].map((one) => valuesOf(one, [field])[field.name]);
  if (JSON.stringify(now) === JSON.stringify(was)) return [];
  if (field.kind !== "table" || !Array.isArray(now) || !Array.isArray(was)) return [titleOf(field)];
  return field.columns.filter((_, i) => now[i] !== was[i]).map((column) => column.name);
}
