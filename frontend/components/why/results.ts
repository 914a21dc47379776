/** What was found, where it is no map: regions, curves, words, and what a stress test did to the answer. */

import { html, nothing, svg, type TemplateResult } from "lit-html";
import { number, score } from "../bench/words.ts";
import { folded } from "./folded.ts";
import type { Curve, CurvesResult, RegionsResult, StressResult, WordsResult } from "./types.ts";

const LISTED = 8;
const [WIDTH, HEIGHT] = [240, 64];
const FAMILIES: Record<string, string> = {
  noise: "Noise",
  blur: "Blur",
  weather: "Weather and light",
  digital: "Digital",
  intensity: "Intensity",
  place: "Turned and shifted",
};

/** The regions whose covering changed the score most; marks by their numbers on the stage. */
export function regions(found: RegionsResult, isByMarks: boolean): TemplateResult {
  const most = found.regions
    .map((one, i) => ({ ...one, name: isByMarks ? `Mark ${i + 1}` : `${place(one.x)}, ${place(one.y)}` }))
    .sort((a, b) => Math.abs(found.score - b.covered) - Math.abs(found.score - a.covered))
    .slice(0, LISTED);
  return html`<div class="table-wrap" tabindex="0" role="region" aria-label="Regions"><table class="table"><caption class="visually-hidden">Regions by how much covering them changes the score</caption>
    <thead><tr><th scope="col">Region</th><th scope="col" class="num">Covered</th><th scope="col" class="num">Alone</th></tr></thead>
    <tbody>${most.map((one) => html`<tr><th scope="row">${one.name}</th><td class="num">${score(one.covered)}</td><td class="num">${score(one.alone)}</td></tr>`)}
    <tr><th scope="row">All of it</th><td class="num">${score(found.nothing)}</td><td class="num">${score(found.score)}</td></tr></tbody></table></div>
    <p class="tiny muted">${isByMarks ? "The score while one mark is covered, and while all but it is." : "Regions by the place of their middle, from the left and from the top."}</p>`;
}

const place = (share: number): string => `${Math.round(100 * share)} %`;

export function curves(found: CurvesResult): TemplateResult {
  const every = found.curves.flatMap((one) => one.points.map((point) => point.score));
  const [low, high] = [Math.min(found.score, ...every), Math.max(found.score, ...every)];
  const reach = (one: Curve) =>
    Math.max(...one.points.map((point) => point.score)) - Math.min(...one.points.map((point) => point.score));
  const order = [...found.curves].sort((a, b) => reach(b) - reach(a));
  const items = order.map(
    (one) =>
      html`<li>${typeof one.points[0]?.value === "number" ? line(one, low, high, found.score) : choices(one)}</li>`,
  );
  return html`${folded(items, "values", "why-curves")}
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

/** The mean score of each family, and how many of its changes left the answer as it was, by severity. */
function withstood(found: StressResult, severities: number[]): TemplateResult {
  const families = [...new Set(found.rows.map((row) => row.family))];
  const every = found.rows.flatMap((row) => row.at.map((one) => one.score));
  const [low, high] = [Math.min(found.score, ...every), Math.max(found.score, ...every)];
  const y = (value: number) => (high > low ? HEIGHT - ((value - low) / (high - low)) * HEIGHT : HEIGHT / 2);
  const x = (place: number) => ((place + 0.5) / (severities.length + 1)) * WIDTH; // in the middle of its column
  const items = families.map((family) => {
    const rows = found.rows.filter((row) => row.family === family);
    const means = severities.map((_, i) => rows.reduce((sum, row) => sum + (row.at[i]?.score ?? 0), 0) / rows.length);
    const stood = severities.map((_, i) => rows.filter((row) => !row.at[i]?.changed).length / rows.length);
    const points = [found.score, ...means].map((mean, i) => `${x(i).toFixed(1)},${y(mean).toFixed(1)}`).join(" ");
    const shares = found.top ? ` ${stood.map((share) => `${Math.round(100 * share)} %`).join(", ")} unchanged.` : "";
    const said = `${family}: mean score ${score(found.score)} before, then ${means.map((mean) => score(mean)).join(", ")}.${shares}`;
    return html`<li><div class="spread small"><strong>${FAMILIES[family] ?? family}</strong><span class="num muted">${rows.length} ${rows.length === 1 ? "change" : "changes"}</span></div>
      <svg class="why-curve why-stood" viewBox="0 -4 ${WIDTH} ${HEIGHT + 8}" preserveAspectRatio="none" role="img" aria-label=${said}>${svg`<polyline points=${points}></polyline>`}</svg>
      ${found.top ? html`<div class="why-shares tiny muted num"><span>stood</span>${stood.map((share) => html`<span>${Math.round(100 * share)} %</span>`)}</div>` : nothing}</li>`;
  });
  return html`<ul class="why-curves" role="list">${items}</ul>
    <p class="tiny muted">The mean score at severity 0 (the case itself) to ${severities.at(-1)}, all on one scale, from ${score(low)} to ${score(high)}${found.top ? "; below, how many of the changes the answer stood" : ""}.</p>`;
}

export function stress(found: StressResult): TemplateResult {
  const severities = found.rows[0]?.at.map((one) => one.severity) ?? [];
  return html`${withstood(found, severities)}<div class="table-wrap" tabindex="0" role="region" aria-label="Each change"><table class="table why-stress"><caption class="visually-hidden">The score at each severity; a mark where another class came first</caption>
    <thead><tr><th scope="col">Severity</th>${severities.map((one) => html`<th scope="col" class="num">${one}</th>`)}</tr></thead>
    <tbody>${found.rows.map(
      (row) =>
        html`<tr><th scope="row">${row.title}</th>${row.at.map((one) => html`<td class="num" data-fell=${one.changed} title=${one.changed ? `“${one.top}” comes first` : nothing}>${score(one.score)}${one.changed ? html`<span class="why-fell" role="img" aria-label=${`, ${one.top} comes first`}>▲</span>` : nothing}</td>`)}</tr>`,
    )}</tbody></table></div>
    <p class="tiny muted">The score was ${score(found.score)}. ▲ another class came first.</p>`;
}
