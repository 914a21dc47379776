/** What was found, where it is no map: regions, curves, words, and what a stress test did to the answer. */

import { html, nothing, svg, type TemplateResult } from "lit-html";
import { number, score } from "../bench/words.ts";
import type { Curve, CurvesResult, RegionsResult, StressResult, WordsResult } from "./types.ts";

const LISTED = 8;
const [WIDTH, HEIGHT] = [240, 64];

/** The regions whose covering changed the score most. */
export function regions(found: RegionsResult): TemplateResult {
  const most = [...found.regions]
    .sort((a, b) => Math.abs(found.score - b.covered) - Math.abs(found.score - a.covered))
    .slice(0, LISTED);
  const place = (share: number) => `${Math.round(100 * share)} %`;
  return html`<div class="table-wrap"><table class="table"><caption class="visually-hidden">Regions by how much covering them changes the score</caption>
    <thead><tr><th scope="col">Region</th><th scope="col" class="num">Covered</th><th scope="col" class="num">Alone</th></tr></thead>
    <tbody>${most.map((one) => html`<tr><th scope="row">${place(one.x)}, ${place(one.y)}</th><td class="num">${score(one.covered)}</td><td class="num">${score(one.alone)}</td></tr>`)}
    <tr><th scope="row">All of it</th><td class="num">${score(found.nothing)}</td><td class="num">${score(found.score)}</td></tr></tbody></table></div>
    <p class="tiny muted">Regions by the place of their middle, from the left and from the top.</p>`;
}

export function curves(found: CurvesResult): TemplateResult {
  const every = found.curves.flatMap((one) => one.points.map((point) => point.score));
  const [low, high] = [Math.min(found.score, ...every), Math.max(found.score, ...every)];
  const reach = (one: Curve) =>
    Math.max(...one.points.map((point) => point.score)) - Math.min(...one.points.map((point) => point.score));
  const order = [...found.curves].sort((a, b) => reach(b) - reach(a));
  return html`<ul class="why-curves" role="list">${order.map((one) => html`<li>${typeof one.points[0]?.value === "number" ? line(one, low, high, found.score) : choices(one)}</li>`)}</ul>
    <p class="tiny muted">All on one scale, from ${score(low)} to ${score(high)}; the dot is this case.</p>`;
}

function line(one: Curve, low: number, high: number, now: number): TemplateResult {
  const values = one.points.map((point) => Number(point.value));
  const [first, last] = [Math.min(...values), Math.max(...values)];
  const x = (value: number) => (last > first ? ((value - first) / (last - first)) * WIDTH : WIDTH / 2);
  const y = (value: number) => (high > low ? HEIGHT - ((value - low) / (high - low)) * HEIGHT : HEIGHT / 2);
  const path = one.points.map((point) => `${x(Number(point.value)).toFixed(1)},${y(point.score).toFixed(1)}`).join(" ");
  const said = `${one.field}: ${one.points.map((point) => `${number(Number(point.value))} gives ${score(point.score)}`).join("; ")}`;
  return html`<div class="spread small"><strong class="clip">${one.field}</strong><span class="num muted">${number(Number(one.value))} ${one.unit}</span></div>
    <svg class="why-curve" viewBox="-4 -4 ${WIDTH + 8} ${HEIGHT + 8}" role="img" aria-label=${said}>${svg`<polyline points=${path}></polyline><circle cx=${x(Number(one.value))} cy=${y(now)} r="3.5"></circle>`}</svg>
    <div class="spread tiny muted num"><span>${number(first)}</span><span>${number(last)} ${one.unit}</span></div>`;
}

function choices(one: Curve): TemplateResult {
  return html`<strong class="small">${one.field}</strong><dl class="facts small">${one.points.map((point) => html`<dt>${point.value}${point.value === one.value ? " (now)" : ""}</dt><dd class="num">${score(point.score)}</dd>`)}</dl>`;
}

/** Each word marked by what leaving it out does. */
export function words(found: WordsResult): TemplateResult {
  const largest = Math.max(...found.words.map((one) => Math.abs(found.score - one.score)), 0);
  const parts: (TemplateResult | string)[] = [];
  let at = 0;
  for (const one of found.words) {
    parts.push(found.text.slice(at, one.start));
    const drop = found.score - one.score;
    const strength = largest ? Math.ceil((4 * Math.abs(drop)) / largest) : 0;
    const word = found.text.slice(one.start, one.end);
    parts.push(
      html`<mark class="why-word" data-way=${drop >= 0 ? "lowers" : "raises"} data-strength=${strength} title=${`Without it: ${score(one.score)}`}>${word}</mark>`,
    );
    at = one.end;
  }
  return html`<p class="why-text">${parts}${found.text.slice(at)}</p>
    <p class="tiny muted"><span class="why-key lowers"></span>leaving it out lowers the score <span class="why-key raises"></span>raises it</p>`;
}

export function stress(found: StressResult): TemplateResult {
  const severities = found.rows[0]?.at.map((one) => one.severity) ?? [];
  return html`<div class="table-wrap"><table class="table why-stress"><caption class="visually-hidden">The score at each severity; a mark where another class came first</caption>
    <thead><tr><th scope="col">Severity</th>${severities.map((one) => html`<th scope="col" class="num">${one}</th>`)}</tr></thead>
    <tbody>${found.rows.map(
      (row) =>
        html`<tr><th scope="row">${row.title}</th>${row.at.map((one) => html`<td class="num" data-fell=${one.changed} title=${one.changed ? `“${one.top}” comes first` : nothing}>${score(one.score)}${one.changed ? html`<span class="why-fell" role="img" aria-label=${`, ${one.top} comes first`}>▲</span>` : nothing}</td>`)}</tr>`,
    )}</tbody></table></div>
    <p class="tiny muted">The score was ${score(found.score)}. ▲ another class came first.</p>`;
}
