/** A vector as a strip, and which other answer it is nearest to. */

import { html, nothing, svg, type TemplateResult } from "lit-html";
import type { Bench } from "./state.ts";
import type { Answer, Output, VectorAnswer } from "./types.ts";
import { number, titleOf } from "./words.ts";

const WIDE = 320;
const HIGH = 40;

/** was: the original's, undefined where that itself is on show. */
export function vector(bench: Bench, output: Output, now: VectorAnswer, was: Answer | undefined): TemplateResult {
  const apart = alike(now, was);
  const near = nearest(
    now,
    bench.cases.value
      .filter((one) => one.id !== bench.caseId.value)
      .map((one) => [one.title, one.attempts[0]?.answer?.[output.name]]),
  );
  return html`<p class="headline"><b class="num">${number(now.values.length, 0)} numbers</b><span class="num">norm ${number(now.norm)}</span></p>
    <svg class="vector" viewBox="0 0 ${WIDE} ${HIGH}" preserveAspectRatio="none" role="img" aria-label=${`The numbers of ${titleOf(output)}, each a line up or down from the middle`}>${svg`<path d=${strip(now.values)}></path>`}</svg>
    ${apart === null ? nothing : html`<p class="small muted">To the original’s: ${similar(apart)}</p>`}
    ${near ? html`<p class="small muted">Most alike of the other cases: ${near[0]}, ${similar(near[1])}</p>` : nothing}
    ${apart === null && !near ? nothing : html`<p class="tiny faint">Cosine similarity: 1 points the same way, 0 has nothing in common.</p>`}`;
}

/** Three places, since what counts as the same begins at 0.999. */
const similar = (cos: number): TemplateResult =>
  html`<span class="num">cosine ${cos.toFixed(3).replace("-", "−")}</span>`;

/** Of the others, with their names, the one at the smallest angle; null where none is a vector of as many numbers. */
export function nearest(
  now: VectorAnswer,
  others: readonly (readonly [string, Answer | undefined])[],
): [string, number] | null {
  let best: [string, number] | null = null;
  for (const [name, other] of others) {
    const cos = alike(now, other);
    if (cos !== null && (best === null || cos > best[1])) best = [name, cos];
  }
  return best;
}

const alike = (now: VectorAnswer, other: Answer | undefined): number | null =>
  other?.kind === "vector" ? cosine(now.values, other.values) : null;

/** Of the angle between two vectors; null where they are of different lengths, or one is of zeros. */
export function cosine(one: readonly number[], other: readonly number[]): number | null {
  if (one.length !== other.length) return null;
  const by = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  const norms = Math.sqrt(by(one, one)) * Math.sqrt(by(other, other));
  return norms ? by(one, other) / norms : null;
}

/** An SVG path: each value a line from the middle, the largest as high as the strip. */
export function strip(values: readonly number[]): string {
  const most = values.reduce((high, value) => Math.max(high, Math.abs(value)), 0) || 1;
  const step = WIDE / Math.max(values.length, 1);
  return values
    .map((value, at) => `M${((at + 0.5) * step).toFixed(1)} ${HIGH / 2}v${((-value / most) * (HIGH / 2)).toFixed(1)}`)
    .join("");
}
