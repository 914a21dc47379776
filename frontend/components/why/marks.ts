/** The reviewer's own marks as regions that are covered. */

import type { Mark, MarkKind } from "../bench/marks.ts";

/** What has an inside. */
const COVERED: readonly MarkKind[] = ["box", "ellipse", "polygon"];

/** marks: those on the case, read in an effect. draw: puts one of this kind under the hand. */
export type Marked = { marks: () => readonly Mark[]; draw: ((kind: MarkKind) => void) | null };
/** Where there is no stage to mark on. */
export const unmarked: Marked = { marks: () => [], draw: null };

/** Those on an input that can be covered; where there is one input alone, marks do not name it. */
export const coverable = (marks: readonly Mark[], input: string): Mark[] =>
  marks.filter(({ kind, input: on }) => COVERED.includes(kind) && (!on || on === input));

/** As they are asked about: the place alone. */
export const placed = (marks: readonly Mark[]): Mark[] => marks.map(({ kind, points }) => ({ kind, points }));
