/** Tools that paint on a picture that the model sees: a line, a blur, noise. */

import { html, type TemplateResult } from "lit-html";
import { joined, slider } from "../../controls.ts";
import type { Bench } from "../../state.ts";
import { lastOf, on, replaceEdit } from "../../tools.ts";
import type { Blur, Noise } from "../../types.ts";
import { number } from "../../words.ts";
import type { EditTool } from "../viewer.ts";
import { short } from "./geometry.ts";

const WIDTHS = [0.01, 0.02, 0.05];

export function paintTools(bench: Bench): EditTool[] {
  return [
    {
      name: "draw",
      icon: "draw",
      label: "Draw a line",
      key: "d",
      short: "draw",
      hint: "Draw over what you think the model looks at.",
      isShape: true,
      options: () => pen(bench),
    },
    {
      name: "blur",
      icon: "blur",
      label: "Blur",
      key: "u",
      short: "blur",
      hint: "Make what the model sees less sharp.",
      options: () => blurring(bench),
    },
    {
      name: "noise",
      icon: "noise",
      label: "Noise",
      key: "n",
      short: "noise",
      hint: "Add grain to what the model sees.",
      options: () => graining(bench),
    },
  ];
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
