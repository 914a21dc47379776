/** One feature's histogram: where its bars stand, what each is called, and the condition that each means. */

import { categoryName } from "./hexagons.ts";
import { hasWeights, massOf } from "./mass.ts";
import { count, moment, plain, share, sumOf } from "./numbers.ts";
import type { Condition, Feature } from "./types.ts";

/** What the worker calls the categories that are too rare for a bar of their own. */
export const OTHER = "other";
const GAP = 10;

export type Bar = { x: number; width: number; a: number; b: number; isNull: boolean; index: number };

/** Categories with a bar of their own, where there are many more. */
const MOST = 14;

/** The categories that are most frequent in either group, the rest together, where there are too many to be seen. */
export function folded(feature: Feature): Feature {
  const { categories } = feature;
  const [massA, massB] = [massOf(feature, "a"), massOf(feature, "b")];
  if (categories.length <= MOST + 6 || feature.kind === "place") return feature;
  const share = (i: number) => Math.max((massA[i] ?? 0) / (sumOf(massA) || 1), (massB[i] ?? 0) / (sumOf(massB) || 1));
  const named = categories.map((_, i) => i).filter((i) => categories[i] !== OTHER);
  const kept = new Set(named.sort((i, k) => share(k) - share(i)).slice(0, MOST));
  const places = categories.map((_, i) => i);
  const own = places.filter((i) => kept.has(i));
  const rest = places.filter((i) => !kept.has(i));
  const fold = (rows: readonly number[]) => [
    ...own.map((i) => rows[i] ?? 0),
    sumOf(rest.map((i) => rows[i] ?? 0)),
    rows[categories.length] ?? 0,
  ];
  return {
    ...feature,
    categories: [...own.map((i) => categories[i] ?? ""), OTHER],
    a: fold(feature.a),
    b: fold(feature.b),
    ...(hasWeights(feature) ? { weights_a: fold(massA), weights_b: fold(massB) } : {}),
  };
}

export const isNumeric = (feature: Feature): boolean => feature.edges.length > 1;
export const sourceOf = (feature: Feature): string => `feature:${feature.name}`;

/**
 * Bars side by side over a width, heights 0 … 1. Bins stand side by side as equals: the worker makes them equally wide,
 * but for the two outermost, which hold all beyond, or gives each of a few values one. The nulls stand apart at the
 * end, where there are any.
 */
export function barsOf(feature: Feature, width: number): Bar[] {
  const bins = feature.a.length - 1;
  const [massA, massB] = [massOf(feature, "a"), massOf(feature, "b")];
  const [a, b] = [sumOf(massA) || 1, sumOf(massB) || 1];
  const hasNulls = (feature.a[bins] ?? 0) > 0 || (feature.b[bins] ?? 0) > 0;
  const end = hasNulls ? Math.max(16, width / (Math.min(bins, 12) + 1)) : 0;
  const wide = (width - (hasNulls ? end + GAP : 0)) / Math.max(1, bins);
  const bar = (index: number, x: number, own: number): Bar => ({
    x,
    width: own,
    a: (massA[index] ?? 0) / a,
    b: (massB[index] ?? 0) / b,
    isNull: index === bins,
    index,
  });
  const bars = Array.from({ length: bins }, (_, i) => bar(i, i * wide, wide));
  if (hasNulls) bars.push(bar(bins, width - end, end));
  const top = Math.max(...bars.flatMap((one) => [one.a, one.b])) || 1;
  return bars.map((one) => ({ ...one, a: one.a / top, b: one.b / top }));
}

const spanOf = (feature: Feature): number => (feature.edges.at(-1) ?? 0) - (feature.edges[0] ?? 0);

export function edgeText(feature: Feature, edge: number): string {
  return feature.kind === "time" ? moment(edge, spanOf(feature)) : plain(Number(edge.toPrecision(4)));
}

/** What stands below the first and the last bin: the ends, or where the outermost bins, which are wider, begin. */
export function endsOf({ edges, ...feature }: Feature): [string, string] {
  const one = { ...feature, edges };
  const bins = edges.length - 1;
  const wide = (i: number) => (edges[i + 1] ?? 0) - (edges[i] ?? 0);
  const inner = wide(1);
  const isCut = (i: number) => bins > 3 && wide(i) > 1.5 * inner && Math.abs(wide(bins - 2) - inner) < 0.01 * inner;
  const low = isCut(0) ? `< ${edgeText(one, edges[1] ?? 0)}` : edgeText(one, edges[0] ?? 0);
  return [low, isCut(bins - 1) ? `≥ ${edgeText(one, edges[bins - 1] ?? 0)}` : edgeText(one, edges[bins] ?? 0)];
}

export function barName(feature: Feature, index: number): string {
  if (index === feature.a.length - 1) return "missing";
  if (!isNumeric(feature)) return categoryName(feature.categories[index] ?? "");
  return `${edgeText(feature, feature.edges[index] ?? 0)} to ${edgeText(feature, feature.edges[index + 1] ?? 0)}`;
}

/** Name, then rows and share in A and in B: what the read-out says, and a screen reader. */
export function barRead(feature: Feature, index: number) {
  const of = (side: "a" | "b") => {
    const mass = massOf(feature, side);
    return { count: count(feature[side][index] ?? 0), share: share(mass[index] ?? 0, sumOf(mass)) };
  };
  return { name: barName(feature, index), a: of("a"), b: of("b") };
}

/** The condition of bars: bins from one to another, or categories; the outer bins hold all beyond them. */
export function conditionOf(feature: Feature, chosen: readonly number[]): Condition | null {
  const column = feature.name;
  const nulls = feature.a.length - 1;
  const bars = [...new Set(chosen)].sort((x, y) => x - y);
  if (!bars.length) return null;
  const isMissing = bars.includes(nulls);
  const known = bars.filter((bar) => bar !== nulls);
  const parts: Condition[] = known.length ? knownParts(feature, known) : [];
  if (isMissing) parts.push({ column, null: true });
  return parts.length === 1 ? (parts[0] as Condition) : { any: parts };
}

function knownParts(feature: Feature, bars: readonly number[]): Condition[] {
  const column = feature.name;
  if (isNumeric(feature)) return runs(bars).map(([first, last]) => binRange(feature, first, last));
  const names = bars.map((bar) => feature.categories[bar] ?? "");
  const isRest = names.includes(OTHER) && feature.categories.at(-1) === OTHER;
  if (!isRest) return [{ column, in: names }];
  const left = feature.categories.filter((name) => !names.includes(name) && name !== OTHER);
  return [{ column, not_in: left }];
}

function binRange(feature: Feature, first: number, last: number): Condition {
  const { edges, name: column } = feature;
  const where: Condition = { column };
  if (first > 0) where.low = edges[first] ?? 0;
  if (last < edges.length - 2) where.high = edges[last + 1] ?? 0;
  return where;
}

function runs(bars: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const bar of bars) {
    const last = found.at(-1);
    if (last && last[1] === bar - 1) last[1] = bar;
    else found.push([bar, bar]);
  }
  return found;
}

/** Which bars a clause of this feature means. */
export function barsIn(feature: Feature, where: Condition | null): ReadonlySet<number> {
  const found = new Set<number>();
  for (const part of where?.any ?? (where ? [where] : [])) {
    if (part.column !== feature.name) continue;
    const nulls = feature.a.length - 1;
    if (part.null) found.add(nulls);
    for (let bar = 0; bar < nulls; bar++) if (!part.null && isIn(feature, part, bar)) found.add(bar);
  }
  return found;
}

function isIn(feature: Feature, part: Condition, bar: number): boolean {
  if (!isNumeric(feature)) {
    const name = feature.categories[bar] ?? "";
    if (part.in) return part.in.includes(name);
    return part.not_in ? !part.not_in.includes(name) : false;
  }
  if (part.in || part.not_in) return false;
  const [from, to] = [feature.edges[bar] ?? 0, feature.edges[bar + 1] ?? 0];
  return (part.low === undefined || from >= part.low) && (part.high === undefined || to <= part.high);
}
