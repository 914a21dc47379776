/** Arithmetic on 8-bit pixels, for the preview: tone, mean and blur by the rules of `gpu_workers/protocol/edits.py`. */

import type { Adjust } from "../../types.ts";

/** Window and level of the view, in grey values 0..255: `centre - width / 2` is shown black, `centre + width / 2` white. */
export type Window = { width: number; centre: number; invert: boolean };

/** What each grey value becomes: first the edits' tone, then the view's. */
export function toneTable(adjusts: readonly Adjust[], window: Window | null): Uint8ClampedArray {
  const table = new Uint8ClampedArray(256);
  for (let grey = 0; grey < 256; grey += 1) {
    let value = grey / 255;
    for (const { brightness = 0, contrast = 1, gamma = 1 } of adjusts) {
      value = Math.min(1, Math.max(0, (value + brightness - 0.5) * contrast + 0.5)) ** gamma;
    }
    if (window) {
      value = Math.min(1, Math.max(0, (Math.round(value * 255) - window.centre) / window.width + 0.5));
      if (window.invert) value = 1 - value;
    }
    table[grey] = Math.round(value * 255);
  }
  return table;
}

export function isPlain(table: Uint8ClampedArray): boolean {
  return table.every((value, grey) => value === grey);
}

/** In place; alpha stays. */
export function applyTone(rgba: Uint8ClampedArray, table: Uint8ClampedArray): void {
  for (let i = 0; i < rgba.length; i += 4) {
    rgba[i] = table[rgba[i] as number] as number;
    rgba[i + 1] = table[rgba[i + 1] as number] as number;
    rgba[i + 2] = table[rgba[i + 2] as number] as number;
  }
}

export function meanOf(rgba: Uint8ClampedArray): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < rgba.length; i += 4) {
    sum[0] += rgba[i] as number;
    sum[1] += rgba[i + 1] as number;
    sum[2] += rgba[i + 2] as number;
  }
  const count = Math.max(1, rgba.length / 4);
  return [Math.round(sum[0] / count), Math.round(sum[1] / count), Math.round(sum[2] / count)];
}

/** Murmur's last steps, on 32 bits: every bit of the result hangs on every bit of what goes in. */
function mixed(bits: number): number {
  let h = bits;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Normal noise, in place: one value a pixel of a grey picture, one a channel else. The same seed makes the same noise,
 * value by value: a hash of the value's place (row by row, channels innermost) through Box and Muller's cosine.
 * sigma: a fraction of the full range.
 */
export function addNoise(rgba: Uint8ClampedArray, sigma: number, seed: number, isGrey: boolean): void {
  const channels = isGrey ? 1 : 3;
  const hash = (k: number) => mixed((Math.imul(k, 0x9e3779b1) + Math.imul(seed, 0x85ebca77)) | 0);
  const normal = (i: number) =>
    Math.sqrt(-2 * Math.log((hash(2 * i) + 1) / 2 ** 32)) * Math.cos((2 * Math.PI * hash(2 * i + 1)) / 2 ** 32);
  for (let pixel = 0; pixel < rgba.length / 4; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      const at = 4 * pixel + channel;
      if (channel >= channels) rgba[at] = rgba[4 * pixel] as number;
      else rgba[at] = Math.floor((rgba[at] as number) + 255 * sigma * normal(pixel * channels + channel) + 0.5);
    }
  }
}

export function isGrey(rgba: Uint8ClampedArray): boolean {
  for (let i = 0; i < rgba.length; i += 4) if (rgba[i] !== rgba[i + 1] || rgba[i] !== rgba[i + 2]) return false;
  return true;
}

/** A Gaussian blur as three box blurs (Wells 1986); edges repeat. In place. */
export function blur(rgba: Uint8ClampedArray, width: number, height: number, sigma: number): void {
  const radius = Math.max(1, Math.round((Math.sqrt(4 * sigma * sigma + 1) - 1) / 2));
  const line = new Uint8ClampedArray(Math.max(width, height) * 4);
  for (let pass = 0; pass < 3; pass += 1) {
    for (let y = 0; y < height; y += 1) smooth(rgba, line, y * width * 4, 4, width, radius);
    for (let x = 0; x < width; x += 1) smooth(rgba, line, x * 4, width * 4, height, radius);
  }
}

function smooth(
  rgba: Uint8ClampedArray,
  line: Uint8ClampedArray,
  start: number,
  step: number,
  length: number,
  radius: number,
): void {
  const last = length - 1;
  for (let channel = 0; channel < 3; channel += 1) {
    const from = start + channel;
    for (let i = 0; i < length; i += 1) line[i] = rgba[from + i * step] as number;
    let sum = (line[0] as number) * (radius + 1);
    for (let i = 1; i <= radius; i += 1) sum += line[Math.min(i, last)] as number;
    for (let i = 0; i < length; i += 1) {
      rgba[from + i * step] = sum / (2 * radius + 1);
      sum += (line[Math.min(i + radius + 1, last)] as number) - (line[Math.max(i - radius, 0)] as number);
    }
  }
}

/** Window and level that spread all but the darkest and brightest 0.25 % of pixels over the whole range. */
export function fullContrast(rgba: Uint8ClampedArray): { width: number; centre: number } {
  const counts = new Uint32Array(256);
  for (let i = 0; i < rgba.length; i += 4)
    counts[rgba[i + 1] as number] = (counts[rgba[i + 1] as number] as number) + 1;
  const least = rgba.length / 400;
  const low = firstBeyond(counts, least);
  const high = Math.max(low + 1, 255 - firstBeyond(counts.reverse(), least));
  return { width: Math.max(2, high - low), centre: (low + high) / 2 };
}

function firstBeyond(counts: Uint32Array, least: number): number {
  let seen = 0;
  for (const [grey, count] of counts.entries()) {
    seen += count;
    if (seen > least) return grey;
  }
  return 255;
}
