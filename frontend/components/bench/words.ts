/** How numbers, answers and marks are said. */

import { counted, findingsOf, isFound, nameOf } from "./findings.ts";
import type { Answer, Mark, MarkKind, Output, Prediction, Verdict, Waiting } from "./types.ts";

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

/** What was typed as a number: null for nothing, NaN for what is none. A comma counts as a decimal point. */
export function typedNumber(typed: string): number | null {
  const text = typed
    .trim()
    .replace("−", "-")
    .replace(/^([^.]*),([^.,]*)$/, "$1.$2");
  return text === "" ? null : Number(text);
}

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

/** Its first letters, by code points, where it has more than so many. */
export function clipped(text: string, most: number): string {
  const points = [...text];
  return points.length > most ? `${points.slice(0, most).join("")}…` : text;
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

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
  if (isFound(answer)) {
    const first = findingsOf(answer)[0];
    const text = first ? `${nameOf(first)}${first.score == null ? "" : ` ${score(first.score)}`}` : "";
    return { name: counted(answer), value: null, text };
  }
  switch (answer.kind) {
    case "table": {
      const { rows, counts, spread } = answer;
      const count = `${number(rows.length, 0)} ${rows.length === 1 ? "row" : "rows"}`;
      const first = counts?.[0];
      const told = first ? `${first[0]} ${number(first[1], 0)}` : spread ? `mean ${number(spread.mean)}` : "";
      return { name: count, value: null, text: told };
    }
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
    case "json":
    case "vector": {
      const text = answer.kind === "vector" ? `${number(answer.values.length, 0)} numbers` : "";
      return { name: output ? titleOf(output) : "Answer", value: null, text };
    }
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

/** "" while its name is not told: to who still compares versions blind. */
export function versionName({ model_name, number }: { model_name: string; number: number }): string {
  return number ? `${model_name} v${number}` : "";
}
