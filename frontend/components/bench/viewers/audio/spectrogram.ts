/** How loud each frequency is from moment to moment: short Fourier transforms under a Hann window. Pure. */

import { transform } from "../signal/fourier.ts";

/** window, hop: in samples. first, last: the stretch, last exclusive. */
export type Frames = { window: number; hop: number; first: number; last: number };

const MOST = 2048;

/** A quarter of the window, or as much as keeps a long stretch within 2,048 frames. */
export function framesOf(first: number, last: number, window: number): Frames {
  return { window, first, last, hop: Math.max(window / 4, Math.ceil((last - first) / MOST)) };
}

export const countOf = ({ first, last, hop }: Frames): number => Math.max(1, Math.ceil((last - first) / hop));

/** The periodic Hann window. */
export function hann(size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
}

const FLOOR_DB = -200;

/**
 * Frame `at` in dB, window / 2 + 1 values from 0 Hz up to half the rate. It is centred on sample first + at × hop; beyond
 * the ends there is silence. 0 dB: a sine of amplitude 1.
 */
export class Spectrogram {
  readonly frames: Frames;
  readonly #channel: Float32Array;
  readonly #weights: Float64Array;
  readonly #scale: number;

  constructor(channel: Float32Array, frames: Frames) {
    this.frames = frames;
    this.#channel = channel;
    this.#weights = hann(frames.window);
    this.#scale = 2 / this.#weights.reduce((sum, weight) => sum + weight, 0);
  }

  frame(at: number): Float32Array {
    const { window, hop, first } = this.frames;
    const [re, im] = [new Float64Array(window), new Float64Array(window)];
    const from = first + at * hop - window / 2;
    for (let i = 0; i < window; i += 1) re[i] = (this.#channel[from + i] ?? 0) * (this.#weights[i] as number);
    transform(re, im);
    const decibels = new Float32Array(window / 2 + 1);
    for (let k = 0; k < decibels.length; k += 1) {
      const size = Math.hypot(re[k] as number, im[k] as number) * this.#scale;
      decibels[k] = size > 0 ? Math.max(FLOOR_DB, 20 * Math.log10(size)) : FLOOR_DB;
    }
    return decibels;
  }
}
