/**
 * Lengths, angles and ellipses measured on a picture or a frame: for whoever looks, never sent.
 *
 * Points are fractions of the original. Where the distance of pixels is known, lengths are millimetres and angles those
 * of the body; else both count pixels, and the unit says so.
 */

import type { Point } from "../../types.ts";
import type { Size } from "./geometry.ts";

export type MeasureKind = "length" | "angle" | "ellipse";
/** An angle has its vertex in the middle; an ellipse two corners of the box around it. */
export type Measure = { kind: MeasureKind; points: Point[]; frame?: number };

/** What can be measured on: distances in mm [between rows, between columns], or null where they are not known. */
export type Ground = {
  size: Size;
  spacing: readonly [number, number] | null;
  /** Where those distances were measured, if not in the body: magnification is not taken out then. */
  at?: "" | "detector" | "scanned";
  /** The value at a pixel in `unit`; null where there is none. */
  value: ((x: number, y: number) => number) | null;
  unit: string;
};

/** area in mm² or px²; sd over all pixels (divided by their number). */
export type Statistics = { area: number; count: number; mean: number; sd: number; least: number; most: number };

/** Width and height of a pixel. */
const pitch = ({ spacing }: Ground): Point => (spacing ? [spacing[1], spacing[0]] : [1, 1]);

function between(a: Point, b: Point, ground: Ground): Point {
  const [px, py] = pitch(ground);
  return [(b[0] - a[0]) * ground.size.width * px, (b[1] - a[1]) * ground.size.height * py];
}

/** In mm where the spacing is known, else in pixels. */
export function lengthOf([a, b]: readonly Point[], ground: Ground): number {
  return a && b ? Math.hypot(...between(a, b, ground)) : 0;
}

/** At the second of three points, in degrees, 0 to 180. */
export function angleOf([a, vertex, b]: readonly Point[], ground: Ground): number {
  if (!a || !vertex || !b) return 0;
  const [ax, ay] = between(vertex, a, ground);
  const [bx, by] = between(vertex, b, ground);
  return (Math.abs(Math.atan2(ax * by - ay * bx, ax * bx + ay * by)) * 180) / Math.PI;
}

/** Of the ellipse, and of the pixels whose centre lies in it. */
export function statisticsOf([a, b]: readonly Point[], ground: Ground): Statistics {
  const none = { area: 0, count: 0, mean: Number.NaN, sd: Number.NaN, least: Number.NaN, most: Number.NaN };
  if (!a || !b) return none;
  const [w, h] = between(a, b, ground);
  const area = (Math.PI * Math.abs(w * h)) / 4;
  const { size, value } = ground;
  if (!value) return { ...none, area };
  const [cx, cy] = [((a[0] + b[0]) / 2) * size.width, ((a[1] + b[1]) / 2) * size.height];
  const [rx, ry] = [(Math.abs(a[0] - b[0]) / 2) * size.width, (Math.abs(a[1] - b[1]) / 2) * size.height];
  let [count, mean, squares] = [0, 0, 0];
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let y = Math.max(0, Math.floor(cy - ry)); y < Math.min(size.height, Math.ceil(cy + ry)); y += 1) {
    const half = rx * Math.sqrt(Math.max(0, 1 - ((y + 0.5 - cy) / ry) ** 2));
    const from = Math.max(0, Math.ceil(cx - half - 0.5));
    for (let x = from; x < size.width && x + 0.5 <= cx + half; x += 1) {
      const found = value(x, y);
      count += 1;
      const off = found - mean; // Welford 1962
      mean += off / count;
      squares += off * (found - mean);
      least = Math.min(least, found);
      most = Math.max(most, found);
    }
  }
  return count ? { area, count, mean, sd: Math.sqrt(squares / count), least, most } : { ...none, area };
}

/** Three digits that count, and no more places than are known. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "none";
  const size = Math.abs(value);
  const places = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return value
    .toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places })
    .replace("-", "−")
    .replace(/^−(0(\.0+)?)$/, "$1");
}

/** What lengths are counted in, as the list of measures says it. */
export function unitWords({ spacing, at }: Ground): string {
  if (!spacing) return "in pixels: the spacing is not known";
  if (at === "detector") return "in mm at the detector, larger than in the body";
  return at === "scanned" ? "in mm on the scanned film" : "in mm";
}

/** By what is measured on, then by the shape: its pixels are counted once, however often it is drawn and listed. */
const counted = new WeakMap<Ground, WeakMap<readonly Point[], Statistics>>();

function statisticsOnce(points: readonly Point[], ground: Ground): Statistics {
  const here = counted.get(ground) ?? new WeakMap<readonly Point[], Statistics>();
  const found = here.get(points) ?? statisticsOf(points, ground);
  counted.set(ground, here.set(points, found));
  return found;
}

/** As it stands beside the shape, and in the list: the first line is the figure, the second what lies in an ellipse. */
export function words(measure: Measure, ground: Ground): string[] {
  const unit = ground.spacing ? "mm" : "px";
  if (measure.kind === "length") return [`${figure(lengthOf(measure.points, ground))} ${unit}`];
  if (measure.kind === "angle") return [`${figure(angleOf(measure.points, ground))}°`];
  const { area, count, mean, sd, least, most } = statisticsOnce(measure.points, ground);
  const lines = [`${figure(area)} ${unit}²`];
  if (count) {
    const of = ground.unit ? ` ${ground.unit}` : "";
    lines.push(
      `mean ${figure(mean)}${of}, SD ${figure(sd)}`,
      `${figure(least)} to ${figure(most)}${of}, ${count.toLocaleString("en")} px`,
    );
  }
  return lines;
}
