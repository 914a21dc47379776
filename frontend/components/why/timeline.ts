/** What silencing a stretch does to the score, over time, below the signal that the model saw. */

import { html, nothing, svg, type TemplateResult } from "lit-html";
import { until } from "lit-html/directives/until.js";
import { bytesOf, fileAt } from "../../host/http.ts";
import { extremes, rangeOf, type Samples } from "../bench/viewers/signal/samples.ts";
import { clock } from "../bench/viewers/signal/view.ts";
import { score } from "../bench/words.ts";
import { folded } from "./folded.ts";
import type { TimelineResult } from "./types.ts";

type Row = TimelineResult["rows"][number];

const [WIDTH, TRACE, CURVE] = [240, 28, 44];
const TOGETHER = 3; // leads drawn above the course of all of them
const SAID = 3;
const known = new Map<string, Promise<Samples | null>>();
const drawn = new WeakMap<Row, Promise<TemplateResult[] | typeof nothing>>();

/** seen: where the signal lies that the model saw. */
export function timeline(found: TimelineResult, seen: string | undefined, of: string): TemplateResult {
  const largest = Math.max(0, ...found.rows.flatMap((row) => row.values.map(Math.abs)));
  const reach = (row: Row) => Math.max(...row.values.map(Math.abs));
  const order = [...found.rows].sort((a, b) => reach(b) - reach(a));
  const draw = (row: Row) => html`<li>${course(found, row, largest, seen)}</li>`;
  const end = found.times.at(-1) ?? 0;
  return html`${folded(order.map(draw), "leads", "why-courses")}
    <div class="spread tiny muted num"><span>${clock(0)}</span><span>${clock(end)}</span></div>
    <p class="tiny muted"><span class="why-key lowers"></span>silence lowers “${of}” <span class="why-key raises"></span>raises it; at most by ${score(largest)}.</p>`;
}

function course(found: TimelineResult, row: Row, largest: number, seen: string | undefined): TemplateResult {
  const end = found.times.at(-1) || 1;
  const x = (time: number) => (time / end) * WIDTH;
  const scale = largest ? CURVE / 2 / largest : 0;
  const bars = row.values.map((value, i) => {
    const [from, to] = [x(found.times[i] as number), x(found.times[i + 1] as number)];
    const high = Math.abs(value) * scale;
    return svg`<rect class=${value >= 0 ? "lowers" : "raises"} x=${from} width=${to - from} y=${value >= 0 ? CURVE / 2 - high : CURVE / 2} height=${high}></rect>`;
  });
  const above = seen ? tracesOf(row, seen, end) : nothing;
  return html`${row.lead ? html`<strong class="small">${row.lead}</strong>` : nothing}${until(above, nothing)}
    <svg class="why-course" viewBox="0 0 ${WIDTH} ${CURVE}" preserveAspectRatio="none" role="img" aria-label=${said(found, row)}>${bars}<line x1="0" x2=${WIDTH} y1=${CURVE / 2} y2=${CURVE / 2}></line></svg>`;
}

/** The stretches that matter most, in words. */
function said(found: TimelineResult, row: Row): string {
  const order = row.values.map((_, i) => i).sort((a, b) => Math.abs(at(row, b)) - Math.abs(at(row, a)));
  const told = order.slice(0, SAID).map((i) => {
    const value = at(row, i);
    const where = `${clock(found.times[i] as number)} to ${clock(found.times[i + 1] as number)}`;
    return value === 0
      ? `${where} changes nothing`
      : `${where} ${value > 0 ? "lowers" : "raises"} it by ${score(Math.abs(value))}`;
  });
  return `${row.lead || "All leads"}: silence from ${told.join("; from ")}`;
}

const at = (row: Row, i: number): number => row.values[i] as number;

/** The lead, or the first few of all of them; as much of it as was silenced. */
function traces(read: Samples, lead: string, end: number): TemplateResult[] {
  const numbered = Number(lead) - 1; // channels of a recording have numbers on the server
  const place = read.names.includes(lead) ? read.names.indexOf(lead) : numbered;
  const shown = lead ? [read.channels[place]] : read.channels.slice(0, TOGETHER);
  return shown
    .filter((channel) => channel !== undefined)
    .map((channel) => {
      const [least, most] = rangeOf(channel);
      const last = Math.min(channel.length, Math.round(end * read.rate));
      const { low, high } = extremes(channel, 0, last, WIDTH);
      const y = (value: number) =>
        (most > least ? 1 + ((most - value) / (most - least)) * (TRACE - 2) : TRACE / 2).toFixed(1);
      const path = [...low].map((value, i) => `${i ? "L" : "M"}${i} ${y(value)}L${i} ${y(high[i] as number)}`).join("");
      return html`<svg class="why-trace" viewBox="0 0 ${WIDTH} ${TRACE}" preserveAspectRatio="none" aria-hidden="true">${svg`<path d=${path}></path>`}</svg>`;
    });
}

/** Drawn once, however often the panel is: again only where the signal did not come. */
function tracesOf(row: Row, seen: string, end: number): Promise<TemplateResult[] | typeof nothing> {
  const known = drawn.get(row);
  if (known) return known;
  const made = samples(seen).then((read) => {
    if (read) return traces(read, row.lead, end);
    drawn.delete(row);
    return nothing;
  });
  drawn.set(row, made);
  return made;
}

/** null where it did not come: the course stands without it. */
function samples(url: string): Promise<Samples | null> {
  let read = known.get(url);
  if (!read) {
    read = fetched(url).catch(() => {
      known.delete(url);
      return null;
    });
    known.set(url, read);
  }
  return read;
}

async function fetched(url: string): Promise<Samples> {
  const bytes = await bytesOf(fileAt(url));
  const isWav = new TextDecoder("latin1").decode(bytes.slice(0, 4)) === "RIFF";
  if (isWav) return (await import("../bench/viewers/audio/wav.ts")).readWav(bytes);
  return (await import("../bench/viewers/series/arrow.ts")).readSeries(bytes);
}
