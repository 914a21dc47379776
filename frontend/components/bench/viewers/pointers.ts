/** Pointers on a canvas, in its CSS pixels: how many are down, where, and what two of them do. */

import type { Point } from "../types.ts";

export class Pointers {
  readonly #canvas: () => HTMLCanvasElement | null;
  readonly #down = new Map<number, Point>();
  #spread = 0;
  /** Where the hand was last: the one that is down, or the middle between two. */
  last: Point = [0, 0];

  constructor(canvas: () => HTMLCanvasElement | null) {
    this.#canvas = canvas;
  }

  get count(): number {
    return this.#down.size;
  }

  at(event: PointerEvent | WheelEvent): Point {
    const box = this.#canvas()?.getBoundingClientRect();
    return [event.clientX - (box?.left ?? 0), event.clientY - (box?.top ?? 0)];
  }

  /** It stays the canvas's until it is up, wherever it goes. */
  begin(event: PointerEvent): Point {
    const at = this.at(event);
    this.#canvas()?.setPointerCapture(event.pointerId);
    this.#down.set(event.pointerId, at);
    this.last = at;
    if (this.count === 2) this.pinch();
    return at;
  }

  /** null where it is not down. */
  follow(event: PointerEvent): Point | null {
    if (!this.#down.has(event.pointerId)) return null;
    const at = this.at(event);
    this.#down.set(event.pointerId, at);
    return at;
  }

  /** Where it was; null where it was not down. */
  end(event: PointerEvent): Point | null {
    const at = this.#down.get(event.pointerId) ?? null;
    this.#down.delete(event.pointerId);
    if (at) this.last = [...this.#down.values()][0] ?? this.last;
    return at;
  }

  /** What two have done since they were asked last: how far their middle went, and apart by which factor. */
  pinch(): { centre: Point; dx: number; dy: number; factor: number | null } {
    const [a = [0, 0], b = [0, 0]] = [...this.#down.values()] as Point[];
    const centre: Point = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    const spread = Math.hypot(a[0] - b[0], a[1] - b[1]);
    const factor = this.#spread > 0 && spread > 0 ? spread / this.#spread : null;
    const [dx, dy] = [centre[0] - this.last[0], centre[1] - this.last[1]];
    this.#spread = spread;
    this.last = centre;
    return { centre, dx, dy, factor };
  }
}
