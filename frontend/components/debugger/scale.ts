/** From values to places on paper, and from counts to the outline of a distribution. */

import type { Distribution } from "./types.ts";

export type Scale = { low: number; high: number; width: number };

export const placeOf = ({ low, high, width }: Scale, value: number): number =>
  high > low ? (Math.min(high, Math.max(low, value)) - low) * (width / (high - low)) : 0;

export const valueAt = ({ low, high, width }: Scale, place: number): number =>
  low + (Math.min(width, Math.max(0, place)) / width) * (high - low);

/** Round values over the range, its first at or after `low`; about as many as wanted. */
export function ticks(low: number, high: number, wanted: number): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((one) => one * power >= rough * 0.75) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Digits after the point that tell every tick as it is. */
export function digitsOfTicks(values: readonly number[]): number {
  const exact = (digits: number) =>
    values.every((value) => Math.abs(Number(value.toFixed(digits)) - value) <= 1e-9 * Math.max(1, Math.abs(value)));
  return [0, 1, 2, 3, 4, 5, 6].find(exact) ?? 6;
}

/** Where the bins are equally wide. */
export function isEven(edges: readonly number[]): boolean {
  const first = (edges[1] ?? 0) - (edges[0] ?? 0);
  return edges.every((edge, i) => i === 0 || Math.abs(edge - (edges[i - 1] ?? 0) - first) <= 1e-3 * Math.abs(first));
}

/** The number of the bin that a value falls into; the last one holds what is beyond. */
export function binOf(edges: readonly number[], value: number): number {
  let low = 0;
  let high = edges.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((edges[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

/** Rows by bin as they are drawn, or their weights: what lies beyond the last edge stands in the last bin. */
export function drawn({ counts, above, weights }: Distribution): number[] {
  if (weights?.length) {
    const beyond = weights.at(-1) ?? 0;
    return weights.slice(0, -1).map((n, i) => (i === weights.length - 2 ? n + beyond : n));
  }
  return counts.map((n, i) => (i === counts.length - 1 ? n + above : n));
}

/** Of a score that is 0 or 1: two bins, one around each. */
export const isRightOrWrong = (score: string): boolean => score === "zero_one";

/** All known rows in at most three bins: an outline would show slopes that are not there. */
export const isLumpy = (one: Distribution): boolean => drawn(one).filter((n) => n > 0).length <= 3;

/**
 * Rows per width, each bin's spread over its neighbours by a bell as wide as the middle half of the rows and their
 * number suggest (Silverman 1986, 3.31), between half a bin and four. Nothing leaks over either end.
 */
export function density(one: Distribution, edges: readonly number[]): number[] {
  const counts = drawn(one);
  const bins = counts.length;
  const total = counts.reduce((sum, n) => sum + n, 0);
  if (!total) return counts;
  const width = ((edges[bins] ?? 1) - (edges[0] ?? 0)) / bins || 1;
  const [low, , high] = one.quartiles;
  const middle = low !== null && high !== null ? (high - low) / 1.34 / width : 1;
  const bell = Math.min(4, Math.max(0.5, 0.9 * middle * total ** -0.2));
  const reach = Math.ceil(3 * bell);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-(((i - reach) / bell) ** 2) / 2));
  const spread = new Array<number>(bins).fill(0);
  counts.forEach((n, bin) => {
    if (!n) return;
    let inside = 0;
    for (let k = -reach; k <= reach; k++) if (bin + k >= 0 && bin + k < bins) inside += weights[k + reach] ?? 0;
    for (let k = -reach; k <= reach; k++) {
      const at = bin + k;
      if (at >= 0 && at < bins) spread[at] = (spread[at] ?? 0) + (n * (weights[k + reach] ?? 0)) / inside;
    }
  });
  return isEven(edges) ? spread : spread.map((n, i) => n / ((edges[i + 1] ?? 0) - (edges[i] ?? 0) || 1));
}
