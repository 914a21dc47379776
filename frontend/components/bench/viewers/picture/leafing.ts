/** From frame to frame: by a wheel or a drag, fractions of which are kept, and by keys. */

import { clamp } from "./geometry.ts";
import { leafs, type Reel } from "./sheet.ts";

export class Leafing {
  readonly #reel: Reel | null;
  #rolled = 0;

  constructor(reel: Reel | null) {
    this.#reel = reel;
  }

  get isOn(): boolean {
    return leafs(this.#reel);
  }

  /** Another hand begins. */
  begin(): void {
    this.#rolled = 0;
  }

  roll(by: number): void {
    this.#rolled += by;
    const whole = Math.trunc(this.#rolled);
    this.#rolled -= whole;
    if (whole) this.#step(whole);
  }

  /** Arrows are one frame, Page up and down ten, Home and End the first and the last. Whether the key was one of them. */
  key(key: string, isWithArrows: boolean): boolean {
    if (!this.isOn) return false;
    const steps: Record<string, number> = {
      ...(isWithArrows ? { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 } : {}),
      PageUp: -10,
      PageDown: 10,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const by = steps[key];
    if (by !== undefined) this.#step(by);
    return by !== undefined;
  }

  #step(by: number): void {
    const reel = this.#reel;
    reel?.show(clamp(reel.at.value + by, 0, reel.count.value - 1));
  }
}
