/** The distributions of one segment, a lane for each model: outline, middle half, median, and the number asked for. */

import { nothing, type SVGTemplateResult, svg } from "lit-html";
import { type Look, mark } from "./marks.ts";
import { share, sumOf } from "./numbers.ts";
import { density, drawn, isLumpy, placeOf, type Scale } from "./scale.ts";
import type { Distribution } from "./types.ts";

const paths = new WeakMap<Distribution, { key: string; d: string }>();

/** The outline, mirrored on the lane's middle; as tall as the lane at its densest. */
export function outlinePath(
  one: Distribution,
  edges: readonly number[],
  scale: Scale,
  middle: number,
  half: number,
): string {
  const key = `${scale.width} ${middle} ${half} ${edges.length}`;
  const kept = paths.get(one);
  if (kept?.key === key) return kept.d;
  const d = isLumpy(one) ? lumps(one, edges, scale, middle, half) : bell(one, edges, scale, middle, half);
  paths.set(one, { key, d });
  return d;
}

function bell(one: Distribution, edges: readonly number[], scale: Scale, middle: number, half: number): string {
  const tall = density(one, edges);
  const top = Math.max(...tall);
  if (!(top > 0)) return "";
  const xs = tall.map((_, i) => placeOf(scale, ((edges[i] ?? 0) + (edges[i + 1] ?? 0)) / 2));
  const points = tall.map((n, i): [number, number] => [xs[i] ?? 0, (n / top) * half]);
  const first = points[0] as [number, number];
  const last = points.at(-1) as [number, number];
  const whole: [number, number][] = [[0, first[1]], ...points, [scale.width, last[1]]];
  const along = (sign: number, list: [number, number][]) =>
    list.map(([x, h]) => `${x.toFixed(1)},${(middle + sign * h).toFixed(1)}`).join("L");
  return `M${along(-1, whole)}L${along(1, [...whole].reverse())}Z`;
}

/** Few values: a bar at each, so that no slope is drawn between them. */
function lumps(one: Distribution, edges: readonly number[], scale: Scale, middle: number, half: number): string {
  const counts = drawn(one);
  const top = Math.max(...counts);
  if (!(top > 0)) return "";
  return counts
    .map((n, i) => {
      if (!n) return "";
      const [from, to] = [placeOf(scale, edges[i] ?? 0), placeOf(scale, edges[i + 1] ?? 0)];
      const width = Math.max(6, to - from);
      const left = Math.min(scale.width - width, Math.max(0, (from + to - width) / 2));
      const tall = Math.max(0.75, (n / top) * half);
      return `M${left.toFixed(1)},${(middle - tall).toFixed(1)}h${width.toFixed(1)}v${(2 * tall).toFixed(1)}h${(-width).toFixed(1)}Z`;
    })
    .join("");
}

export type Lane = {
  look: Look;
  score: Distribution;
  middle: number;
  half: number;
  value: string;
  interval: string;
  isRightOrWrong: boolean;
};

/** Between the two halves of a lane, in pixels. */
const BETWEEN = 8;
/** About as wide as a share is written. */
const SHARE = 50;

/** Right and wrong: in its half of the lane each has a bar as long as its share of the rows. */
export function halves(one: Distribution, scale: Scale, middle: number, half: number): SVGTemplateResult {
  const counts = drawn(one);
  const all = sumOf(counts);
  const wide = scale.width / 2 - BETWEEN;
  const tall = Math.min(12, 1.6 * half);
  return svg`${counts.map((n, i) => {
    const left = i * (scale.width / 2) + (i ? BETWEEN / 2 : 0);
    const long = all ? (n / all) * Math.max(0, wide - SHARE) : 0;
    return svg`<rect class="part" x=${left} y=${middle - tall / 2} width=${Math.max(n ? 1 : 0, long)} height=${tall} /><text class="interval" x=${left + long + 5} y=${middle + 4}>${share(n, all)}</text>`;
  })}`;
}

export function lane(one: Lane, edges: readonly number[], scale: Scale, right: number): SVGTemplateResult {
  const { look, score, middle, half } = one;
  const [low, centre, high] = score.quartiles;
  const [x1, x2] = [placeOf(scale, low ?? 0), placeOf(scale, high ?? 0)];
  const box = Math.min(5, half);
  const hasBox = low !== null && high !== null && centre !== null && !isLumpy(score) && !one.isRightOrWrong;
  const known = score.counts.reduce((sum, n) => sum + n, score.above);
  const tall = Math.min(14, 2 * half);
  return svg`<g class=${look.tone}>
    ${known && one.isRightOrWrong ? halves(score, scale, middle, half) : known ? svg`<path class="bell" d=${outlinePath(score, edges, scale, middle, half)} />` : svg`<text class="none" x="4" y=${middle + 4}>no score in these rows</text>`}
    ${
      hasBox
        ? centre > scale.high
          ? svg`<path class="median" d="M${scale.width - 9},${middle - 6}l9,6l-9,6Z" />`
          : svg`<rect class="box" x=${x1} y=${middle - box / 2} width=${Math.max(1, x2 - x1)} height=${box} /><rect class="median" x=${placeOf(scale, centre) - 1.5} y=${middle - tall / 2} width="3" height=${tall} rx="1" />`
        : nothing
    }
    ${mark(look, scale.width + 14, middle, Math.min(3.6, half))}
    <text class="value" x=${one.interval ? scale.width + 56 : right} y=${middle + 4} text-anchor="end">${one.value}</text>
    ${one.interval ? svg`<text class="interval" x=${right} y=${middle + 4} text-anchor="end">${one.interval}</text>` : nothing}
  </g>`;
}
