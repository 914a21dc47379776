/** A canvas as large as its place on the stage, and sharp on any display. */

import { batch, signal } from "@preact/signals-core";

export class Canvas {
  canvas: HTMLCanvasElement | null = null;
  /** In CSS pixels. Told anew whenever the canvas was emptied: a size is set, even the same one, or it is another. */
  readonly box = signal({ width: 0, height: 0 });
  /** Of what the canvas stands in, which may be lower than the canvas. */
  readonly stageHeight = signal(0);
  readonly isFocused = signal(false);
  #observer: ResizeObserver | null = null;

  constructor(ended: AbortSignal) {
    ended.addEventListener("abort", () => this.#observer?.disconnect());
  }

  get ratio(): number {
    return Math.min(2, devicePixelRatio || 1);
  }

  readonly attach = (element: Element | undefined): void => {
    this.#observer?.disconnect();
    this.canvas = (element as HTMLCanvasElement | undefined) ?? null;
    const { canvas } = this;
    if (!canvas) return;
    this.#observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = canvas;
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(height * this.ratio);
      batch(() => {
        this.stageHeight.value = canvas.parentElement?.clientHeight ?? height;
        this.box.value = { width, height };
      });
    });
    this.#observer.observe(canvas);
    if (canvas.parentElement) this.#observer.observe(canvas.parentElement);
    for (const type of ["focus", "blur"])
      canvas.addEventListener(type, () => (this.isFocused.value = canvas.matches(":focus-visible")));
  };
}
