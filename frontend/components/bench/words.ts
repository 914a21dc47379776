/** How numbers, edits and answers are said. */

import type {
  Answer,
  Crop,
  Edit,
  Fill,
  Input,
  Mark,
  MarkKind,
  Occlude,
  Output,
  Prediction,
  Verdict,
  Waiting,
} from "./types.ts";
import { valuesOf } from "./values.ts";
import { isForm } from "./viewers/kinds.ts";

export const titleOf = (field: { name: string; title?: string }): string => field.title || field.name;

/** A score or a value with as many digits as it needs; a score keeps two. */
export function number(value: number, places?: number): string {
  if (!Number.isFinite(value)) return "not a number";
  const size = Math.abs(value);
  const digits = places ?? (size >= 1000 ? 0 : size >= 100 ? 1 : size >= 0.01 || size === 0 ? 2 : 4);
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−");
}

/** A score of a class: two places, so that a column of them can be compared at a glance. */
export const score = (value: number): string => number(value, Math.abs(value) < 10 ? 2 : undefined);

/** A difference with its sign; one that would be written as nothing is ±. */
export function signed(difference: number, places = 2): string {
  const text = number(Math.abs(difference), places);
  if (Number(text.replaceAll(",", "")) === 0) return `±${text}`;
  return (difference > 0 ? "+" : "−") + text;
}

export function date(at: string): string {
  return new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}

export function ago(at: string, now = Date.now()): string {
  const minutes = Math.round((now - new Date(at).getTime()) / 60_000);
  if (!Number.isFinite(minutes)) return "";
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 60 * 24) return `${Math.round(minutes / 60)} h ago`;
  return date(at);
}

const FILLS: Record<Fill, string> = { black: "black", mean: "average", blur: "blurred" };

/** One edit as its row in the list of changes says it, with the icon it carries. */
export function describe(edit: Edit): { icon: string; text: string } {
  switch (edit.kind) {
    case "crop":
      return { icon: "crop", text: `Crop to ${extent(edit)}` };
    case "occlude":
      return { icon: "occlude", text: `Cover, ${FILLS[edit.fill ?? "black"]}, ${extent(edit)}` };
    case "rotate":
      return { icon: "rotate", text: `Rotate ${number(edit.degrees, 0)}°` };
    case "flip":
      return {
        icon: edit.axis === "x" ? "flip" : "flip-v",
        text: edit.axis === "x" ? "Flip left and right" : "Flip top and bottom",
      };
    case "window":
      return { icon: "contrast", text: windowWords(edit.center, edit.width) };
    case "adjust": {
      const parts = [];
      if (Math.abs(edit.brightness ?? 0) >= 0.005)
        parts.push(`brightness ${signed((edit.brightness ?? 0) * 100, 0)} %`);
      if ((edit.contrast ?? 1) !== 1) parts.push(`contrast × ${number(edit.contrast ?? 1)}`);
      if ((edit.gamma ?? 1) !== 1) parts.push(`gamma ${number(edit.gamma ?? 1)}`);
      return { icon: "contrast", text: parts.length ? capital(parts.join(", ")) : "Brightness and contrast" };
    }
  }
}

/** In per cent of the picture, as the pages of the team say it too. */
function extent(edit: Crop | Occlude): string {
  const points = ("points" in edit && edit.points) || [];
  const span = (axis: 0 | 1) =>
    Math.max(...points.map((point) => point[axis])) - Math.min(...points.map((point) => point[axis]));
  const [w, h] = points.length ? [span(0), span(1)] : [edit.w ?? 0, edit.h ?? 0];
  return `${number(w * 100, 0)} × ${number(h * 100, 0)} %`;
}

/** A window as its row in the list says it: centre and width in rescaled units. */
export const windowWords = (center: number, width: number): string =>
  `Window ${number(width, width < 10 ? 2 : 0)}, level ${number(center, width < 10 ? 2 : 0)}`;

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What an attempt is called in the strip. */
export function attemptName(
  prediction: Prediction,
  original: Prediction,
  inputs: readonly Input[],
): { icon: string; text: string } {
  const short: Record<Edit["kind"], string> = {
    crop: "Crop",
    occlude: "Cover",
    rotate: "Rotate",
    flip: "Flip",
    adjust: "Brightness",
    window: "Window",
  };
  const [first] = prediction.edits;
  if (first) {
    const same = prediction.edits.filter((edit) => edit.kind === first.kind).length;
    const rest = prediction.edits.length - same;
    const name = short[first.kind] + (same > 1 ? ` ×${same}` : "");
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

/** What stands in an answer's place. waits: how the attempt waits, where it does. */
export function unanswered(
  state: Prediction["state"] | undefined,
  waits: Pick<Waiting, "online"> | null | undefined,
): string {
  if (state === "failed") return "Failed";
  if (waits && !waits.online) return "Offline, case kept";
  return waits || state === "queued" ? "No answer yet" : "No answer";
}

/** The answer in a word and a number, for the strip and the docked line. missing: said where there is none. */
export function brief(
  answer: Answer | undefined,
  output: Output | undefined,
  missing = "No answer",
): { name: string; value: number | null; text: string } {
  if (!answer) return { name: missing, value: null, text: "" };
  switch (answer.kind) {
    case "label": {
      const [name, value] = answer.scores[0] ?? ["No class", 0];
      return { name, value, text: score(value) };
    }
    case "number": {
      const name = output ? titleOf(output) : "Value";
      return {
        name,
        value: answer.value,
        text: answer.value === null ? "none" : `${number(answer.value)} ${answer.unit ?? ""}`.trim(),
      };
    }
    case "text":
      return { name: answer.value, value: null, text: "" };
    case "image":
      return { name: output ? titleOf(output) : "Picture", value: null, text: "" };
  }
}

export type Change = { name: string; was: string; now: string; delta: string };

/** What became of the original's leading value: a class by its name, a number without one; null where none compares. */
export function change(answer: Answer | undefined, original: Answer | undefined): Change | null {
  if (answer?.kind === "label" && original?.kind === "label") {
    const [name, was] = original.scores[0] ?? ["", 0];
    const now = answer.scores.find(([other]) => other === name)?.[1];
    return now === undefined ? null : { name, was: score(was), now: score(now), delta: signed(now - was) };
  }
  if (answer?.kind === "number" && original?.kind === "number" && answer.value !== null && original.value !== null) {
    const [was, now] = [original.value, answer.value];
    return { name: "", was: number(was), now: number(now), delta: signed(now - was) };
  }
  if (answer?.kind === "text" && original?.kind === "text") {
    const delta = answer.value === original.value ? "same" : "other";
    return { name: "", was: original.value, now: answer.value, delta };
  }
  return null;
}

export const VERDICTS: Record<Verdict, { icon: string; text: string }> = {
  right: { icon: "check", text: "Right" },
  right_wrong_reason: { icon: "reason", text: "Right, wrong reason" },
  wrong: { icon: "x", text: "Wrong" },
  unsure: { icon: "help", text: "Unsure" },
};

/** The corrected answer in words; empty where none was given. */
export function corrected(correction: Record<string, unknown> | null | undefined, outputs: readonly Output[]): string {
  const given = outputs.filter((output) => correction?.[output.name] !== undefined && correction[output.name] !== null);
  const value = (output: Output) => `${correction?.[output.name]} ${output.unit ?? ""}`.trim();
  return given
    .map((output) => (outputs.length > 1 ? `${titleOf(output)}: ${value(output)}` : value(output)))
    .join(", ");
}

export function markHint(kind: MarkKind): string {
  if (kind === "point") return "Press on the place.";
  if (kind === "polygon") return "Press corner by corner, then the first corner again.";
  return `Drag ${kind === "line" ? "along" : "around"} the place.`;
}

export function describeMark(mark: Mark, width: number, height: number): string {
  const xs = mark.points.map(([x]) => x * width);
  const ys = mark.points.map(([, y]) => y * height);
  const px = (value: number) => number(value, 0);
  const w = Math.max(...xs) - Math.min(...xs);
  const h = Math.max(...ys) - Math.min(...ys);
  if (mark.kind === "point") return `at ${px(xs[0] ?? 0)}, ${px(ys[0] ?? 0)}`;
  if (mark.kind === "line") return `${px(Math.hypot(w, h))} px`;
  return `${px(w)} × ${px(h)} px`;
}
