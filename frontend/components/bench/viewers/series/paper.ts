/** The stage of a series: the usual paper, its speed and gain, and which lead, time and value lie where on it. */

import { computed, effect } from "@preact/signals-core";
import type { Point } from "../../types.ts";
import { clamp } from "../picture/geometry.ts";
import { rangeOf } from "../signal/samples.ts";
import { Screen } from "../signal/screen.ts";
import type { Source } from "../signal/source.ts";
import type { Calipers, Reading } from "./calipers.ts";
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

export class SeriesPaper extends Screen {
  readonly #source: Source;

  constructor(source: Source, ended: AbortSignal) {
    super(ended);
    this.#source = source;
    const stop = effect(() => {
      source.home.value = this.home.value;
    });
    ended.addEventListener("abort", stop);
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

  /** Whether a millimetre stands for so many millivolts, as on paper. */
  get isToScale(): boolean {
    return this.paper.value.gain > 0 && this.millivolts.value > 0;
  }

  /** Pixels of one unit of a lead. */
  perUnit(panel: Panel): number {
    const { gain } = this.paper.value;
    if (this.isToScale) return gain * this.mm * this.millivolts.value;
    return (panel.height * 0.44) / (this.#scales.value[panel.lead] || 1);
  }

  /** In the unit of the lead. */
  middleOf(lead: number): number {
    return this.#middles.value[lead] ?? 0;
  }

  valuePerPixel(lead: number): number {
    const panel = this.layout.value.panels.find((one) => one.lead === lead);
    return panel ? 1 / this.perUnit(panel) : 0;
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
    return { lead: panel.lead, t, v: valueAt(panel, y, this.perUnit(panel), this.middleOf(panel.lead)) };
  }

  /** How far a point is from an end of the calipers, in pixels. */
  distance(calipers: Calipers, end: "from" | "to", [x, y]: Point): number {
    const ends = this.layout.value.panels
      .filter((panel) => panel.lead === calipers.lead)
      .map((panel) => this.endOf(panel, calipers[end]));
    return Math.min(...ends.map(([ex, ey]) => Math.hypot(ex - x, ey - y)));
  }

  /** Where an end of the calipers lies on the screen. */
  endOf(panel: Panel, { t, v }: { t: number; v: number }): Point {
    return [xOf(panel, t), yOf(panel, v, this.perUnit(panel), this.middleOf(panel.lead))];
  }
}

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
