/** The spectrogram as a picture, grey on black, computed piece by piece while the page stays at hand. */

import { signal } from "@preact/signals-core";
import type { Samples } from "../signal/samples.ts";
import { countOf, type Frames, Spectrogram } from "./spectrogram.ts";

const SLICE_MS = 10;
const RANGE_DB = 80;

export class SpectrogramPicture {
  /** One more whenever a piece is done; whoever draws reads it. */
  readonly done = signal(0);
  readonly #canvas = document.createElement("canvas");
  #key = "";
  #samples: Samples | null = null;
  #timer = 0;

  /** The picture of these frames, as far as it is computed: a frame a column, low frequencies at the bottom. top: in dB, white. */
  of(samples: Samples, frames: Frames, top: number): HTMLCanvasElement {
    const key = JSON.stringify([frames, top]);
    if (key !== this.#key || samples !== this.#samples) {
      this.#key = key;
      this.#samples = samples;
      this.#begin(samples, frames, top);
    }
    return this.#canvas;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #begin(samples: Samples, frames: Frames, top: number): void {
    this.stop();
    const context = this.#canvas.getContext("2d");
    const count = countOf(frames);
    const bins = frames.window / 2 + 1;
    this.#canvas.width = count;
    this.#canvas.height = bins;
    if (!context) return;
    const spectrogram = new Spectrogram(mixed(samples), frames);
    let at = 0;
    const go = () => {
      const stop = performance.now() + SLICE_MS;
      const first = at;
      const columns: Float32Array[] = [];
      while (at < count && (at === first || performance.now() < stop)) {
        columns.push(spectrogram.frame(at));
        at += 1;
      }
      context.putImageData(painted(columns, bins, top), first, 0);
      this.done.value += 1;
      if (at < count) this.#timer = window.setTimeout(go, 0);
    };
    this.#timer = window.setTimeout(go, 0);
  }
}

/** The mean of all channels. */
function mixed({ channels }: Samples): Float32Array {
  const [first = new Float32Array(0), ...others] = channels;
  if (others.length === 0) return first;
  return first.map((value, i) => others.reduce((sum, one) => sum + (one[i] as number), value) / channels.length);
}

function painted(columns: readonly Float32Array[], bins: number, top: number): ImageData {
  const image = new ImageData(columns.length, bins);
  for (const [x, column] of columns.entries()) {
    for (let k = 0; k < bins; k += 1) {
      const at = 4 * ((bins - 1 - k) * columns.length + x);
      const grey = 255 * (1 + ((column[k] as number) - top) / RANGE_DB);
      image.data[at] = grey;
      image.data[at + 1] = grey;
      image.data[at + 2] = grey;
      image.data[at + 3] = 255;
    }
  }
  return image;
}
