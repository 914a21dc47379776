/** A feature of places as a map: hexagons shaded by how the groups' shares compare, over the outlines of countries. */

import { signal } from "@preact/signals-core";
import { html, svg, type TemplateResult } from "lit-html";
import { type BarHand, barLabel } from "./bar_hand.ts";
import { barsIn, sourceOf } from "./bars.ts";
import { type Cell, cellsOf, distanceOf, type Flat, flatOf, linesOf, type Point, pathOf, SHADES } from "./hexagons.ts";
import { count } from "./numbers.ts";
import { clauseOf } from "./question.ts";
import type { Debugger } from "./state.ts";
import type { Feature } from "./types.ts";

const HIGHEST = 260;
const LETTER = 6.2;

/** Null until they are there; without them the hexagons stand on plain ground. */
const world = signal<Point[][] | null>(null);
let isAskedFor = false;

function load(): void {
  if (isAskedFor) return;
  isAskedFor = true;
  const take = (lines: Point[][]) => {
    world.value = lines;
  };
  import("./world.ts").then(
    (found) => take(found.lines),
    () => take([]),
  );
}

/** The outlines of the last maps, by where they lie: a redraw asks for the same ones. */
const drawn = new Map<string, string>();

function ground(flat: Flat): string {
  const lines = world.value;
  if (!lines) return "";
  const key = JSON.stringify(flat);
  const kept = drawn.get(key) ?? linesOf(flat, lines);
  drawn.delete(key);
  drawn.set(key, kept);
  const [oldest] = drawn.keys();
  if (drawn.size > 4 && oldest !== undefined) drawn.delete(oldest);
  return kept;
}

/** Null where no row of the groups lies anywhere: then bars say so. */
export function map(app: Debugger, hand: BarHand, feature: Feature): TemplateResult | null {
  const width = app.widths.value.bars;
  const cells = cellsOf(feature);
  const flat = flatOf(cells, width, Math.min(HIGHEST, Math.max(150, width * 0.75)));
  if (!flat) return null;
  load();
  const chosen = barsIn(feature, clauseOf(app.question.value, sourceOf(feature)));
  const stop = hand.stopOf(feature);
  const first = cells.some((one) => one.index === stop) ? stop : cells[0]?.index;
  const shape = (cell: Cell) => {
    const { index } = cell;
    return svg`<path role="option" class="hexagon h${cell.shade}" d=${pathOf(flat, cell)} tabindex=${index === first ? 0 : -1} aria-selected=${chosen.has(index)} aria-label=${barLabel(feature, index)} data-bar=${index} @pointerdown=${(event: PointerEvent) => hand.down(feature, index, event)} @pointerover=${(event: PointerEvent) => hand.over(feature, index, event)} @focus=${(event: FocusEvent) => hand.focus(feature, index, event)} @keydown=${(event: KeyboardEvent) => hand.key(feature, index, event)} />`;
  };
  return html`<div class="place"><svg class="chart bars map" viewBox="0 0 ${width} ${flat.height}" height=${flat.height} role="listbox" aria-multiselectable="true" aria-label="${feature.name}: hexagons on a map, rows with this place" @pointerleave=${hand.leave} @focusout=${hand.leave}>
    <rect class="sea" width=${width} height=${flat.height} /><path class="coast" d=${ground(flat)} />
    ${cells.map(shape)}
    ${cells.filter((one) => chosen.has(one.index)).map((one) => svg`<path class="picked" d=${pathOf(flat, one)} />`)}
    ${distance(flat)}</svg>
    ${legend(feature, hand, chosen, cells)}</div>`;
}

function distance(flat: Flat): TemplateResult {
  const { km, pixels } = distanceOf(flat, Math.min(90, flat.width / 4));
  const said = km >= 1 ? `${count(km)} km` : `${Math.round(km * 1000)} m`;
  const [x, y] = [8, flat.height - 8];
  const long = Math.max(pixels, said.length * LETTER) + 10;
  return svg`<g class="distance" aria-hidden="true"><rect x=${x - 5} y=${y - 15} width=${long} height="20" rx="3" /><path d="M${x},${y - 4}v4h${pixels.toFixed(1)}v-4" /><text x=${x} y=${y - 5}>${said}</text></g>`;
}

/** What the shades mean; and beside it what has no place on the map: the rare cells together, and the missing. */
function legend(feature: Feature, hand: BarHand, chosen: ReadonlySet<number>, cells: readonly Cell[]): TemplateResult {
  const others = feature.a.flatMap((rows, index) => {
    const isShown = cells.some((one) => one.index === index);
    const isNull = index === feature.a.length - 1;
    if (isShown || rows + (feature.b[index] ?? 0) === 0) return [];
    return [{ index, name: isNull ? "no place" : "rare places" }];
  });
  const turn = (index: number) => (event: MouseEvent) =>
    hand.choose(feature, index, index, event.shiftKey || event.ctrlKey || event.metaKey);
  return html`<div class="place-legend tiny faint"><span aria-hidden="true">in B</span><span class="shades" role="img" aria-label="From blue, a greater share of B than of A, to orange, a greater share of A; few rows count for little">${SHADES.map((said, shade) => html`<i class="h${shade}" title=${said}></i>`)}</span><span aria-hidden="true">in A</span>${others.map(
    ({ index, name }) =>
      html`<button type="button" class="chip-name" aria-pressed=${chosen.has(index)} title=${barLabel(feature, index)} ?disabled=${!hand.mayChoose} @click=${turn(index)}>${name} <span class="num">${count((feature.a[index] ?? 0) + (feature.b[index] ?? 0))}</span></button>`,
  )}</div>`;
}
