/** What a judge marks for people, unseen by the model; mirrors `gpu_workers/protocol/edits.py`. */

import type { Point } from "./edits.ts";

export type MarkKind = "point" | "line" | "box" | "polygon" | "ellipse";
/** points: fractions of the original; of a signal x is time and y runs down the whole height. Seconds from its start. */
export type Mark = {
  kind: MarkKind;
  points: Point[];
  note?: string;
  input?: string;
  frame?: number;
  start_s?: number;
  end_s?: number;
};
