/** A canvas in a template. */

import { type ElementPart, noChange } from "lit-html";
import { Directive, directive } from "lit-html/directive.js";

/** Draws into its canvas, and again only when `key` has changed. */
class Drawn extends Directive {
  #key: unknown = "";

  render(_key: unknown, _draw: (canvas: HTMLCanvasElement) => void): unknown {
    return noChange;
  }

  override update(part: ElementPart, [key, draw]: Parameters<this["render"]>): unknown {
    if (key !== this.#key) draw(part.element as HTMLCanvasElement);
    this.#key = key;
    return noChange;
  }
}

export const drawn = directive(Drawn);
