/** What lies between two points of a lead: time, the rate that such an interval means, the difference of values. Pure. */

import { number, signed } from "../../words.ts";

/** t in seconds from the start, v in the unit of the lead. */
export type Reading = { lead: number; t: number; v: number };
export type Calipers = { lead: number; from: { t: number; v: number }; to: { t: number; v: number } };
/** ms: never negative. bpm: null where there is no time between them. delta: later minus earlier, in the lead's unit. */
export type Measured = { ms: number; bpm: number | null; delta: number };

export function measure({ from, to }: Calipers): Measured {
  const [first, last] = from.t <= to.t ? [from, to] : [to, from];
  const ms = (last.t - first.t) * 1000;
  return { ms, bpm: ms > 0 ? 60_000 / ms : null, delta: last.v - first.v };
}

/** As it is read out: 820 ms, 73 bpm, +1.10 mV. A rate is said of what could be a heart's, 20 to 400 a minute. */
export function told(calipers: Calipers, unit: string): string {
  const { ms, bpm, delta } = measure(calipers);
  const rate = bpm !== null && bpm >= 20 && bpm <= 400 ? `${number(bpm, 0)} bpm` : "";
  return [`${number(ms, 0)} ms`, rate, `${signed(delta)} ${unit}`.trim()].filter(Boolean).join(", ");
}
