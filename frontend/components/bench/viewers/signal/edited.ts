/** What the model is given of a signal: mask, gain and filter, by the rules of `gpu_workers/inputs`. Pure. */

import type { Edit, Filter, SignalEdit } from "../../types.ts";
import { inverse, powerOfTwo, transform } from "./fourier.ts";
import { type Samples, within } from "./samples.ts";

export const isSignalEdit = (edit: Edit): edit is SignalEdit => ["mask", "gain", "filter"].includes(edit.kind);

/** In list order; channels that no edit touches are shared with the original. */
export function edited(original: Samples, edits: readonly Edit[]): Samples {
  const channels = [...original.channels];
  for (const edit of edits) {
    if (!isSignalEdit(edit) || edit.off) continue;
    for (const [i, channel] of channels.entries())
      if (!edit.leads || edit.leads.includes(original.names[i] ?? "")) channels[i] = changed(original, channel, edit);
  }
  return { ...original, channels };
}

function changed(original: Samples, channel: Float32Array, edit: SignalEdit): Float32Array {
  if (edit.kind === "filter") return filtered(channel, original.rate, edit);
  const [first, last] = within(original, edit.start_s, edit.end_s);
  const next = channel.slice();
  if (edit.kind === "mask") return next.fill(0, first, last);
  const factor = 10 ** (edit.db / 20);
  for (let i = first; i < last; i += 1) next[i] = (channel[i] as number) * factor;
  return next;
}

/**
 * Zero phase: the magnitude of a second-order Butterworth filter passed forwards and backwards, so that each cut-off is
 * at a quarter of the power. The signal goes on mirrored for a second at either end, and by a straight line between
 * those, up to a power of two.
 */
export function filtered(channel: Float32Array, rate: number, { low_hz, high_hz }: Filter): Float32Array {
  const n = channel.length;
  if (n === 0) return channel;
  const { re, im } = extended(channel, Math.min(n - 1, Math.ceil(rate)));
  transform(re, im);
  const size = re.length;
  for (let k = 0; k < size; k += 1) {
    const hz = (Math.min(k, size - k) * rate) / size;
    const h = (low_hz ? above(hz, low_hz) : 1) * (high_hz ? 1 / (1 + (hz / high_hz) ** 4) : 1);
    re[k] = (re[k] as number) * h;
    im[k] = (im[k] as number) * h;
  }
  inverse(re, im);
  return Float32Array.from(re.subarray(0, n));
}

const above = (hz: number, low: number): number => (hz === 0 ? 0 : 1 / (1 + (low / hz) ** 4));

function extended(channel: Float32Array, mirrored: number): { re: Float64Array; im: Float64Array } {
  const n = channel.length;
  const size = powerOfTwo(n + 2 * mirrored);
  const re = new Float64Array(size);
  re.set(channel);
  for (let i = 0; i < mirrored; i += 1) {
    re[n + i] = channel[n - 2 - i] as number;
    re[size - 1 - i] = channel[i + 1] as number;
  }
  const gap = size - n - 2 * mirrored;
  const from = re[n + mirrored - 1] as number;
  const to = re[(size - mirrored) % size] as number;
  for (let j = 1; j <= gap; j += 1) re[n + mirrored - 1 + j] = from + ((to - from) * j) / (gap + 1);
  return { re, im: new Float64Array(size) };
}
