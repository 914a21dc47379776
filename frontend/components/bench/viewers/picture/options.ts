/** What each tool can be set to, beside its button while it is chosen. */

import { html, nothing, type TemplateResult } from "lit-html";
import { joined, slider } from "../../controls.ts";
import type { Bench } from "../../state.ts";
import { lastOf, on, replaceEdit } from "../../tools.ts";
import type { Blur, Fill, Noise } from "../../types.ts";
import { number, signed } from "../../words.ts";
import { short } from "./geometry.ts";
import { leafs, type Reel } from "./sheet.ts";
import { flip, levelsOf, setLevels, turnBy, turnOf, turnTo } from "./tools.ts";

export type Optioned = "occlude" | "rotate" | "flip" | "levels" | "draw" | "blur" | "noise";

/** By the tool's name. */
export const OPTIONS: Record<Optioned, (bench: Bench, reel: Reel | null) => TemplateResult> = {
  occlude: covers,
  rotate: turns,
  flip: mirrors,
  levels,
  draw: pen,
  blur: blurring,
  noise: graining,
};

const WIDTHS = [0.01, 0.02, 0.05];

function covers(bench: Bench, reel: Reel | null): TemplateResult {
  const where = reel?.isAlone;
  return html`${joined("Shape of the cover", ["box", "ellipse"] as const, bench.shape.value, (shape) => (bench.shape.value = shape), { box: "Box", ellipse: "Ellipse" })}
    ${joined<Fill>("Cover with", ["black", "mean", "blur"], bench.fill.value, (fill) => (bench.fill.value = fill), { black: "Black", mean: "Average", blur: "Blur" })}
    ${where && leafs(reel) ? joined("Which slices", ["all", "one"] as const, where.value ? "one" : "all", (one) => (where.value = one === "one"), { all: "All slices", one: "This slice" }) : nothing}`;
}

function turns(bench: Bench): TemplateResult {
  return html`<span class="joined"><button type="button" class="button" @click=${() => turnBy(bench, -90)}>−90°</button><button type="button" class="button" @click=${() => turnBy(bench, 90)}>+90°</button></span>
    ${slider(bench, "Degrees", -180, 180, 1, turnOf(bench), `${signed(turnOf(bench), 0)}°`, (degrees) => turnTo(bench, degrees, "turn"))}`;
}

function mirrors(bench: Bench): TemplateResult {
  return html`<span class="joined"><button type="button" class="button" @click=${() => flip(bench, "x")}>Left and right</button><button type="button" class="button" @click=${() => flip(bench, "y")}>Top and bottom</button></span>`;
}

function levels(bench: Bench): TemplateResult {
  const { brightness, contrast } = levelsOf(bench);
  const toContrast = (step: number) => Math.round(100 * 4 ** (step / 100)) / 100; // even steps to the eye, 0.25 to 4
  return html`${slider(bench, "Brightness", -100, 100, 1, Math.round(brightness * 100), `${signed(brightness * 100, 0)} %`, (value) => setLevels(bench, { brightness: value / 100 }, "levels"))}
    ${slider(bench, "Contrast", -100, 100, 1, Math.round((100 * Math.log(Math.max(contrast, 0.25))) / Math.log(4)), `× ${number(contrast)}`, (step) => setLevels(bench, { contrast: toContrast(step) }, "levels"))}`;
}

function pen(bench: Bench): TemplateResult {
  const { width, value } = bench.pen.value;
  const set = (change: Partial<typeof bench.pen.value>) => (bench.pen.value = { ...bench.pen.value, ...change });
  const names = Object.fromEntries(WIDTHS.map((one, i) => [String(one), ["Thin", "Middle", "Thick"][i] ?? ""]));
  return html`${joined("Width of the line", WIDTHS.map(String), String(width), (one) => set({ width: Number(one) }), names)}
    ${joined("Brightness of the line", ["0", "0.5", "1"], String(value), (one) => set({ value: Number(one) }), { "0": "Black", "0.5": "Grey", "1": "White" })}`;
}

function blurring(bench: Bench): TemplateResult {
  const now = lastOf<Blur>(bench, "blur");
  const sigma = now?.sigma ?? 0;
  const set = (step: number) =>
    replaceEdit(bench, now, step > 0 ? { kind: "blur", sigma: short(step / 1000), ...on(bench) } : null, "blur");
  return html`${slider(bench, "Blur", 0, 100, 1, Math.round(sigma * 1000), `${number(sigma * 100, 1)} %`, set)}<span class="hint">of the shorter side</span>`;
}

function graining(bench: Bench): TemplateResult {
  const now = lastOf<Noise>(bench, "noise");
  const sigma = now?.sigma ?? 0;
  const seed = now?.seed ?? 1;
  const noise = (share: number, other: number): Noise => ({ kind: "noise", sigma: share, seed: other, ...on(bench) });
  const set = (step: number) => replaceEdit(bench, now, step > 0 ? noise(step / 100, seed) : null, "noise");
  return html`${slider(bench, "Noise", 0, 50, 1, Math.round(sigma * 100), `${number(sigma * 100, 0)} %`, set)}
    <button type="button" class="button" ?disabled=${!now} @click=${() => replaceEdit(bench, now, noise(sigma, seed + 1), "")}>Other noise</button>`;
}
