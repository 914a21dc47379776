/** An attempt on a signal as a small picture. */

import { extremes, rangeOf } from "./samples.ts";
import { STAGE } from "./screen.ts";

const MOST = 6;

/** The first few channels below each other, each as high as its values reach. */
export function traces(canvas: HTMLCanvasElement, channels: readonly Float32Array[]): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const { width, height } = canvas;
  const shown = channels.slice(0, MOST);
  const high = height / Math.max(1, shown.length);
  context.clearRect(0, 0, width, height);
  context.fillStyle = STAGE.trace;
  for (const [i, channel] of shown.entries()) {
    const [least, most] = rangeOf(channel);
    const scale = (high - 6) / (most - least || 1);
    const y = (value: number) => i * high + 3 + (most === least ? high / 2 - 3 : (most - value) * scale);
    const { low, high: tops } = extremes(channel, 0, channel.length, width);
    for (let x = 0; x < width; x += 1) {
      const top = y(tops[x] as number);
      context.fillRect(x, top, 1, Math.max(1, y(low[x] as number) - top));
    }
  }
}
