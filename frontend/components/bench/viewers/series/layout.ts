/** Where the leads of a series lie on the stage: the sheet of a 12-lead ECG, or one below the other. Pure; CSS pixels. */

import type { Span } from "../signal/view.ts";

/** lead: its place in the series. start, end: the seconds that it shows, from x to x + width. */
export type Panel = { lead: number; x: number; y: number; width: number; height: number; start: number; end: number };
export type Layout = { kind: "sheet" | "stacked"; panels: Panel[]; height: number };

/** Millimetres of CSS, as a screen of 96 dots an inch has them. */
export const MM = 96 / 25.4;
/** A sheet that had to be made smaller than this cannot be read. */
const LEAST_MM = 2.6;
const SHEET_S = 10;
const ROW_PX = 42;
export const MARGIN = { left: 44, right: 12, top: 12, bottom: 24 };

const ROWS = [
  ["i", "avr", "v1", "v4"],
  ["ii", "avl", "v2", "v5"],
  ["iii", "avf", "v3", "v6"],
];
const STANDARD = ROWS.flat();

const plain = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/^lead[ _-]?/, "");

/** Whether these are leads of an ECG, which has a usual paper. */
export const isEcg = (names: readonly string[]): boolean => names.some((name) => STANDARD.includes(plain(name)));

/** Places of the 12 standard leads in the series, in rows; null where one is missing. */
export function standardOf(names: readonly string[]): number[][] | null {
  const at = names.map(plain);
  const rows = ROWS.map((row) => row.map((name) => at.indexOf(name)));
  return rows.flat().includes(-1) ? null : rows;
}

/** Pixels of a millimetre with which a sheet fits into the width; 0 where it would be too small to be read. */
export function sheetMm(width: number, seconds: number, speed: number): number {
  const mm = Math.min(MM, (width - MARGIN.left - MARGIN.right) / (Math.min(seconds, SHEET_S) * speed));
  return mm >= LEAST_MM ? mm : 0;
}

export const sheetSeconds = (seconds: number): number => Math.min(seconds, SHEET_S);

/** Three rows of four leads, a quarter of the time each, and lead II below them over the whole. */
export function sheet(
  rows: readonly (readonly number[])[],
  start: number,
  seconds: number,
  mm: number,
  speed: number,
  height: number,
): Layout {
  const high = (height - MARGIN.top - MARGIN.bottom) / (rows.length + 1);
  const each = sheetSeconds(seconds) / 4;
  const wide = each * speed * mm;
  const panels = rows.flatMap((row, r) =>
    row.map((lead, c): Panel => {
      const from = start + c * each;
      return {
        lead,
        x: MARGIN.left + c * wide,
        y: MARGIN.top + r * high,
        width: wide,
        height: high,
        start: from,
        end: from + each,
      };
    }),
  );
  const rhythm = rows[1]?.[0] ?? 0;
  const y = MARGIN.top + rows.length * high;
  panels.push({ lead: rhythm, x: MARGIN.left, y, width: 4 * wide, height: high, start, end: start + 4 * each });
  return { kind: "sheet", panels, height };
}

/**
 * One below the other over the same time; higher than the stage where they would be too low to be read.
 *
 * above: pixels kept free over the first row's line, where waves keep their height however low a row is.
 */
export function stacked(count: number, { start, end }: Span, width: number, height: number, above = 0): Layout {
  const top = Math.max(MARGIN.top, above - ROW_PX / 2);
  const whole = Math.max(height, top + MARGIN.bottom + count * ROW_PX);
  const high = (whole - top - MARGIN.bottom) / Math.max(1, count);
  const wide = width - MARGIN.left - MARGIN.right;
  const panels = Array.from({ length: count }, (_, lead): Panel => {
    return { lead, x: MARGIN.left, y: top + lead * high, width: wide, height: high, start, end };
  });
  return { kind: "stacked", panels, height: whole };
}

/** The panel under a point, or the one nearest to it. */
export function panelAt({ panels }: Layout, x: number, y: number): Panel | null {
  let found: { panel: Panel; far: number } | null = null;
  for (const panel of panels) {
    const dx = Math.max(panel.x - x, 0, x - panel.x - panel.width);
    const dy = Math.max(panel.y - y, 0, y - panel.y - panel.height);
    const far = Math.hypot(dx, dy);
    if (!found || far < found.far) found = { panel, far };
  }
  return found?.panel ?? null;
}

export const xOf = (panel: Panel, seconds: number): number =>
  panel.x + ((seconds - panel.start) / (panel.end - panel.start || 1)) * panel.width;

export const secondsAt = (panel: Panel, x: number): number =>
  panel.start + ((x - panel.x) / panel.width) * (panel.end - panel.start);

/** How many units a millimetre of CSS stands for is said by `perUnit`: pixels of one unit. middle: the value in the panel's middle. */
export const yOf = (panel: Panel, value: number, perUnit: number, middle: number): number =>
  panel.y + panel.height / 2 - (value - middle) * perUnit;

export const valueAt = (panel: Panel, y: number, perUnit: number, middle: number): number =>
  middle + (panel.y + panel.height / 2 - y) / perUnit;
