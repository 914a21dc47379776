/** How edits are said, in the list of changes; `apps/endpoints/words.py` says them the same way. */

import { iconOf } from "./attempt_words.ts";
import type { Crop, Edit, Fill, Filter, Gain, Mask, Occlude, Point } from "./types.ts";
import { capital, clipped, number, signed } from "./words.ts";

const FILLS: Record<Fill, string> = { black: "black", mean: "average", blur: "blurred" };
const SHOWN = 24; // letters of a text that an edit puts in

/** One edit as its row in the list of changes says it, with the icon it carries. */
export const describe = (edit: Edit): { icon: string; text: string } => ({ icon: iconOf(edit), text: told(edit) });

function told(edit: Edit): string {
  switch (edit.kind) {
    case "crop":
      return `Crop to ${extent(edit)}`;
    case "occlude":
      return `Cover, ${FILLS[edit.fill ?? "black"]}, ${extent(edit)}${framesOf(edit)}`;
    case "rotate":
      return `Rotate ${number(edit.degrees, 0)}°`;
    case "flip":
      return edit.axis === "x" ? "Flip left and right" : "Flip top and bottom";
    case "adjust": {
      const parts = [];
      if (Math.abs(edit.brightness ?? 0) >= 0.005)
        parts.push(`brightness ${signed((edit.brightness ?? 0) * 100, 0)} %`);
      if ((edit.contrast ?? 1) !== 1) parts.push(`contrast × ${number(edit.contrast ?? 1)}`);
      if ((edit.gamma ?? 1) !== 1) parts.push(`gamma ${number(edit.gamma ?? 1)}`);
      return parts.length ? capital(parts.join(", ")) : "Brightness and contrast";
    }
    case "window": {
      const places = edit.width < 10 ? 2 : 0;
      return `Window ${number(edit.width, places)}, level ${number(edit.center, places)}`;
    }
    case "blur":
      return `Blur ${number(edit.sigma * 100, 1)} %`;
    case "noise":
      return `Noise ${number(edit.sigma * 100, 0)} %`;
    case "draw":
      return `Line, ${spanOf(edit.points)}`;
    case "mask":
      return `Silence ${stretch(edit)}`;
    case "gain":
      return [`Gain ${signed(edit.db, 1)} dB`, stretch(edit)].filter(Boolean).join(", ");
    case "filter":
      return [`Keep ${band(edit)}`, leads(edit)].filter(Boolean).join(", ");
    case "replace":
      return edit.text ? `Words become “${clipped(edit.text, SHOWN)}”` : "Words taken out";
    case "set":
      return `${edit.row ? `Row ${edit.row + 1}: ` : ""}${edit.column} = ${clipped(String(edit.value ?? "") || "empty", SHOWN)}`;
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

function band({ low_hz: low, high_hz: high }: Pick<Filter, "low_hz" | "high_hz">): string {
  const hz = (value: number) => number(value, value < 10 ? 1 : 0);
  if (low && high) return `${hz(low)} to ${hz(high)} Hz`;
  return low ? `above ${hz(low)} Hz` : high ? `below ${hz(high)} Hz` : "all frequencies";
}
