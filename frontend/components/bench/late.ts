/** A part of the page that its first view does without: brought afterwards, and again when the line is back. */

import { signal } from "@preact/signals-core";

export class Late<T> {
  /** null until it has come. */
  readonly part = signal<T | null>(null);
  readonly #load: () => Promise<T>;
  readonly #waiting: ((part: T) => void)[] = [];
  #isAsked = false;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  readonly bring = (): void => {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#load().then(
      (part) => {
        this.part.value = part;
        for (const act of this.#waiting.splice(0)) act(part);
      },
      // Of the loading alone: what goes wrong when it is drawn is a fault, and is told as one.
      () => {
        this.#isAsked = false;
        window.addEventListener("online", this.bring, { once: true });
      },
    );
  };

  /** What draws it: null until it has come, which drawing asks for. */
  get drawn(): T | null {
    this.bring();
    return this.part.value;
  }

  /** What needs it on the page: at once, or as soon as it is drawn. */
  once(act: (part: T) => void): void {
    const part = this.part.peek();
    if (part) act(part);
    else {
      this.#waiting.push(act);
      this.bring();
    }
  }
}
