/** The stage of a series: the grid of the usual paper, the leads on it, what is changed, marked and measured. */

import { computed, effect } from "@preact/signals-core";
import type { Point } from "../../types.ts";
import { number } from "../../words.ts";
import { clamp } from "../picture/geometry.ts";
import { FONT, INK } from "../picture/ink.ts";
import { extremes, rangeOf, type Samples } from "../signal/samples.ts";
import { band, lines, Screen, STAGE } from "../signal/screen.ts";
import type { Source } from "../signal/source.ts";
import { clock, selectionOf, ticks } from "../signal/view.ts";
import { type Calipers, type Reading, told } from "./calipers.ts";
import {
  isEcg,
  type Layout,
  MARGIN,
  MM,
  type Panel,
  panelAt,
  secondsAt,
  sheet,
  sheetMm,
  sheetSeconds,
  stacked,
  standardOf,
  valueAt,
  xOf,
  yOf,
} from "./layout.ts";

/** speed: mm/s, 0 shows the whole. gain: mm/mV, 0 fits each lead into its row. */
export type Paper = { speed: number; gain: number; isStacked: boolean; calipers: Calipers | null };
const MILLIVOLTS: Record<string, number> = { mv: 1, uv: 0.001, µv: 0.001, μv: 0.001, v: 1000 };
const LEAST_GRID_PX = 3.5;

export class SeriesPaper extends Screen {
  readonly #source: Source;

  constructor(source: Source, ended: AbortSignal) {
    super(ended);
    this.#source = source;
    const stops = [
      effect(() => {
        source.home.value = this.home.value;
      }),
      effect(() => this.#draw()),
    ];
    ended.addEventListener("abort", () => {
      for (const stop of stops) stop();
    });
  }

  readonly isEcg = computed(() => isEcg(this.#source.original.value?.names ?? []));
  /** Of a value in the series' unit; 0 where it is no voltage. */
  readonly millivolts = computed(() => MILLIVOLTS[(this.#source.original.value?.unit ?? "").trim().toLowerCase()] ?? 0);
  readonly paper = computed<Paper>(() => {
    const isUsual = this.isEcg.value && this.millivolts.value > 0;
    const home = { speed: isUsual ? 25 : 0, gain: isUsual ? 10 : 0, isStacked: false, calipers: null };
    const { bench } = this.#source;
    return { ...home, ...bench.views.value[bench.input.value] };
  });
  /** Whether all 12 leads are there, and wide enough a stage for their sheet. */
  readonly isSheetRoom = computed(() => this.#fittedMm.value > 0);
  readonly #fittedMm = computed(() => {
    const { speed } = this.paper.value;
    const rows = standardOf(this.#source.original.value?.names ?? []);
    return rows && speed > 0 ? sheetMm(this.box.value.width, this.#source.seconds.value, speed) : 0;
  });
  /** Pixels of a millimetre on the sheet; 0 where there is none. */
  readonly #sheetMm = computed(() => (this.paper.value.isStacked ? 0 : this.#fittedMm.value));
  /** Seconds that are shown unasked. */
  readonly home = computed(() => {
    const { speed } = this.paper.value;
    if (this.#sheetMm.value > 0) return sheetSeconds(this.#source.seconds.value);
    const width = this.box.value.width - MARGIN.left - MARGIN.right;
    return speed > 0 && width > 0 ? width / (speed * MM) : Number.POSITIVE_INFINITY;
  });
  readonly layout = computed<Layout>(() => {
    const { width, height } = this.box.value;
    const names = this.#source.original.value?.names ?? [];
    const rows = standardOf(names);
    const span = this.#source.span.value;
    const isHome = Math.abs(span.end - span.start - this.home.value) < 1e-6;
    const mm = this.#sheetMm.value;
    return rows && mm > 0 && isHome
      ? sheet(rows, span.start, this.#source.seconds.value, mm, this.paper.value.speed, height)
      : stacked(names.length, span, width, this.stageHeight.value, this.#above());
  });
  /** The value in the middle of each lead's row: its median. */
  readonly #middles = computed(() => (this.#source.original.value?.channels ?? []).map(medianOf));
  readonly #scales = computed(() =>
    (this.#source.original.value?.channels ?? []).map((one, i) => reach(one, this.#middles.value[i] ?? 0)),
  );

  /** Pixels of a second. */
  get perSecond(): number {
    const [panel] = this.layout.value.panels;
    return panel ? panel.width / (panel.end - panel.start || 1) : 1;
  }

  /** Pixels of a millimetre. */
  get mm(): number {
    return this.layout.value.kind === "sheet" ? this.#sheetMm.value : MM;
  }

  perPixel(): number {
    return 1 / this.perSecond;
  }

  /** Pixels over the first row's line that its waves need on paper, up to 2.5 mV; 0 where each row is fitted. */
  #above(): number {
    const { gain } = this.paper.value;
    const inMillivolts = (this.#scales.value[0] ?? 0) * this.millivolts.value;
    return gain > 0 ? Math.min(Math.max(1.1 * inMillivolts, 1), 2.5) * gain * MM : 0;
  }

  /** Pixels of one unit of a lead. */
  #perUnit(panel: Panel): number {
    const { gain } = this.paper.value;
    if (gain > 0 && this.millivolts.value > 0) return gain * this.mm * this.millivolts.value;
    return (panel.height * 0.44) / (this.#scales.value[panel.lead] || 1);
  }

  #middle(panel: Panel): number {
    return this.middleOf(panel.lead);
  }

  /** In the unit of the lead. */
  middleOf(lead: number): number {
    return this.#middles.value[lead] ?? 0;
  }

  valuePerPixel(lead: number): number {
    const panel = this.layout.value.panels.find((one) => one.lead === lead);
    return panel ? 1 / this.#perUnit(panel) : 0;
  }

  /** y: which lead, each an equal part of the height from the first to the last. */
  place([x, y]: Point): Point | null {
    const panel = panelAt(this.layout.value, x, y);
    const { seconds, original } = this.#source;
    const count = original.value?.channels.length ?? 0;
    if (!panel || !seconds.value || !count) return null;
    const t = clamp(secondsAt(panel, clamp(x, panel.x, panel.x + panel.width)), 0, seconds.value);
    return [t / seconds.value, (panel.lead + clamp((y - panel.y) / panel.height)) / count];
  }

  /** Time and value under a point; of a lead, where one is asked for. */
  reading([x, y]: Point, lead?: number): Reading | null {
    const { panels, ...rest } = this.layout.value;
    const panel = panelAt(
      { ...rest, panels: lead === undefined ? panels : panels.filter((one) => one.lead === lead) },
      x,
      y,
    );
    if (!panel) return null;
    const t = clamp(secondsAt(panel, clamp(x, panel.x, panel.x + panel.width)), 0, this.#source.seconds.value);
    return { lead: panel.lead, t, v: valueAt(panel, y, this.#perUnit(panel), this.#middle(panel)) };
  }

  /** How far a point is from an end of the calipers, in pixels. */
  distance(calipers: Calipers, end: "from" | "to", [x, y]: Point): number {
    const ends = this.layout.value.panels
      .filter((panel) => panel.lead === calipers.lead)
      .map((panel) => this.#end(panel, calipers[end]));
    return Math.min(...ends.map(([ex, ey]) => Math.hypot(ex - x, ey - y)));
  }

  #end(panel: Panel, { t, v }: { t: number; v: number }): Point {
    return [xOf(panel, t), yOf(panel, v, this.#perUnit(panel), this.#middle(panel))];
  }

  #draw(): void {
    const context = this.begin();
    const samples = this.#source.shown.value;
    const { panels, kind } = this.layout.value;
    if (!context || !samples) return;
    this.#grid(context, panels);
    for (const panel of panels) this.#trace(context, samples, panel, kind);
    this.#changes(context, panels, samples);
    this.#axis(context, panels, kind);
    this.#position(context, panels);
    this.#calipers(context, panels);
  }

  /** Small squares of 0.04 s and 0.1 mV, large ones of 0.2 s and 0.5 mV; without millivolts lines of time alone. */
  #grid(context: CanvasRenderingContext2D, panels: readonly Panel[]): void {
    for (const panel of this.#sheets(panels)) {
      const [small, large]: Line[] = [[], []];
      const isUsual = this.isEcg.value;
      const step = isUsual ? 0.04 : ticks(panel, panel.width / 90).step / 5;
      const every = Math.ceil(panel.start / step - 1e-9);
      for (let i = every; i * step <= panel.end + 1e-9; i += 1) {
        const x = Math.round(xOf(panel, i * step)) + 0.5;
        (i % 5 === 0 ? large : small)?.push([x, panel.y, x, panel.y + panel.height]);
      }
      const { gain } = this.paper.value;
      const mm = gain > 0 && this.millivolts.value > 0 ? (this.mm * gain) / 10 : 0;
      const first = panels[0];
      if (mm && first) {
        const zero = first.y + first.height / 2;
        for (let i = Math.ceil((panel.y - zero) / mm); zero + i * mm <= panel.y + panel.height; i += 1) {
          const y = Math.round(zero + i * mm) + 0.5;
          (i % 5 === 0 ? large : small)?.push([panel.x, y, panel.x + panel.width, y]);
        }
      }
      const isFine = this.perSecond * step >= LEAST_GRID_PX && (!mm || mm >= LEAST_GRID_PX);
      if (isFine) lines(context, "#1c2328", small ?? []);
      lines(context, "#2c353b", large ?? []);
    }
  }

  /** Areas with one grid: the whole of a sheet, or all stacked leads together. */
  #sheets(panels: readonly Panel[]): Panel[] {
    const [first, last] = [panels[0], panels[panels.length - 1]];
    if (!first || !last) return [];
    return [{ ...last, y: first.y, height: last.y + last.height - first.y }];
  }

  #trace(context: CanvasRenderingContext2D, samples: Samples, panel: Panel, kind: Layout["kind"]): void {
    const channel = samples.channels[panel.lead];
    if (!channel) return;
    const [perUnit, middle] = [this.#perUnit(panel), this.#middle(panel)];
    const y = (value: number) => yOf(panel, value, perUnit, middle);
    const [first, last] = [panel.start * samples.rate, panel.end * samples.rate];
    context.save();
    context.beginPath();
    context.rect(panel.x, 0, panel.width, this.layout.value.height);
    context.clip();
    context.beginPath();
    if (last - first > 2 * panel.width * this.ratio) {
      const columns = Math.max(1, Math.round(panel.width * this.ratio));
      const { low, high } = extremes(channel, first, last, columns);
      for (let i = 0; i < columns; i += 1) {
        const x = panel.x + i / this.ratio;
        context.lineTo(x, y(high[i] as number));
        context.lineTo(x, y(low[i] as number));
      }
    } else {
      for (let i = Math.max(0, Math.floor(first)); i <= Math.min(channel.length - 1, Math.ceil(last)); i += 1)
        context.lineTo(xOf(panel, i / samples.rate), y(channel[i] as number));
    }
    context.setLineDash([]);
    context.strokeStyle = STAGE.ink;
    context.lineWidth = 1.25;
    context.lineJoin = "round";
    context.stroke();
    context.restore();
    if (kind === "sheet" && panel.start > (this.layout.value.panels[0]?.start ?? 0))
      lines(context, STAGE.faint, [[panel.x, y(middle) - 8, panel.x, y(middle) + 8]]);
    this.#name(context, samples, panel, perUnit, middle);
  }

  #name(context: CanvasRenderingContext2D, samples: Samples, panel: Panel, perUnit: number, middle: number): void {
    const isFirst = panel.x === MARGIN.left;
    const zero = panel.y + panel.height / 2;
    const name = samples.names[panel.lead] ?? "";
    const isPaper = this.paper.value.gain > 0 && this.millivolts.value > 0;
    if (isPaper) {
      // 1 mV, 5 mm wide, at the head of each row
      const [wide, high] = [5 * this.mm, perUnit / this.millivolts.value];
      if (isFirst) {
        const x = panel.x - wide - 8;
        const top = zero - high;
        lines(context, STAGE.faint, [
          [x - 3, zero, x, zero],
          [x, zero, x, top],
          [x, top, x + wide, top],
          [x + wide, top, x + wide, zero],
          [x + wide, zero, x + wide + 3, zero],
        ]);
      }
      this.#label(context, name, panel.x + 6, panel.y + 10);
      return;
    }
    this.#label(context, name, panel.x + 6, panel.y + 10);
    const half = (panel.height * 0.44) / perUnit;
    this.text(context, brief(middle + half), panel.x - 6, panel.y + panel.height * 0.06 + 4, "right");
    this.text(context, brief(middle - half), panel.x - 6, panel.y + panel.height * 0.94 - 4, "right");
  }

  #label(context: CanvasRenderingContext2D, words: string, x: number, y: number): void {
    context.font = FONT;
    const width = context.measureText(words).width;
    context.fillStyle = "#0009";
    context.fillRect(x - 3, y - 8, width + 6, 16);
    context.fillStyle = STAGE.ink;
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillText(words, x, y);
  }

  #changes(context: CanvasRenderingContext2D, panels: readonly Panel[], samples: Samples): void {
    const { bench, seconds, view } = this.#source;
    const count = samples.channels.length;
    const draft = bench.draft.value;
    for (const panel of panels) {
      const name = samples.names[panel.lead] ?? "";
      for (const edit of bench.isPeeking.value ? [] : bench.here.value)
        if (edit.kind === "mask" && (edit.leads?.includes(name) ?? true))
          this.#stretch(context, panel, edit.start_s, edit.end_s, INK.edit, [6, 4]);
      const trial = bench.mode.value === "edit" ? bench.trial.value?.slice(-1)[0] : null;
      if (trial?.kind === "mask" && (trial.leads?.includes(name) ?? true))
        this.#stretch(context, panel, trial.start_s, trial.end_s, INK.edit);
      const chosen = selectionOf(view.value);
      if (chosen) this.#stretch(context, panel, chosen.start, chosen.end, STAGE.ink);
    }
    for (const [i, mark] of bench.marksHere.value.entries())
      this.#mark(context, panels, mark.points, String(i + 1), count, seconds.value);
    if (draft && bench.mode.value === "mark") this.#mark(context, panels, draft, "", count, seconds.value);
  }

  #stretch(
    context: CanvasRenderingContext2D,
    panel: Panel,
    from: number,
    to: number,
    colour: string,
    dash: number[] = [],
  ): void {
    const [start, end] = [Math.max(Math.min(from, to), panel.start), Math.min(Math.max(from, to), panel.end)];
    if (end > start)
      band(context, xOf(panel, start), xOf(panel, end), panel.y + 1, panel.y + panel.height - 1, colour, dash);
  }

  #mark(
    context: CanvasRenderingContext2D,
    panels: readonly Panel[],
    points: readonly Point[],
    name: string,
    count: number,
    seconds: number,
  ): void {
    const [a, b = a] = points;
    if (!a || !b) return;
    const [t0, t1] = [Math.min(a[0], b[0]) * seconds, Math.max(a[0], b[0]) * seconds];
    const [y0, y1] = [Math.min(a[1], b[1]) * count, Math.max(a[1], b[1]) * count];
    let isTagged = false;
    for (const panel of panels) {
      const [top, bottom] = [Math.max(y0, panel.lead), Math.min(y1, panel.lead + 1)];
      const [start, end] = [Math.max(t0, panel.start), Math.min(t1, panel.end)];
      if (bottom < top || end < start || (bottom === top && y1 > y0)) continue;
      const [x, right] = [xOf(panel, start), xOf(panel, end)];
      const up = panel.y + (top - panel.lead) * panel.height;
      context.setLineDash([]);
      context.strokeStyle = INK.mark;
      context.lineWidth = 2;
      if (points.length === 1) {
        context.beginPath();
        context.arc(x, up, 6, 0, 7);
        context.stroke();
      } else context.strokeRect(x, up, right - x, (bottom - top) * panel.height);
      if (name && !isTagged) this.tag(context, name, right + (points.length === 1 ? 22 : 0), up);
      isTagged = true;
    }
  }

  #axis(context: CanvasRenderingContext2D, panels: readonly Panel[], kind: Layout["kind"]): void {
    const last = panels[panels.length - 1];
    if (!last) return;
    const y = last.y + last.height;
    const { step, at } = ticks(last, last.width / (kind === "sheet" ? 95 : 90));
    for (const seconds of at) {
      const x = xOf(last, seconds);
      lines(context, STAGE.faint, [[x, y, x, y + 4]]);
      this.text(context, clock(seconds, step), clamp(x, last.x, last.x + last.width - 14), y + 13, "center");
    }
  }

  #position(context: CanvasRenderingContext2D, panels: readonly Panel[]): void {
    const { at } = this.#source.view.value;
    for (const panel of panels) {
      if (!this.isFocused.value && at === 0) return;
      if (at < panel.start || at > panel.end) continue;
      const x = xOf(panel, at);
      lines(context, STAGE.faint, [[x, panel.y, x, panel.y + panel.height]], this.isFocused.value ? 2 : 1);
    }
  }

  #calipers(context: CanvasRenderingContext2D, panels: readonly Panel[]): void {
    const { calipers } = this.paper.value;
    if (!calipers) return;
    for (const panel of panels.filter((one) => one.lead === calipers.lead)) {
      const [a, b] = [this.#end(panel, calipers.from), this.#end(panel, calipers.to)];
      const [left, right] = [panel.x, panel.x + panel.width];
      if (Math.max(a[0], b[0]) < left || Math.min(a[0], b[0]) > right) continue;
      const top = panel.y + 2;
      const bottom = panel.y + panel.height - 2;
      context.save();
      context.beginPath();
      context.rect(left, 0, right - left, this.layout.value.height);
      context.clip();
      lines(
        context,
        STAGE.ink,
        [
          [a[0], top, a[0], bottom],
          [b[0], top, b[0], bottom],
        ],
        1.5,
      );
      context.setLineDash([3, 3]);
      context.beginPath();
      for (const [x, y] of [a, b]) {
        context.moveTo(Math.min(a[0], b[0]) - 8, y);
        context.lineTo(Math.max(a[0], b[0]) + 8, y);
        context.stroke();
        context.moveTo(x + 4, y);
        context.arc(x, y, 4, 0, 7);
      }
      context.fillStyle = STAGE.ink;
      context.fill();
      context.restore();
      const words = told(calipers, this.#source.original.value?.unit ?? "");
      context.font = FONT;
      const width = context.measureText(words).width + 12;
      const x = clamp(Math.max(a[0], b[0]) + 8, 0, this.box.value.width - width);
      context.fillStyle = STAGE.ink;
      context.fillRect(x, top, width, 18);
      context.fillStyle = "#0b0e10";
      context.textAlign = "left";
      context.textBaseline = "middle";
      context.fillText(words, x + 6, top + 10);
    }
  }
}

type Line = [number, number, number, number][];

const brief = (value: number): string => number(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);

function medianOf(channel: Float32Array): number {
  const every = Math.max(1, Math.floor(channel.length / 10_000));
  const some = channel.filter((_, i) => i % every === 0).sort();
  return some[Math.floor(some.length / 2)] ?? 0;
}

/** The largest distance from the middle. */
function reach(channel: Float32Array, middle: number): number {
  const [least, most] = rangeOf(channel);
  return Math.max(most - middle, middle - least, 1e-9);
}
