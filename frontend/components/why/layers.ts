/** What covering slices of a study does to the score: a map for each block of them. */

import { html, type TemplateResult } from "lit-html";
import type { Overlay } from "../bench/overlaid.ts";
import { number } from "../bench/words.ts";
import { folded } from "./folded.ts";
import { followed } from "./subject.ts";
import type { Explanation, Layer, LayersResult } from "./types.ts";

/** address: of the same picture, for the list. */
type Raster = { image: HTMLCanvasElement; address: string };

const SIDE = 256;
const LOWERS = "rgb(214 48 49 / ";
const RAISES = "rgb(41 98 200 / ";
const drawn = new WeakMap<Layer, Raster>();

const reach = (layer: Layer): number => Math.max(...layer.values.flat().map(Math.abs));
const largest = (found: LayersResult): number => Math.max(...found.layers.map(reach));

export const sliceWords = ({ first, last }: { first: number; last: number }): string =>
  first === last ? `Slice ${first + 1}` : `Slices ${first + 1} to ${last + 1}`;

/** Red where covering lowers the score, blue where it raises it; all blocks on one scale. Drawn once, however often the panel is. */
function raster(found: LayersResult, layer: Layer): Raster {
  const known = drawn.get(layer);
  if (known) return known;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const pen = canvas.getContext("2d");
  const most = largest(found);
  const at = (borders: readonly number[], place: number) => Math.round((borders[place] as number) * SIDE);
  layer.values.forEach((row, y) => {
    row.forEach((value, x) => {
      if (!pen || !most) return;
      pen.fillStyle = `${value >= 0 ? LOWERS : RAISES}${Math.abs(value) / most})`;
      const [left, top] = [at(found.x, x), at(found.y, y)];
      pen.fillRect(left, top, at(found.x, x + 1) - left, at(found.y, y + 1) - top);
    });
  });
  const made = { image: canvas, address: canvas.toDataURL() };
  drawn.set(layer, made);
  return made;
}

/** What the two colours of a map say. */
export const legend = (of: string): TemplateResult =>
  html`<span class="why-key lowers"></span>covering lowers “${of}” <span class="why-key raises"></span>covering raises it`;

/** isOnStage: whether it is drawn there as well. */
export function layers(found: LayersResult, of: string, isOnStage: boolean): TemplateResult {
  const order = [...found.layers].sort((a, b) => reach(b) - reach(a));
  const items = order.map(
    (layer) =>
      html`<li><img class="why-slice" src=${raster(found, layer).address} alt="" width="64" height="64"><span><strong>${sliceWords(layer)}</strong><br><span class="muted">moves “${of}” by up to ${number(reach(layer))}</span></span></li>`,
  );
  return html`${folded(items, "blocks of slices", "why-slices small")}
    <p class="tiny muted">${legend(of)}. ${isOnStage ? "The map lies over the slices on the stage." : "Left, right, top and bottom are those of what the model saw."}</p>`;
}

/** On the stage: each block over its slices. */
export function laid(one: Explanation, found: LayersResult, opacity: number): Overlay[] {
  const name = `Where covering changes “${followed(one.target)}”`;
  return found.layers.flatMap((layer) =>
    Array.from({ length: layer.last - layer.first + 1 }, (_, i) => ({
      key: `why-${one.id}-${layer.first + i}`,
      shape: { kind: "raster" as const, image: raster(found, layer).image },
      name,
      colour: "transparent",
      input: found.input,
      frame: layer.first + i,
      fill: opacity,
    })),
  );
}
