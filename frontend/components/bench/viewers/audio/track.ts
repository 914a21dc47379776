/** The stage of a recording: the waveform above, the spectrogram below it, on one axis of time. */

import { computed, effect, signal } from "@preact/signals-core";
import type { Point } from "../../types.ts";
import { clamp } from "../picture/geometry.ts";
import { INK } from "../picture/ink.ts";
import { extremes, lengthOf, rangeOf, type Samples } from "../signal/samples.ts";
import { band, lines, Screen, STAGE } from "../signal/screen.ts";
import type { Source } from "../signal/source.ts";
import { hertz } from "../signal/tools.ts";
import { clock, selectionOf, ticks } from "../signal/view.ts";
import { SpectrogramPicture } from "./picture.ts";
import { type Frames, framesOf } from "./spectrogram.ts";

const [LEFT, RIGHT, TOP, BOTTOM, GAP] = [58, 12, 30, 24, 10];
const WAVE_SHARE = 0.36;

export type Sound = { window: number; ceiling: number };
export const homeSound: Sound = { window: 1024, ceiling: 0 };

export class Track extends Screen {
  readonly #source: Source;
  readonly #picture = new SpectrogramPicture();
  /** The loudest sample of the original. */
  readonly #peak = computed(() =>
    Math.max(...(this.#source.original.value?.channels ?? []).flatMap((one) => rangeOf(one).map(Math.abs)), 1e-6),
  );
  readonly frames = signal<Frames | null>(null);
  readonly #start = computed(() => this.#source.span.value.start);
  readonly #end = computed(() => this.#source.span.value.end);
  /** Of each channel a column a dot of the display. While it is played, only the position moves over it. */
  readonly #columns = computed(() => {
    const { ratio } = this;
    const [start, end, samples] = [this.#start.value, this.#end.value, this.#source.shown.value];
    const count = Math.max(1, Math.round(this.#areas.width * ratio));
    const channels = samples?.channels.map((one) => extremes(one, start * samples.rate, end * samples.rate, count));
    return { ratio, channels: channels ?? [] };
  });

  constructor(source: Source, ended: AbortSignal) {
    super(ended);
    this.#source = source;
    const stop = effect(() => this.#draw());
    ended.addEventListener("abort", () => {
      stop();
      this.#picture.stop();
    });
  }

  get sound(): Sound {
    return { ...homeSound, ...this.#source.bench.views.value[this.#source.bench.input.value] };
  }

  /** In Hz, at the upper edge of the spectrogram. */
  get ceiling(): number {
    const half = (this.#source.original.value?.rate ?? 2) / 2;
    return this.sound.ceiling > 0 ? Math.min(this.sound.ceiling, half) : half;
  }

  get #areas(): { x: number; width: number; wave: [number, number]; spectrum: [number, number] } {
    const { width, height } = this.box.value;
    const high = Math.max(40, height - TOP - BOTTOM - GAP);
    const wave = Math.round(high * WAVE_SHARE);
    return {
      x: LEFT,
      width: Math.max(10, width - LEFT - RIGHT),
      wave: [TOP, TOP + wave],
      spectrum: [TOP + wave + GAP, TOP + GAP + high],
    };
  }

  perPixel(): number {
    const { start, end } = this.#source.span.value;
    return (end - start) / this.#areas.width;
  }

  /** y: of a place in the spectrogram by frequency, 0 at the upper edge; in the waveform above it 0. */
  place([x, y]: Point): Point | null {
    const { start, end } = this.#source.span.value;
    const areas = this.#areas;
    const share = clamp((x - areas.x) / areas.width);
    const seconds = start + share * (end - start);
    const [top, bottom] = areas.spectrum;
    const half = (this.#source.original.value?.rate ?? 2) / 2;
    const down = clamp((y - top) / (bottom - top));
    const isMark = this.#source.bench.mode.value === "mark";
    return [
      clamp(this.#source.seconds.value ? seconds / this.#source.seconds.value : 0),
      isMark ? 1 - ((1 - down) * this.ceiling) / half : down,
    ];
  }

  #x(seconds: number): number {
    const { start, end } = this.#source.span.value;
    return this.#areas.x + ((seconds - start) / (end - start || 1)) * this.#areas.width;
  }

  #draw(): void {
    const context = this.begin();
    const samples = this.#source.shown.value;
    const { bench } = this.#source;
    this.#picture.done.value;
    if (!context || !samples) return;
    const { x, width, wave, spectrum } = this.#areas;
    this.#waves(context, samples, wave);
    this.#spectrum(context, samples, spectrum);
    context.save();
    context.beginPath();
    context.rect(x, 0, width, this.box.value.height);
    context.clip();
    for (const edit of bench.isPeeking.value ? [] : bench.here.value)
      if (edit.kind === "mask") this.#stretch(context, edit.start_s, edit.end_s, INK.edit, [6, 4]);
    for (const [i, mark] of bench.marksHere.value.entries()) this.#mark(context, mark.points, String(i + 1));
    const draft = bench.draft.value;
    const seconds = this.#source.seconds.value;
    if (draft && bench.mode.value === "mark") this.#mark(context, draft, "");
    else if (draft?.[1]) this.#stretch(context, (draft[0]?.[0] ?? 0) * seconds, draft[1][0] * seconds, INK.edit);
    const chosen = selectionOf(this.#source.view.value);
    if (chosen) band(context, this.#x(chosen.start), this.#x(chosen.end), TOP, spectrum[1], STAGE.ink);
    context.restore();
    this.#axis(context, spectrum[1]);
    this.#position(context);
  }

  #waves(context: CanvasRenderingContext2D, samples: Samples, [top, bottom]: [number, number]): void {
    const { x, width } = this.#areas;
    const peak = this.#peak.value;
    const { ratio, channels } = this.#columns.value;
    const high = (bottom - top) / channels.length;
    for (const [i, { low, high: most }] of channels.entries()) {
      const middle = top + (i + 0.5) * high;
      const scale = (high / 2 - 2) / peak;
      lines(context, STAGE.line, [[x, middle, x + width, middle]]);
      context.fillStyle = STAGE.trace;
      for (let column = 0; column < low.length; column += 1) {
        const upper = middle - (most[column] as number) * scale;
        const lower = middle - (low[column] as number) * scale;
        context.fillRect(x + column / ratio, Math.min(upper, lower - 1), 1 / ratio, Math.max(1, lower - upper));
      }
      if (channels.length > 1) this.text(context, samples.names[i] ?? "", x - 8, middle, "right");
    }
    if (channels.length === 1) this.text(context, `±${peak.toPrecision(2)}`, x - 8, (top + bottom) / 2, "right");
  }

  #spectrum(context: CanvasRenderingContext2D, samples: Samples, [top, bottom]: [number, number]): void {
    const { start, end } = this.#source.span.value;
    const { x, width } = this.#areas;
    const [first, last] = [
      Math.floor(start * samples.rate),
      Math.min(lengthOf(samples), Math.ceil(end * samples.rate)),
    ];
    const frames = framesOf(first, last, this.sound.window);
    if (JSON.stringify(frames) !== JSON.stringify(this.frames.peek())) this.frames.value = frames;
    const picture = this.#picture.of(samples, frames, 20 * Math.log10(this.#peak.value));
    const half = samples.rate / 2;
    const rows = (picture.height * this.ceiling) / half;
    context.fillStyle = "#000";
    context.fillRect(x, top, width, bottom - top);
    context.imageSmoothingEnabled = true;
    context.drawImage(picture, 0, picture.height - rows, picture.width, rows, x, top, width, bottom - top);
    for (const hz of ticks({ start: 0, end: this.ceiling }, (bottom - top) / 44).at) {
      const y = bottom - (hz / this.ceiling) * (bottom - top);
      lines(context, STAGE.faint, [[x - 4, y, x, y]]);
      this.text(context, hertz(hz), x - 8, clamp(y, top + 6, bottom - 6), "right");
    }
  }

  #stretch(context: CanvasRenderingContext2D, from: number, to: number, colour: string, dash: number[] = []): void {
    band(context, this.#x(from), this.#x(to), TOP, this.#areas.spectrum[1], colour, dash);
  }

  #mark(context: CanvasRenderingContext2D, points: readonly Point[], name: string): void {
    const seconds = this.#source.seconds.value;
    const half = (this.#source.original.value?.rate ?? 2) / 2;
    const [top, bottom] = this.#areas.spectrum;
    const y = (fraction: number) =>
      clamp(bottom - (((1 - fraction) * half) / this.ceiling) * (bottom - top), top, bottom);
    const [a = [0, 0], b] = points;
    const [x0, y0] = [this.#x(a[0] * seconds), y(a[1])];
    context.setLineDash([]);
    context.strokeStyle = INK.mark;
    context.lineWidth = 2;
    if (!b) {
      lines(context, INK.mark, [[x0, TOP, x0, bottom]]);
      context.beginPath();
      context.arc(x0, y0, 6, 0, 7);
      context.stroke();
    } else context.strokeRect(x0, y0, this.#x(b[0] * seconds) - x0, y(b[1]) - y0);
    if (name) this.tag(context, name, Math.max(x0, b ? this.#x(b[0] * seconds) : x0), Math.min(y0, b ? y(b[1]) : y0));
  }

  #axis(context: CanvasRenderingContext2D, y: number): void {
    const { x, width } = this.#areas;
    const { step, at } = ticks(this.#source.span.value, width / 90);
    for (const seconds of at) {
      const here = this.#x(seconds);
      lines(context, STAGE.faint, [[here, y, here, y + 4]]);
      this.text(context, clock(seconds, step), clamp(here, x, x + width - 14), y + 13, "center");
    }
  }

  #position(context: CanvasRenderingContext2D): void {
    const at = this.#x(this.#source.view.value.at);
    const { x, width, spectrum } = this.#areas;
    if (at < x - 1 || at > x + width + 1) return;
    lines(context, STAGE.ink, [[at, TOP - 6, at, spectrum[1]]], this.isFocused.value ? 2 : 1);
    context.fillStyle = STAGE.ink;
    context.beginPath();
    context.moveTo(at - 5, TOP - 8);
    context.lineTo(at + 5, TOP - 8);
    context.lineTo(at, TOP);
    context.fill();
  }
}
