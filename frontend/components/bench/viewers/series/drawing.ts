/** What is drawn on the paper of a series: its grid, the leads, what is changed, marked and measured. */

import { effect } from "@preact/signals-core";
import type { Point } from "../../types.ts";
import { number } from "../../words.ts";
import { clamp } from "../picture/geometry.ts";
import { FONT, INK } from "../picture/ink.ts";
import { extremes, type Samples } from "../signal/samples.ts";
import { band, lines, STAGE } from "../signal/screen.ts";
import type { Source } from "../signal/source.ts";
import { clock, selectionOf, ticks } from "../signal/view.ts";
import { told } from "./calipers.ts";
import { type Layout, MARGIN, type Panel, xOf, yOf } from "./layout.ts";
import type { SeriesPaper } from "./paper.ts";

const LEAST_GRID_PX = 3.5;

type Line = [number, number, number, number];

const brief = (value: number): string => number(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);

export class Drawing {
  readonly #paper: SeriesPaper;
  readonly #source: Source;

  constructor(paper: SeriesPaper, source: Source, ended: AbortSignal) {
    this.#paper = paper;
    this.#source = source;
    const stop = effect(() => this.#draw());
    ended.addEventListener("abort", stop);
  }

  #draw(): void {
    const context = this.#paper.begin();
    const samples = this.#source.shown.value;
    const { panels, kind } = this.#paper.layout.value;
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
    const [first, last] = [panels[0], panels[panels.length - 1]];
    if (!first || !last) return;
    // One grid for the whole of a sheet, or for all stacked leads together
    const panel: Panel = { ...last, y: first.y, height: last.y + last.height - first.y };
    const small: Line[] = [];
    const large: Line[] = [];
    const step = this.#paper.isEcg.value ? 0.04 : ticks(panel, panel.width / 90).step / 5;
    for (let i = Math.ceil(panel.start / step - 1e-9); i * step <= panel.end + 1e-9; i += 1) {
      const x = Math.round(xOf(panel, i * step)) + 0.5;
      (i % 5 === 0 ? large : small).push([x, panel.y, x, panel.y + panel.height]);
    }
    const mm = this.#paper.isToScale ? (this.#paper.mm * this.#paper.paper.value.gain) / 10 : 0;
    if (mm) {
      const zero = first.y + first.height / 2;
      for (let i = Math.ceil((panel.y - zero) / mm); zero + i * mm <= panel.y + panel.height; i += 1) {
        const y = Math.round(zero + i * mm) + 0.5;
        (i % 5 === 0 ? large : small).push([panel.x, y, panel.x + panel.width, y]);
      }
    }
    const isFine = this.#paper.perSecond * step >= LEAST_GRID_PX && (!mm || mm >= LEAST_GRID_PX);
    if (isFine) lines(context, "#1c2328", small);
    lines(context, "#2c353b", large);
  }

  #trace(context: CanvasRenderingContext2D, samples: Samples, panel: Panel, kind: Layout["kind"]): void {
    const channel = samples.channels[panel.lead];
    if (!channel) return;
    const [perUnit, middle] = [this.#paper.perUnit(panel), this.#paper.middleOf(panel.lead)];
    const y = (value: number) => yOf(panel, value, perUnit, middle);
    const [first, last] = [panel.start * samples.rate, panel.end * samples.rate];
    context.save();
    context.beginPath();
    context.rect(panel.x, 0, panel.width, this.#paper.layout.value.height);
    context.clip();
    context.beginPath();
    if (last - first > 2 * panel.width * this.#paper.ratio) {
      const columns = Math.max(1, Math.round(panel.width * this.#paper.ratio));
      const { low, high } = extremes(channel, first, last, columns);
      for (let i = 0; i < columns; i += 1) {
        const x = panel.x + i / this.#paper.ratio;
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
    if (kind === "sheet" && panel.start > (this.#paper.layout.value.panels[0]?.start ?? 0))
      lines(context, STAGE.faint, [[panel.x, y(middle) - 8, panel.x, y(middle) + 8]]);
    this.#name(context, samples, panel, perUnit, middle);
  }

  #name(context: CanvasRenderingContext2D, samples: Samples, panel: Panel, perUnit: number, middle: number): void {
    this.#label(context, samples.names[panel.lead] ?? "", panel.x + 6, panel.y + 10);
    if (this.#paper.isToScale) {
      // 1 mV, 5 mm wide, at the head of each row
      if (panel.x === MARGIN.left) {
        const zero = panel.y + panel.height / 2;
        const wide = 5 * this.#paper.mm;
        const x = panel.x - wide - 8;
        const top = zero - perUnit / this.#paper.millivolts.value;
        lines(context, STAGE.faint, [
          [x - 3, zero, x, zero],
          [x, zero, x, top],
          [x, top, x + wide, top],
          [x + wide, top, x + wide, zero],
          [x + wide, zero, x + wide + 3, zero],
        ]);
      }
      return;
    }
    const half = (panel.height * 0.44) / perUnit;
    this.#paper.text(context, brief(middle + half), panel.x - 6, panel.y + panel.height * 0.06 + 4, "right");
    this.#paper.text(context, brief(middle - half), panel.x - 6, panel.y + panel.height * 0.94 - 4, "right");
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
      if (name && !isTagged) this.#paper.tag(context, name, right + (points.length === 1 ? 22 : 0), up);
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
      this.#paper.text(context, clock(seconds, step), clamp(x, last.x, last.x + last.width - 14), y + 13, "center");
    }
  }

  #position(context: CanvasRenderingContext2D, panels: readonly Panel[]): void {
    const { at } = this.#source.view.value;
    for (const panel of panels) {
      if (!this.#paper.isFocused.value && at === 0) return;
      if (at < panel.start || at > panel.end) continue;
      const x = xOf(panel, at);
      lines(context, STAGE.faint, [[x, panel.y, x, panel.y + panel.height]], this.#paper.isFocused.value ? 2 : 1);
    }
  }

  #calipers(context: CanvasRenderingContext2D, panels: readonly Panel[]): void {
    const { calipers } = this.#paper.paper.value;
    if (!calipers) return;
    for (const panel of panels.filter((one) => one.lead === calipers.lead)) {
      const [a, b] = [this.#paper.endOf(panel, calipers.from), this.#paper.endOf(panel, calipers.to)];
      const [left, right] = [panel.x, panel.x + panel.width];
      if (Math.max(a[0], b[0]) < left || Math.min(a[0], b[0]) > right) continue;
      const top = panel.y + 2;
      const bottom = panel.y + panel.height - 2;
      context.save();
      context.beginPath();
      context.rect(left, 0, right - left, this.#paper.layout.value.height);
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
      const x = clamp(Math.max(a[0], b[0]) + 8, 0, this.#paper.box.value.width - width);
      context.fillStyle = STAGE.ink;
      context.fillRect(x, top, width, 18);
      context.fillStyle = "#0b0e10";
      context.textAlign = "left";
      context.textBaseline = "middle";
      context.fillText(words, x + 6, top + 10);
    }
  }
}
