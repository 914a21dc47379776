/** A signal as numbers: channels that share one clock. Pure. */

import { clamp } from "../picture/geometry.ts";

/** rate: samples a second. names: of the channels, or leads. unit: of the values, "" where they have none. */
export type Samples = { rate: number; names: string[]; unit: string; channels: Float32Array[] };

export const lengthOf = ({ channels }: Samples): number => channels[0]?.length ?? 0;
export const secondsOf = (samples: Samples): number => lengthOf(samples) / samples.rate;

/**
 * First and last (exclusive) sample of a stretch in seconds: at least one, all inside. The same rule as
 * `gpu_workers/inputs`.
 */
export function within(samples: Samples, start: number | undefined, end: number | undefined): [number, number] {
  const length = lengthOf(samples);
  const at = (seconds: number) => Math.floor(seconds * samples.rate + 0.5);
  const first = start === undefined ? 0 : clamp(at(start), 0, Math.max(0, length - 1));
  const last = end === undefined ? length : clamp(at(end), first + 1, length);
  return [first, last];
}

/** The smallest and the largest value of each of `columns` equal parts between two samples; the parts may be shorter than one. */
export function extremes(
  channel: Float32Array,
  first: number,
  last: number,
  columns: number,
): { low: Float32Array; high: Float32Array } {
  const [low, high] = [new Float32Array(columns), new Float32Array(columns)];
  const step = (last - first) / columns;
  for (let column = 0; column < columns; column += 1) {
    const from = clamp(Math.floor(first + column * step), 0, channel.length - 1);
    const to = clamp(Math.ceil(first + (column + 1) * step), from + 1, channel.length);
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = from; i < to; i += 1) {
      const value = channel[i] as number;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    low[column] = least;
    high[column] = most;
  }
  return { low, high };
}

/** The smallest and the largest value of a channel; 0 and 0 of an empty one. */
export function rangeOf(channel: Float32Array): [number, number] {
  const { low, high } = extremes(channel, 0, channel.length, 1);
  const [least = 0, most = 0] = [low[0], high[0]];
  return Number.isFinite(least) && Number.isFinite(most) ? [least, most] : [0, 0];
}
