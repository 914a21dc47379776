/** Findings beside the picture and above it: where each lies, its colour, and the lists in which a reviewer judges them. Pure. */

import type { Point } from "./edits.ts";
import type { Finding, FoundKind, Judged, Ruling, Said, Span } from "./findings.ts";
import { boxOf } from "./viewers/picture/geometry.ts";

/** How a place of each kind is drawn by hand; a span is chosen in its text. */
export const DRAWN = { boxes: "box", points: "point", mask: "polygon" } as const;

/** The part that names a finding of this kind. */
export const nameKey = (kind: FoundKind): "label" | "name" => (kind === "boxes" || kind === "spans" ? "label" : "name");
export const keyOf = (output: string, id: string): string => `${output}/${id}`;

/** Okabe and Ito's colours, told apart by colour-blind eyes too; black left out. */
const COLOURS = ["#56b4e9", "#e69f00", "#00c08b", "#f0e442", "#cc79a7", "#d55e00", "#0090e0"];

/** One a class, in the order of the classes. */
export function colourOf(name: string, classes: readonly string[]): string {
  const at = classes.indexOf(name);
  const sum = [...name].reduce((all, letter) => all + (letter.codePointAt(0) ?? 0), 0);
  return COLOURS[(at < 0 ? sum : at) % COLOURS.length] as string;
}

const percent = (share: number | undefined): string => `${Math.round((share ?? 0) * 100)}`;

/** Its place or its extent. text: that a span lies in. */
export function whereOf(kind: FoundKind, finding: Finding, text: string): string {
  if (kind === "boxes")
    return `${percent(finding.w)} × ${percent(finding.h)} % at ${percent(finding.x)}, ${percent(finding.y)} %`;
  if (kind === "points") return `at ${percent(finding.x)}, ${percent(finding.y)} %`;
  if (kind === "spans") return `“${slice(text, finding.start ?? 0, finding.end ?? 0)}”`;
  if (finding.pixels === undefined) return "drawn by hand";
  const pixels = `${finding.pixels.toLocaleString("en")} px`;
  return finding.area_mm2 == null ? pixels : `${pixels}, ${Number(finding.area_mm2.toPrecision(3))} mm²`;
}

/** By code points. */
export const slice = (text: string, start: number, end: number): string => [...text].slice(start, end).join("");

export type Piece = { text: string; start: number; spans: Span[] };

/** A text cut where spans begin and end, each piece with those that cover it. */
export function piecesOf(text: string, spans: readonly Span[]): Piece[] {
  const letters = [...text];
  const ends = spans.flatMap(({ start, end }) => [start, end]).filter((at) => at > 0 && at < letters.length);
  const cuts = [...new Set([0, ...ends, letters.length])].sort((a, b) => a - b);
  return cuts.slice(0, -1).map((start, i) => ({
    text: letters.slice(start, cuts[i + 1]).join(""),
    start,
    spans: spans.filter((span) => span.start <= start && start < span.end),
  }));
}

/** The same list with another word on one finding; the same word once more takes it back. */
export function ruled(all: readonly Judged[], output: string, id: string, verdict: Ruling): Judged[] {
  const others = all.filter((one) => one.output !== output || one.id !== id);
  const before = all.find((one) => one.output === output && one.id === id);
  return before?.verdict === verdict ? others : [...others, { output, id, verdict }];
}

/** The same list with one finding as it should be. */
export function corrected(all: readonly Judged[], output: string, id: string, said: Said): Judged[] {
  const others = all.filter((one) => one.output !== output || one.id !== id);
  const before = all.find((one) => one.output === output && one.id === id)?.correction;
  return [...others, { output, id, verdict: "corrected", correction: { ...before, ...said } }];
}

/** A shape drawn by hand as the parts of a finding. */
export function drawnAs(kind: FoundKind, points: readonly Point[]): Said {
  const [a, b] = [points[0], points[points.length - 1]];
  if (!a || !b) return {};
  if (kind === "points") return { x: a[0], y: a[1] };
  if (kind === "mask") return { contours: [[...points]] };
  return boxOf(a, b);
}

/** The corners from which a correction by hand starts: where the finding lies now. */
export function cornersOf(kind: FoundKind, finding: Said): Point[] | null {
  const { x, y, w, h } = finding;
  if (x === undefined || y === undefined) return null;
  if (kind === "points") return [[x, y]];
  return kind === "boxes" && w !== undefined && h !== undefined
    ? [
        [x, y],
        [x + w, y + h],
      ]
    : null;
}
