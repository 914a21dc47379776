/** What a model found, one by one, and the words of a reviewer on each, as the server reads them. Pure. */

import type { Point } from "./edits.ts";

type Scored = { id: string; score?: number | null };
export type Box = Scored & { label: string; x: number; y: number; w: number; h: number };
export type Spot = Scored & { name: string; x: number; y: number };
/** start and end count code points, the end exclusive. */
export type Span = Scored & { label: string; start: number; end: number };
export type MaskClass = {
  id: string;
  index: number;
  name: string;
  pixels: number;
  area_mm2?: number | null;
  contours?: Point[][];
};

/** Places are fractions of the original, whatever was changed before the model saw it. */
export type Found =
  | { kind: "boxes"; boxes: Box[]; truncated?: boolean }
  | { kind: "points"; points: Spot[] }
  | { kind: "spans"; spans: Span[]; truncated?: boolean }
  | { kind: "mask"; url: string; width: number; height: number; classes?: MaskClass[] };
export type FoundKind = Found["kind"];

/** The parts of a finding as it should be; what is left out stands as the model said. */
export type Said = {
  label?: string;
  name?: string;
  x?: number;
  y?: number;
  w?: number;
  h?: number;
  start?: number;
  end?: number;
  contours?: Point[][];
};
export type Ruling = "accepted" | "rejected" | "corrected";
export type Judged = { output: string; id: string; verdict: Ruling; correction?: Said };
export type Missed = Said & { output: string };

/** Any finding: its id, and the parts that its kind has. */
export type Finding = Said & { id: string; score?: number | null; pixels?: number; area_mm2?: number | null };

export const FOUND: readonly string[] = ["boxes", "points", "spans", "mask"];
export const ONES: Record<FoundKind, [string, string]> = {
  boxes: ["box", "boxes"],
  points: ["point", "points"],
  spans: ["span", "spans"],
  mask: ["class", "classes"],
};
export const isFound = (answer: { kind: string } | undefined): answer is Found =>
  answer !== undefined && FOUND.includes(answer.kind);

export function findingsOf(answer: Found): Finding[] {
  if (answer.kind === "boxes") return answer.boxes;
  if (answer.kind === "points") return answer.points;
  return answer.kind === "spans" ? answer.spans : (answer.classes ?? []);
}

export const nameOf = (finding: Said): string => finding.label ?? finding.name ?? "";
export function counted(answer: Found): string {
  const { length } = findingsOf(answer);
  const [one, many] = ONES[answer.kind];
  return `${length || "No"} ${length === 1 ? one : many}`;
}
