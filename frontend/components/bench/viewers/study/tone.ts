/** Grey values of 16 bits to the screen by one table, so that a drag over the picture costs one look-up a pixel. */

import type { Rescale, Shape } from "./header.ts";

/** In rescaled units. */
export type Window = { center: number; width: number; shape?: Shape };

const VALUES = 1 << 16;
const OPAQUE = 0xff000000;

/**
 * What each stored value becomes, as a pixel of little-endian RGBA; looked up by `value & 0xffff`.
 *
 * The linear function of PS3.3 C.11.2.1.2.1: with centre c and width w, values up to c - 0.5 - (w - 1) / 2 are black,
 * those above c - 0.5 + (w - 1) / 2 white, ((x - (c - 0.5)) / (w - 1) + 0.5) of white between. A width of 1 is a step.
 * Exactly linear (C.11.2.1.3.2) without the halves and the one less; as a sigmoid (C.11.2.1.3.1) 1 / (1 + exp(-4 (x - c) / w)).
 */
export function greyTable(window: Window, rescale: Rescale, isInverted: boolean, into?: Uint32Array): Uint32Array {
  const table = into?.length === VALUES ? into : new Uint32Array(VALUES);
  const share = shareOf(window);
  for (let index = 0; index < VALUES; index += 1) {
    const stored = index < VALUES / 2 ? index : index - VALUES;
    const value = stored * rescale.slope + rescale.intercept;
    const grey = Math.round((isInverted ? 1 - share(value) : share(value)) * 255);
    table[index] = (OPAQUE | (grey << 16) | (grey << 8) | grey) >>> 0;
  }
  return table;
}

/** A value's share of white. */
function shareOf({ center, width, shape = "LINEAR" }: Window): (value: number) => number {
  if (shape === "SIGMOID") return (value) => 1 / (1 + Math.exp((-4 * (value - center)) / width));
  const isExact = shape === "LINEAR_EXACT";
  const span = isExact ? width : Math.max(width, 1) - 1;
  const middle = isExact ? center : center - 0.5;
  return (value) => (value <= middle - span / 2 ? 0 : value > middle + span / 2 ? 1 : (value - middle) / span + 0.5);
}

/** pixels: as many as values. */
export function paintGrey(values: Int16Array, table: Uint32Array, pixels: Uint32Array): void {
  for (let i = 0; i < values.length; i += 1) pixels[i] = table[(values[i] as number) & 0xffff] as number;
}

/** rgb: three bytes a pixel; each channel through the table of grey values 0..255. */
export function paintColour(rgb: Uint8Array, table: Uint32Array, pixels: Uint32Array): void {
  for (let i = 0, at = 0; i < pixels.length; i += 1, at += 3) {
    const [r, g, b] = [table[rgb[at] as number], table[rgb[at + 1] as number], table[rgb[at + 2] as number]];
    pixels[i] =
      (OPAQUE | (((b as number) & 0xff) << 16) | (((g as number) & 0xff) << 8) | ((r as number) & 0xff)) >>> 0;
  }
}

/** The window that spreads all but the lowest and highest 0.25 % of values; in rescaled units. */
export function fullContrast(values: Int16Array, rescale: Rescale): Window {
  const counts = new Uint32Array(VALUES);
  for (const value of values) counts[value + VALUES / 2] = (counts[value + VALUES / 2] as number) + 1;
  const least = values.length / 400;
  const beyond = (from: number, by: 1 | -1): number => {
    let seen = 0;
    for (let at = from; at >= 0 && at < VALUES; at += by) {
      seen += counts[at] as number;
      if (seen > least) return at - VALUES / 2;
    }
    return 0;
  };
  const [a, b] = [beyond(0, 1), beyond(VALUES - 1, -1)].map((one) => one * rescale.slope + rescale.intercept);
  const [low, high] = [Math.min(a ?? 0, b ?? 0), Math.max(a ?? 0, b ?? 0)];
  return { center: (low + high + 1) / 2, width: Math.max(1, high - low + 1) };
}
