/** What a hand does to a signal that the model is given: silence a stretch, gain, filter. */

import { html, nothing, type TemplateResult } from "lit-html";
import { live as fresh } from "lit-html/directives/live.js";
import { slider } from "../../controls.ts";
import { go, on, replaceEdit } from "../../tools.ts";
import type { Edit, Filter, Gain, Mark, Point } from "../../types.ts";
import { number, signed } from "../../words.ts";
import { clamp, short } from "../picture/geometry.ts";
import type { EditTool } from "../viewer.ts";
import type { Source } from "./source.ts";
import { clock, selectionOf } from "./view.ts";

const LEAST_S = 0.002; // a shorter stretch is a slip of the hand
const STEPS = 100;

/** Which leads an edit is for; all where none is chosen, or where channels have no names of their own. */
export type Leads = () => { leads?: string[] };

export class SignalTools {
  readonly #source: Source;
  readonly #leads: Leads;
  /** Where a filter's sliders begin, in Hz; they end at half the rate. */
  readonly #lowest: number;
  /** Beside the options of each tool. */
  readonly #which: () => TemplateResult | typeof nothing;

  constructor(
    source: Source,
    lowest: number,
    leads: Leads = () => ({}),
    which: () => TemplateResult | typeof nothing = () => nothing,
  ) {
    this.#source = source;
    this.#lowest = lowest;
    this.#leads = leads;
    this.#which = which;
  }

  readonly tools: readonly EditTool[] = [
    {
      name: "mask",
      icon: "occlude",
      label: "Silence a part",
      key: "o",
      short: "silence",
      hint: "Drag over what you think the model goes by.",
      isShape: true,
      options: () => html`${this.#which()}`,
    },
    {
      name: "gain",
      icon: "gauge",
      label: "Gain",
      key: "g",
      short: "gain",
      hint: "Make the whole, or the selection, louder or quieter.",
      options: () => this.#gain(),
    },
    {
      name: "filter",
      icon: "filter",
      label: "Filter",
      key: "b",
      short: "filter",
      hint: "Keep what lies between two frequencies.",
      options: () => this.#filter(),
    },
  ];

  /** The stretch under the hand as the edit it would make. */
  trial(): Edit | null {
    const { bench } = this.#source;
    const [a, b] = bench.draft.value ?? [];
    const seconds = this.#source.seconds.value;
    if (bench.mode.value !== "edit" || bench.tool.value !== "mask" || !a || !b) return null;
    const [start, end] = [Math.min(a[0], b[0]) * seconds, Math.max(a[0], b[0]) * seconds];
    if (end - start < Math.min(LEAST_S, seconds)) return null;
    return {
      kind: "mask",
      start_s: short(start),
      end_s: Math.min(short(end), seconds),
      ...this.#leads(),
      ...on(bench),
    };
  }

  /** Puts down the stretch, or the mark, under the hand. */
  place(): boolean {
    const { bench } = this.#source;
    const edit = this.trial();
    if (bench.mode.value === "mark") return this.#mark(bench.draft.value ?? []);
    if (edit) bench.setEdits([...bench.edits.value, edit]);
    else bench.draft.value = null;
    return edit !== null;
  }

  #mark(points: readonly Point[]): boolean {
    const { bench } = this.#source;
    const seconds = this.#source.seconds.value;
    const [a, b] = [points[0], points[points.length - 1]];
    const isPoint = bench.markKind.value === "point";
    bench.draft.value = null;
    if (!a || !b || (!isPoint && Math.abs(a[0] - b[0]) * seconds < LEAST_S)) return false;
    const ends = (isPoint ? [b] : [a, b]).map(([x, y]): Point => [short(x), short(y)]);
    const times = ends.map(([x]) => x * seconds);
    const mark: Mark = {
      kind: isPoint ? "point" : "box",
      points: ends,
      start_s: short(Math.min(...times)),
      end_s: short(Math.max(...times)),
      ...on(bench),
    };
    bench.marks.value = [...bench.marks.value, mark];
    go(bench, "look");
    return true;
  }

  /** What the sliders show and change: the last gain over the same stretch and leads. */
  #lastGain(): { edit: Gain | undefined; rest: Omit<Gain, "kind" | "db"> } {
    const { bench } = this.#source;
    const chosen = selectionOf(this.#source.view.value);
    const stretch = chosen ? { start_s: short(chosen.start), end_s: short(chosen.end) } : {};
    const rest = { ...stretch, ...this.#leads(), ...on(bench) };
    const isSame = (one: Edit): one is Gain =>
      one.kind === "gain" &&
      one.start_s === rest.start_s &&
      one.end_s === rest.end_s &&
      `${one.leads}` === `${(rest as Gain).leads}`;
    return { edit: bench.here.value.filter(isSame).pop(), rest };
  }

  #setGain(db: number): void {
    const { edit, rest } = this.#lastGain();
    replaceEdit(this.#source.bench, edit, db === 0 ? null : { kind: "gain", db, ...rest }, "gain");
  }

  #lastFilter(): Filter | undefined {
    const leads = `${this.#leads().leads}`;
    return this.#source.bench.here.value
      .filter((one): one is Filter => one.kind === "filter" && `${one.leads}` === leads)
      .pop();
  }

  #setFilter(change: { low?: number | null; high?: number | null }): void {
    const last = this.#lastFilter();
    const low = change.low === undefined ? (last?.low_hz ?? null) : change.low;
    const high = change.high === undefined ? (last?.high_hz ?? null) : change.high;
    const next: Filter = {
      kind: "filter",
      ...(low ? { low_hz: low } : {}),
      ...(high ? { high_hz: high } : {}),
      ...this.#leads(),
      ...on(this.#source.bench),
    };
    replaceEdit(this.#source.bench, last, low || high ? next : null, "filter");
  }

  #gain(): TemplateResult {
    const { bench } = this.#source;
    const db = this.#lastGain().edit?.db ?? 0;
    const chosen = selectionOf(this.#source.view.value);
    return html`${this.#which()}${slider(bench, "Gain", -40, 20, 1, db, `${signed(db, 0)} dB`, (value) => this.#setGain(value))}
      <span class="num">${chosen ? `${clock(chosen.start)} to ${clock(chosen.end)}` : "the whole"}</span>`;
  }

  #filter(): TemplateResult {
    const { bench } = this.#source;
    const rate = this.#source.original.value?.rate ?? 2;
    const [least, most] = [this.#lowest, rate / 2];
    const { low_hz: low, high_hz: high } = this.#lastFilter() ?? {};
    const toHz = (step: number) => tidy(least * (most / least) ** (step / STEPS));
    const toStep = (hz: number) => Math.round((STEPS * Math.log(hz / least)) / Math.log(most / least));
    const below = (hz: number) => Math.min(hz, (high ?? most) * 0.9);
    const beyond = (hz: number) => Math.max(hz, (low ?? least) / 0.9);
    return html`${this.#which()}${slider(bench, "From", 0, STEPS, 1, low ? toStep(low) : 0, low ? hertz(low) : "open", (step) => this.#setFilter({ low: step > 0 ? tidy(below(toHz(step))) : null }))}
      ${slider(bench, "To", 0, STEPS, 1, high ? toStep(high) : STEPS, high ? hertz(high) : "open", (step) => this.#setFilter({ high: step < STEPS ? tidy(beyond(toHz(step))) : null }))}`;
  }
}

/** Two digits, as a hand would write it. */
function tidy(hz: number): number {
  const ten = 10 ** (Math.floor(Math.log10(hz)) - 1);
  return Number((Math.round(hz / ten) * ten).toPrecision(2));
}

export const hertz = (hz: number): string =>
  hz === 0
    ? "0 Hz"
    : hz >= 1000
      ? `${number(hz / 1000, hz % 1000 === 0 ? 0 : 1)} kHz`
      : `${number(hz, hz < 10 ? 2 : 0)} Hz`;

/** Which of several leads the tools are for. */
export function leadChoice(names: readonly string[], now: string, choose: (name: string) => void): TemplateResult {
  return html`<select class="select" aria-label="Leads that are changed" @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
    <option value="" .selected=${fresh(now === "")}>All leads</option>
    ${names.map((name) => html`<option value=${name} .selected=${fresh(now === name)}>${name}</option>`)}</select>`;
}

/** A time in fractions of the whole, kept inside. */
export const fractionOf = (seconds: number, whole: number): number => clamp(whole ? seconds / whole : 0);
