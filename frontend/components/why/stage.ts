/** What the panel has of the stage beside it: the reviewer's own marks, the slice on show, and what is laid over it. */

import type { ReadonlySignal } from "@preact/signals-core";
import type { Mark, MarkKind } from "../bench/marks.ts";
import type { Overlay } from "../bench/overlaid.ts";
import type { Mode } from "../bench/state.ts";

/** What has an inside. */
const COVERED: readonly MarkKind[] = ["box", "ellipse", "polygon"];

/**
 * Read in an effect. marks: those on the case. frame: the slice on show; null where there are none. isMoved: whether
 * edits have turned or cropped what the model saw, so that it does not lie on the stage as it was given. draw: puts a
 * mark of this kind under the hand. mode: what the hand does there. lay: draws a layer on the stage, and returns what takes it away.
 */
export type Stage = {
  marks(): readonly Mark[];
  frame(): number | null;
  isMoved(): boolean;
  draw(kind: MarkKind): void;
  mode(): Mode;
  lay(layer: ReadonlySignal<readonly Overlay[]>): () => void;
};

/** Those on an input that can be covered; where there is one input alone, marks do not name it. */
export const coverable = (marks: readonly Mark[], input: string): Mark[] =>
  marks.filter(({ kind, input: on }) => COVERED.includes(kind) && (!on || on === input));

/** As they are asked about: the place alone. */
export const placed = (marks: readonly Mark[]): Mark[] => marks.map(({ kind, points }) => ({ kind, points }));
