/** What a study says of itself: `study.json` of its canonical zip. */

import { BrokenZip } from "./zip.ts";

export type Vector = readonly [number, number, number];
export type Rescale = { slope: number; intercept: number; unit: string };
export type NamedWindow = { center: number; width: number; name: string };

/** Lengths in millimetres of the patient's space; spacing is [between rows, between columns] (PS3.3 10.7.1.3). */
export type Header = {
  modality: string;
  isColour: boolean;
  rows: number;
  columns: number;
  frames: number;
  bits: number;
  spacing: readonly [number, number] | null;
  orientation: readonly [Vector, Vector] | null;
  positions: readonly Vector[] | null;
  windows: readonly NamedWindow[];
  rescale: Rescale;
  /** Seconds a frame where the study is a film. */
  frameSeconds: number | null;
};

/** Throws BrokenZip where it is not such a description. */
export function headerOf(bytes: Uint8Array): Header {
  let read: unknown;
  try {
    read = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new BrokenZip("study.json is not JSON");
  }
  if (typeof read !== "object" || read === null) throw new BrokenZip("study.json holds no object");
  const facts = read as Record<string, unknown>;
  const count = (name: string): number => {
    const value = facts[name];
    if (!Number.isSafeInteger(value) || (value as number) < 1) throw new BrokenZip(`study.json has no ${name}`);
    return value as number;
  };
  const frames = count("frames");
  const cosines = numbers(facts.orientation, 6);
  const positions = Array.isArray(facts.positions_mm) ? facts.positions_mm.map((one) => numbers(one, 3)) : [];
  const rescale = (facts.rescale ?? {}) as Record<string, unknown>;
  return {
    modality: text(facts.modality),
    isColour: facts.photometric === "RGB",
    rows: count("rows"),
    columns: count("columns"),
    frames,
    bits: typeof facts.bits === "number" ? facts.bits : 16,
    spacing: numbers(facts.spacing_mm, 2, 1e-9) as [number, number] | null,
    orientation: cosines && [cosines.slice(0, 3) as unknown as Vector, cosines.slice(3) as unknown as Vector],
    positions:
      positions.length === frames && positions.every((one) => one !== null) ? (positions as unknown as Vector[]) : null,
    windows: (Array.isArray(facts.windows) ? facts.windows : []).flatMap(windowOf),
    rescale: { slope: finite(rescale.slope) || 1, intercept: finite(rescale.intercept), unit: text(rescale.unit) },
    frameSeconds: finite(facts.frame_seconds) > 0 ? finite(facts.frame_seconds) : null,
  };
}

const finite = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

function numbers(value: unknown, count: number, least = Number.NEGATIVE_INFINITY): number[] | null {
  const isRight = (one: unknown) => typeof one === "number" && Number.isFinite(one) && one >= least;
  return Array.isArray(value) && value.length === count && value.every(isRight) ? value : null;
}

function windowOf(value: unknown): NamedWindow[] {
  const { center, width, name } = (value ?? {}) as Record<string, unknown>;
  if (typeof center !== "number" || typeof width !== "number" || !(width > 0)) return [];
  return [{ center, width, name: text(name) }];
}
