/** How wide the charts may be: watched, since they are drawn in pixels so that letters and lines keep their size. */

import type { Debugger } from "./state.ts";

export class Widths {
  readonly #app: Debugger;
  readonly #observer: ResizeObserver;
  #views: HTMLElement | null = null;

  constructor(app: Debugger, signal: AbortSignal) {
    this.#app = app;
    this.#observer = new ResizeObserver(() => this.measure());
    signal.addEventListener("abort", () => this.#observer.disconnect());
  }

  readonly watch = (element?: Element): void => {
    if (!(element instanceof HTMLElement) || element === this.#views) return;
    this.#observer.disconnect();
    this.#views = element;
    this.#observer.observe(element);
    this.measure();
  };

  /** Of the columns as they are laid out; after each drawing too, since the first one makes them. */
  readonly measure = (): void => {
    const wide = (selector: string) =>
      Math.round(this.#views?.querySelector(selector)?.getBoundingClientRect().width ?? 0);
    const plot = wide(".segment .chart");
    const bars = wide(".chart.bars");
    const now = this.#app.widths.value;
    const next = { plot: plot > 40 ? plot : now.plot, bars: bars > 40 ? bars : now.bars };
    if (Math.abs(next.plot - now.plot) > 1 || Math.abs(next.bars - now.bars) > 1) this.#app.widths.value = next;
  };
}
