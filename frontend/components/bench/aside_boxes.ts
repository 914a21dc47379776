/** What is covered of a study that is kept aside. */

import type { Problem } from "../../host/http.ts";

export type Box = { x: number; y: number; w: number; h: number };
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

const round = (value: number): number => Math.round(value * 1e5) / 1e5;

/** The box between two points, inside the picture; null where it is a slip. */
export function boxBetween(a: readonly [number, number], b: readonly [number, number]): Box | null {
  const clip = (value: number) => Math.min(1, Math.max(0, value));
  const [left, right] = [clip(Math.min(a[0], b[0])), clip(Math.max(a[0], b[0]))];
  const [top, bottom] = [clip(Math.min(a[1], b[1])), clip(Math.max(a[1], b[1]))];
  if (right - left < LEAST || bottom - top < LEAST) return null;
  return { x: round(left), y: round(top), w: round(right - left), h: round(bottom - top) };
}

/** What a refusal keeps aside; null where it is another. */
export function heldOf(problem: Problem): Held | null {
  const { code, quarantine } = problem as Problem & { quarantine?: Held };
  return code === "input_quarantined" && quarantine ? quarantine : null;
}
