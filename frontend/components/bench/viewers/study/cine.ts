/** Which frame is on show while a study runs as a film: by the time that passed, so that a slow screen skips frames. */

export const RATES = [2, 5, 10, 15, 24, 30] as const;

/** The rate nearest to what the study says of itself; ten frames a second where it says nothing. */
export function rateFor(frameMs: number | null): number {
  const wanted = frameMs ? 1000 / frameMs : 10;
  return RATES.reduce((best, one) => (Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best), RATES[0]);
}

/** Round and round from a frame on. Times in ms. */
export class Cine {
  readonly #frames: number;
  readonly #rate: number;
  #at: number;
  #since: number;

  constructor(from: number, now: number, rate: number, frames: number) {
    this.#at = from;
    this.#since = now;
    this.#rate = rate;
    this.#frames = frames;
  }

  /** The frame that is due; null while none is. Of one that has not come the clock waits: `wanted` says which. */
  due(now: number, isReady: (frame: number) => boolean): { frame: number; wanted: number | null } | null {
    const steps = Math.floor(((now - this.#since) * this.#rate) / 1000);
    if (steps < 1) return null;
    const latest = (this.#at + steps) % this.#frames;
    const next = (this.#at + 1) % this.#frames;
    if (isReady(latest)) {
      this.#since += (steps * 1000) / this.#rate;
      this.#at = latest;
      return { frame: latest, wanted: null };
    }
    this.#since = now - 1000 / this.#rate; // due as soon as it is there
    if (!isReady(next)) return { frame: this.#at, wanted: next };
    this.#since = now;
    this.#at = next;
    return { frame: next, wanted: null };
  }
}
