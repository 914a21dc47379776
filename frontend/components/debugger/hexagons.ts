/** A feature of places: its cells on a flat map, what each is called, and which lies next to which. Pure. */

import { massOf } from "./mass.ts";
import { sumOf } from "./numbers.ts";
import type { Column, Feature } from "./types.ts";

/** H3's index of a cell, as the worker writes it. */
const INDEX = /^8[0-9a-f]{14}$/;
const KM_OF_A_DEGREE = 111.2;
/** So many rows, dealt to both groups alike, are counted to each cell's own: what few rows say is drawn towards “alike”. */
const CALM = 10;

export type Point = readonly [number, number];
export type Cell = {
  /** The number of its category. */
  index: number;
  corners: Point[];
  middle: Point;
  /** How the shares compare: 0 where it is B's alone, 6 where A's. */
  shade: number;
};
/** From degrees to pixels: equally wide degrees, shrunk as at the middle latitude; longitudes about the middle one. */
export type Flat = {
  middle: number;
  west: number;
  north: number;
  wide: number;
  tall: number;
  width: number;
  height: number;
};

/** What latitude and longitude together are called as a column, as the worker does; null where there are not both. */
export function placeOf(columns: readonly Column[]): Column | null {
  const first = (role: string) => columns.find((one) => one.role === role && ["number", "time"].includes(one.kind));
  const [lat, lon] = [first("lat"), first("lon")];
  if (!lat || !lon) return null;
  const isTaken = columns.some((one) => one.name === "place" && one.kind !== "vector");
  const name = isTaken ? `place of ${lat.name} and ${lon.name}` : "place";
  return { name, kind: "category", role: "feature" };
}

export const isPlace = (feature: Feature): boolean => feature.kind === "place";

// ---- names ----

/** Middles of the cells that an answer showed: by these they are called wherever their index stands. */
const seen = new Map<string, string>();

export function remember(features: readonly Feature[]): void {
  for (const one of features)
    one.outlines?.forEach((outline, i) => {
      if (outline.length) seen.set(one.categories[i] ?? "", nameOf(outline));
    });
}

/** A category as people read it: a cell by where its middle is. */
export function categoryName(category: string): string {
  if (!INDEX.test(category)) return category;
  return seen.get(category) ?? `hexagon ${category.replace(/f+$/, "")}`;
}

/** The same in a condition's text, where the index stands in quotes. */
export const withNames = (text: string): string =>
  text.replace(/"(8[0-9a-f]{14})"/g, (_, index: string) => categoryName(index));

export function nameOf(outline: readonly number[]): string {
  const [lon, lat] = middleOf(cornersOf(outline));
  const tall = Math.max(...outline.filter((_, i) => i % 2)) - Math.min(...outline.filter((_, i) => i % 2));
  const digits = tall > 1 ? 1 : tall > 0.05 ? 2 : 3;
  const said = (degrees: number, [plus, minus]: readonly [string, string]) =>
    `${Math.abs(degrees).toFixed(digits)}° ${degrees >= 0 ? plus : minus}`;
  return `${said(lat, ["N", "S"])} ${said(lon, ["E", "W"])}`;
}

// ---- on the map ----

/** Corners side by side, none a turn of the Earth away from the first. */
function cornersOf(outline: readonly number[]): Point[] {
  const first = outline[0] ?? 0;
  return Array.from({ length: outline.length / 2 }, (_, i) => [
    about(outline[2 * i] ?? 0, first),
    outline[2 * i + 1] ?? 0,
  ]);
}

function middleOf(corners: readonly Point[]): Point {
  const mean = (at: 0 | 1) => corners.reduce((sum, one) => sum + one[at], 0) / (corners.length || 1);
  return [about(mean(0), 0), mean(1)];
}

/** The longitude within half a turn of another. */
const about = (lon: number, other: number): number => other + ((((lon - other + 180) % 360) + 360) % 360) - 180;

/** From B's alone to A's alone: how many times the share in one group is that in the other. */
const STEPS = [1 / 4, 1 / 2, 1 / 1.25, 1.25, 2, 4];
export const SHADES = [
  "4 times and more in B",
  "2 to 4 in B",
  "more in B",
  "alike",
  "more in A",
  "2 to 4 in A",
  "4 times and more in A",
];

export function shadeOf(a: number, b: number): number {
  if (!a && !b) return 3;
  const times = b ? a / b : Number.POSITIVE_INFINITY;
  return STEPS.filter((step) => times >= step).length;
}

/** Those that have rows in one of the groups. */
export function cellsOf(feature: Feature): Cell[] {
  const [massA, massB] = [massOf(feature, "a"), massOf(feature, "b")];
  const [a, b] = [sumOf(massA) || 1, sumOf(massB) || 1];
  const calm = CALM / (sumOf(feature.a) + sumOf(feature.b) || 1);
  return (feature.outlines ?? []).flatMap((outline, index) => {
    const [inA, inB] = [feature.a[index] ?? 0, feature.b[index] ?? 0];
    if (!outline.length || inA + inB === 0) return [];
    const corners = cornersOf(outline);
    const shade = shadeOf((massA[index] ?? 0) / a + calm, (massB[index] ?? 0) / b + calm);
    return [{ index, corners, middle: middleOf(corners), shade }];
  });
}

const SPARE = 0.06;

/** All cells within a width, and a height that they need, at most. Null without cells. */
export function flatOf(cells: readonly Cell[], width: number, highest: number): Flat | null {
  if (!cells.length) return null;
  const middle = middleLongitude(cells.map((one) => one.middle[0]));
  const points = cells.flatMap((one) => one.corners.map(([lon, lat]): Point => [about(lon, middle), lat]));
  const ends = (at: 0 | 1) => [Math.min(...points.map((one) => one[at])), Math.max(...points.map((one) => one[at]))];
  const [west = 0, east = 0] = ends(0);
  const [south = 0, north = 0] = ends(1);
  const shrink = Math.max(0.2, Math.cos((((south + north) / 2) * Math.PI) / 180));
  const [across, up] = [(east - west) * shrink * (1 + 2 * SPARE), (north - south) * (1 + 2 * SPARE)];
  const height = Math.round(Math.min(highest, Math.max(highest * 0.5, (up * width) / across)));
  const tall = Math.min(width / across, height / up);
  return {
    middle,
    wide: tall * shrink,
    tall,
    west: (west + east) / 2 - width / (2 * tall * shrink),
    north: (south + north) / 2 + height / (2 * tall),
    width,
    height,
  };
}

/** The middle of the shortest arc that holds all of them: the widest gap lies opposite. */
function middleLongitude(all: readonly number[]): number {
  const ordered = [...all].sort((one, other) => one - other);
  let [gap, first] = [-1, 0];
  ordered.forEach((lon, i) => {
    const next = ordered[i + 1] ?? (ordered[0] ?? 0) + 360;
    if (next - lon > gap) [gap, first] = [next - lon, next];
  });
  return about(first + (360 - gap) / 2, 0);
}

export const placed = (flat: Flat, [lon, lat]: Point): Point => [
  (about(lon, flat.middle) - flat.west) * flat.wide,
  (flat.north - lat) * flat.tall,
];

export function pathOf(flat: Flat, { corners }: Cell): string {
  const [first = [0, 0]] = corners;
  const [x] = placed(flat, first);
  const turn = 360 * flat.wide;
  const points = corners.map((one) => {
    const [px, py] = placed(flat, one);
    return [px - turn * Math.round((px - x) / turn), py];
  });
  return `M${points.map((one) => one.map((each) => each?.toFixed(1)).join(",")).join("L")}Z`;
}

/** Lines of the world, as far as they cross the map. */
export function linesOf(flat: Flat, lines: readonly Point[][]): string {
  const isNear = ([x, y]: Point) => x > -flat.width && x < 2 * flat.width && y > -flat.height && y < 2 * flat.height;
  let path = "";
  for (const line of lines) {
    const points = line.map((one) => placed(flat, one));
    let last: Point | null = null;
    for (const [i, point] of points.entries()) {
      const before = points[i - 1];
      const isTorn = !before || Math.abs(point[0] - before[0]) > 180 * flat.wide;
      if (isTorn || !(isNear(point) || isNear(before))) {
        last = null;
        continue;
      }
      if (!last) path += `M${before[0].toFixed(1)},${before[1].toFixed(1)}`;
      path += `L${point[0].toFixed(1)},${point[1].toFixed(1)}`;
      last = point;
    }
  }
  return path;
}

/** A round distance, and how many pixels it is at the middle latitude. */
export function distanceOf(flat: Flat, widest: number): { km: number; pixels: number } {
  const kmOfPixel = KM_OF_A_DEGREE / flat.tall;
  const most = widest * kmOfPixel;
  const power = 10 ** Math.floor(Math.log10(most));
  const km = power * ([5, 2, 1].find((one) => one * power <= most) ?? 1);
  return { km, pixels: km / kmOfPixel };
}

/** The cell next to one in the direction of an arrow key: the nearest within an eighth of a turn to either side. */
export function neighbourOf(feature: Feature, index: number, key: string): number | null {
  const cells = cellsOf(feature);
  const from = cells.find((one) => one.index === index);
  const flat = flatOf(cells, 1000, 1000);
  const direction = ({ ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] } as const)[key];
  if (!from || !flat || !direction) return null;
  const [x, y] = placed(flat, from.middle);
  let best: { index: number; far: number } | null = null;
  for (const cell of cells) {
    const [cx, cy] = placed(flat, cell.middle);
    const along = (cx - x) * direction[0] + (cy - y) * direction[1];
    const aside = Math.abs((cx - x) * direction[1] + (cy - y) * direction[0]);
    const far = along + aside;
    if (cell !== from && along > 0 && aside <= along * 1.01 && (!best || far < best.far))
      best = { index: cell.index, far };
  }
  return best?.index ?? null;
}

/** Lines of a TopoJSON's arcs: each point is told by its step from the one before, in steps of a grid. */
export function decoded(
  arcs: readonly (readonly (readonly number[])[])[],
  { scale, translate }: { scale: readonly number[]; translate: readonly number[] },
): Point[][] {
  const at = (axis: 0 | 1, steps: number) => steps * (scale[axis] ?? 1) + (translate[axis] ?? 0);
  return arcs.map((arc) => {
    let [x, y] = [0, 0];
    return arc.map(([dx = 0, dy = 0]) => {
      x += dx;
      y += dy;
      return [at(0, x), at(1, y)] as const;
    });
  });
}
