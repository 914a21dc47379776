/** What a study says of itself: `study.json` of its canonical zip, as `gpu_workers/protocol/study.py` writes it. */

import { BrokenZip } from "./zip.ts";

export type Vector = readonly [number, number, number];
export type Rescale = { slope: number; intercept: number; unit: string };
/** How grey values become brightness, PS3.3 C.11.2.1.2 and C.11.2.1.3. */
export type Shape = "LINEAR" | "LINEAR_EXACT" | "SIGMOID";
export type NamedWindow = { center: number; width: number; name: string };

/**
 * Lengths in millimetres; spacing is [between rows, between columns] (PS3.3 10.7.1.3). positions: of each frame along
 * the slices' normal. orientation: of a row and a column in the patient's space (left, posterior, head positive).
 */
export type Header = {
  modality: string;
  isColour: boolean;
  rows: number;
  columns: number;
  frames: number;
  bits: number;
  spacing: readonly [number, number] | null;
  /** Where the spacing was measured: "" and "patient" are the body's own. */
  spacingAt: "" | "patient" | "detector" | "scanned";
  orientation: readonly [Vector, Vector] | null;
  positions: readonly number[] | null;
  windows: readonly NamedWindow[];
  shape: Shape;
  rescale: Rescale;
  /** [slope, intercept] of each frame where they differ. */
  rescales: readonly (readonly [number, number])[] | null;
  /** Milliseconds a frame where the study is a film. */
  frameMs: number | null;
  /** Sentences for people. */
  notes: readonly string[];
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
  const rescale = (facts.rescale ?? {}) as Record<string, unknown>;
  const each = Array.isArray(facts.rescales) ? facts.rescales.map((one) => numbers(one, 2)) : [];
  const shape = (list(facts.windows)[0] as { function?: unknown } | undefined)?.function;
  return {
    modality: text(facts.modality),
    isColour: facts.photometric === "RGB",
    rows: count("rows"),
    columns: count("columns"),
    frames,
    bits: finite(facts.bits) || 16,
    spacing: numbers(facts.spacing_mm, 2, 1e-9) as [number, number] | null,
    spacingAt: text(facts.spacing_at) as Header["spacingAt"],
    orientation: cosines && [cosines.slice(0, 3) as unknown as Vector, cosines.slice(3) as unknown as Vector],
    positions: numbers(facts.positions_mm, frames),
    windows: list(facts.windows).flatMap(windowOf),
    shape: shape === "LINEAR_EXACT" || shape === "SIGMOID" ? shape : "LINEAR",
    rescale: { slope: finite(rescale.slope) || 1, intercept: finite(rescale.intercept), unit: text(rescale.unit) },
    rescales: each.length === frames && each.every((one) => one !== null) ? (each as [number, number][]) : null,
    frameMs: finite(facts.frame_ms) > 0 ? finite(facts.frame_ms) : null,
    notes: list(facts.notes).map(text).filter(Boolean),
  };
}

export function rescaleOf({ rescale, rescales }: Header, frame: number): Rescale {
  const [slope, intercept] = rescales?.[frame] ?? [rescale.slope, rescale.intercept];
  return { slope, intercept, unit: rescale.unit };
}

const finite = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function numbers(value: unknown, count: number, least = Number.NEGATIVE_INFINITY): number[] | null {
  const isRight = (one: unknown) => typeof one === "number" && Number.isFinite(one) && one >= least;
  return Array.isArray(value) && value.length === count && value.every(isRight) ? value : null;
}

function windowOf(value: unknown): NamedWindow[] {
  const { center, width, name } = (value ?? {}) as Record<string, unknown>;
  if (typeof center !== "number" || typeof width !== "number" || !(width > 0)) return [];
  return [{ center, width, name: text(name) }];
}
