/** Where a study lies in the body: which side is at each edge of the screen, how far slices are apart, a bar to scale. */

import { invert, type Matrix } from "../picture/geometry.ts";
import type { Header, Vector } from "./header.ts";

export type Edge = "top" | "right" | "bottom" | "left";

const SIDES: readonly [string, string][] = [
  ["R", "L"], // x grows to the patient's left
  ["A", "P"], // y to the back
  ["F", "H"], // z to the head
];
const OBLIQUE = 0.25; // a part of the direction smaller than this is not named

/** The letters of a direction in the patient's space, the largest part first; PS3.3 C.7.6.1.1.1. */
export function lettersOf(direction: Vector): string {
  return direction
    .map((part, axis) => ({ size: Math.abs(part), letter: SIDES[axis]?.[part < 0 ? 0 : 1] ?? "" }))
    .filter(({ size }) => size > OBLIQUE)
    .sort((a, b) => b.size - a.size)
    .map(({ letter }) => letter)
    .join("");
}

/** orientation: directions of rows and columns; whole: from the original to the screen. */
export function edgesOf(orientation: readonly [Vector, Vector], whole: Matrix): Record<Edge, string> {
  const [a, b, c, d] = invert(whole);
  const side = (dx: number, dy: number): string => {
    const [x, y] = [a * dx + c * dy, b * dx + d * dy];
    const length = Math.hypot(x, y) || 1;
    const [row, column] = orientation;
    return lettersOf([0, 1, 2].map((i) => ((row[i] ?? 0) * x + (column[i] ?? 0) * y) / length) as unknown as Vector);
  };
  return { top: side(0, -1), right: side(1, 0), bottom: side(0, 1), left: side(-1, 0) };
}

/** From the first slice on, in mm; null where the study does not say. */
export function depthOf({ positions }: Header, frame: number): number | null {
  const [here, first] = [positions?.[frame], positions?.[0]];
  return here === undefined || first === undefined ? null : here - first;
}

/** A round length that takes up to `most` pixels of the screen at `scale` pixels a millimetre. */
export function barOf(scale: number, most: number): { pixels: number; words: string } | null {
  const longest = most / scale;
  if (!Number.isFinite(longest) || longest <= 0) return null;
  const power = 10 ** Math.floor(Math.log10(longest));
  const length = [5, 2, 1].map((digit) => digit * power).find((one) => one <= longest) ?? power;
  const words = length >= 10 ? `${length / 10} cm` : length >= 1 ? `${length} mm` : `${Math.round(length * 1000)} µm`;
  return { pixels: length * scale, words };
}
