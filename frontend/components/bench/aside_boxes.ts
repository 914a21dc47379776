/** What is covered of a study that is kept aside. */

import type { Problem } from "../../host/http.ts";
import type { Point } from "./edits.ts";
import { type Box, boxOf, short, toFractions } from "./viewers/picture/geometry.ts";

export type Held = {
  id: string;
  input: string;
  state: "held" | "ready";
  reasons: string[];
  boxes: Box[];
  frame: number;
  frames: number;
  ends_at: string;
};

const LEAST = 0.004; // of a side: less is a slip of the hand
const WHOLE = { width: 1, height: 1 };

/** The box between two points, inside the picture; null where it is a slip. */
export function boxBetween(a: Point, b: Point): Box | null {
  const { x, y, w, h } = boxOf(toFractions(a, WHOLE), toFractions(b, WHOLE));
  return w < LEAST || h < LEAST ? null : { x: short(x), y: short(y), w: short(w), h: short(h) };
}

/** What a refusal keeps aside; null where it is another. */
export function heldOf(problem: Problem): Held | null {
  const { code, quarantine } = problem as Problem & { quarantine?: Held };
  return code === "input_quarantined" && quarantine ? quarantine : null;
}
