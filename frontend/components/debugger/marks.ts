/** What tells models apart: a colour and a shape for each, the same on every page and in every order. */

import { html, type SVGTemplateResult, svg, type TemplateResult } from "lit-html";

const LOOKS = 6;

/** Colour by class m0 … m5, shape by the same number; from the seventh model on the shapes are hollow. */
export type Look = { tone: string; shape: number; isHollow: boolean };

export function lookOf(model: string, all: readonly string[]): Look {
  const at = Math.max(0, all.indexOf(model));
  return { tone: `m${at % LOOKS}`, shape: at % LOOKS, isHollow: Math.floor(at / LOOKS) % 2 === 1 };
}

/** Square, circle, triangle, diamond, triangle on its point, cross; about twice r wide. */
export function outline(shape: number, x: number, y: number, r: number): string {
  const at = (dx: number, dy: number) => `${(x + dx * r).toFixed(1)},${(y + dy * r).toFixed(1)}`;
  const through = (...points: [number, number][]) => `M${points.map(([dx, dy]) => at(dx, dy)).join("L")}Z`;
  const turned = (a: number, b: number) => `A${r * a},${r * a} 0 1 1 ${at(b, 0)}`;
  switch (shape) {
    case 1:
      return `M${at(-1, 0)}${turned(1, 1)}${turned(1, -1)}Z`;
    case 2:
      return through([-1.05, 0.9], [0, -1.05], [1.05, 0.9]);
    case 3:
      return through([-1.2, 0], [0, -1.2], [1.2, 0], [0, 1.2]);
    case 4:
      return through([-1.05, -0.9], [1.05, -0.9], [0, 1.05]);
    case 5:
      return through(
        ...([
          [-1.1, -0.4],
          [-0.4, -0.4],
          [-0.4, -1.1],
          [0.4, -1.1],
          [0.4, -0.4],
          [1.1, -0.4],
          [1.1, 0.4],
          [0.4, 0.4],
          [0.4, 1.1],
          [-0.4, 1.1],
          [-0.4, 0.4],
          [-1.1, 0.4],
        ] as [number, number][]),
      );
    default:
      return through([-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]);
  }
}

export function mark(look: Look, x: number, y: number, r = 4): SVGTemplateResult {
  return svg`<path class="mark ${look.tone} ${look.isHollow ? "hollow" : ""}" d=${outline(look.shape, x, y, r)} />`;
}

/** The same beside words. */
export function sign(model: string, all: readonly string[]): TemplateResult {
  return html`<svg class="sign" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">${mark(lookOf(model, all), 6, 6, 4.4)}</svg>`;
}

/** A group's letter on its colour. */
export function letter(group: "a" | "b"): TemplateResult {
  return html`<span class="letter ${group}" aria-hidden="true">${group.toUpperCase()}</span>`;
}
