/** How a signal is looked at: which stretch of it, where one listens, what is selected. Pure; all times in seconds. */

import { clamp } from "../picture/geometry.ts";

export type Span = { start: number; end: number };
/** start, end: on the screen; end 0 stands for as much as the viewer shows unasked. at: the position. from, to: the selection, null without one. */
export type TimeView = { start: number; end: number; at: number; from: number | null; to: number | null };

export const homeTime: TimeView = { start: 0, end: 0, at: 0, from: null, to: null };

/** What is on the screen of a signal that long. home: how much of it is shown unasked. */
export function spanOf(view: TimeView, seconds: number, home = seconds): Span {
  if (view.end > view.start) return { start: clamp(view.start, 0, seconds), end: Math.min(view.end, seconds) };
  return placed(view.start, Math.min(home, seconds), seconds);
}

/** The selection, in order; null where there is none. */
export function selectionOf({ from, to }: TimeView): Span | null {
  if (from === null || to === null || from === to) return null;
  return { start: Math.min(from, to), end: Math.max(from, to) };
}

/** Larger by `factor`, so that the moment `about` stays where it is; never less than `least` seconds, never beyond the ends. */
export function zoomed(span: Span, factor: number, about: number, seconds: number, least: number): Span {
  const length = clamp((span.end - span.start) / factor, Math.min(least, seconds), seconds);
  const share = (about - span.start) / (span.end - span.start || 1);
  return placed(about - share * length, length, seconds);
}

/** Moved by as much, as far as there is anything. */
export function panned(span: Span, by: number, seconds: number): Span {
  return placed(span.start + by, span.end - span.start, seconds);
}

function placed(start: number, length: number, seconds: number): Span {
  const first = clamp(start, 0, Math.max(0, seconds - length));
  return { start: first, end: first + length };
}

/** Moments for an axis: about one in `apart` of the span, at 1, 2 or 5 of a power of ten. */
export function ticks({ start, end }: Span, most: number): { step: number; at: number[] } {
  const rough = (end - start) / Math.max(1, most);
  const ten = 10 ** Math.floor(Math.log10(rough || 1));
  const step = ([1, 2, 5, 10].find((one) => one * ten >= rough * (1 - 1e-9)) ?? 10) * ten;
  const at: number[] = [];
  for (let i = Math.ceil(start / step - 1e-9); i * step <= end + 1e-9; i += 1) at.push(i * step + 0);
  return { step, at };
}

/** 1:02.5 from a minute on, else 2.50 s; as many decimals as a step between two of them needs. */
export function clock(seconds: number, step = 0.01): string {
  const places = clamp(Math.ceil(-Math.log10(step || 1) - 1e-9), 0, 4);
  if (seconds < 60) return `${seconds.toFixed(places)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${(seconds - minutes * 60).toFixed(places).padStart(places ? places + 3 : 2, "0")}`;
}

/** How long it is, in words. */
export const lasting = (seconds: number): string =>
  seconds < 60 ? clock(seconds, 0.1) : `${clock(Math.round(seconds), 1)} min`;
