/** The question as it changes under a hand: pure, each step a new `View`. */

import type { Clause, Column, Condition, Group, Rows, Segmentation, View } from "./types.ts";

export const PAGE_OF_FEATURES = 40;
export const PAGE_OF_ROWS = 50;
/** Features in one answer at most. */
export const MOST_FEATURES = 200;

/** Models in the columns' order, which is the order of their colours where the answer does not say another. */
export function modelsOf(columns: readonly Column[]): string[] {
  const named = columns.flatMap((one) =>
    one.role === "prediction" || one.role === "probability" ? [one.model ?? ""] : [],
  );
  return [...new Set(named)].filter(Boolean);
}

/** What the server scores by where nothing is said. */
export function usualScore(columns: readonly Column[]): string {
  if (columns.some((one) => one.role === "probability")) return "log_loss";
  return columns.some((one) => one.role === "label" && one.kind === "number") ? "absolute_error" : "zero_one";
}

/** What is asked first: the usual score, four segments, and the worst rows of group A. */
export function firstView(columns: readonly Column[]): View {
  const [model] = modelsOf(columns);
  return {
    type: "view",
    models: [],
    score: "",
    segments: { type: "performance", count: 4 },
    clauses: [],
    a: [],
    b: [],
    measure: "jensen_shannon",
    named: "",
    first_feature: 0,
    features: PAGE_OF_FEATURES,
    rows: { first: 0, count: PAGE_OF_ROWS, sort: model ? `score:${model}` : "", descending: true, of: "a" },
    positive: null,
  };
}

export function whole(part: Partial<View> | null, columns: readonly Column[]): View {
  const first = firstView(columns);
  const rows = part?.rows === null ? null : { ...(first.rows as Rows), ...part?.rows };
  return { ...first, ...part, type: "view", rows };
}

/** Only what differs from the first view: what a link holds. */
export function short(view: View, columns: readonly Column[]): Partial<View> {
  const first = firstView(columns);
  const kept = (Object.keys(view) as (keyof View)[]).filter((key) => !same(view[key], first[key]));
  const part: Partial<View> = Object.fromEntries(kept.map((key) => [key, view[key]]));
  if (part.rows && first.rows) {
    const usual = first.rows;
    const own = Object.entries(part.rows).filter(([key, value]) => value !== usual[key as keyof Rows]);
    part.rows = Object.fromEntries(own) as Rows;
  }
  return part;
}

/** One text for equal data, whatever the order of the keys; what is undefined is left out. */
export function canonical(data: unknown): string {
  return JSON.stringify(data, (_, value: unknown) =>
    value && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

export const same = (one: unknown, other: unknown): boolean => canonical(one) === canonical(other);

/** Two views that differ in what is listed alone: turning a page is no step to undo, nor is looking for a name. */
export function onlyListsDiffer(one: View, other: View): boolean {
  const bare = (view: View) => ({ ...view, rows: null, named: "", first_feature: 0, features: 0 });
  return same(bare(one), bare(other));
}

/** Features with a part of a name, from the first one on. */
export const withNamed = (view: View, named: string): View => ({
  ...view,
  named,
  first_feature: 0,
  features: PAGE_OF_FEATURES,
});

/** Any change but one of the rows begins them anew. */
function changed(view: View, change: Partial<View>): View {
  return { ...view, rows: view.rows && { ...view.rows, first: 0 }, ...change };
}

/** Models on show, in order; the rows stay sorted by the first one's score where they were, or its own model left. */
export function withModels(view: View, models: string[], all: readonly string[]): View {
  const sort = view.rows?.sort ?? "";
  const before = (view.models.length ? view.models : all)[0] ?? "";
  const isLeft = namesScore({ column: sort }) && !models.includes(sort.slice("score:".length));
  const rows =
    view.rows && (isLeft || sort === `score:${before}`)
      ? { ...view.rows, first: 0, sort: `score:${models[0] ?? ""}` }
      : view.rows;
  const clauses = view.clauses.filter(
    ({ where }) => !where.column?.startsWith("score:") || models.includes(where.column.slice("score:".length)),
  );
  return changed(view, { models: same(models, all) ? [] : models, rows, clauses });
}

/** Bounds on the score before mean nothing on another; groups of k-means of it are others too. */
export function withScore(view: View, score: string, isHigherBetter: boolean): View {
  const clauses = view.clauses.filter(({ where }) => !namesScore(where));
  const rows = view.rows && { ...view.rows, first: 0, descending: !isHigherBetter };
  const isByScore = namesScore({ column: "column" in view.segments ? view.segments.column : "score:" });
  const groups = isByScore && view.segments.type !== "conditions" ? { a: [], b: [] } : {};
  return changed(view, { score, clauses, rows, ...groups });
}

export function namesScore(where: Condition): boolean {
  return where.column?.startsWith("score:") || [...(where.all ?? []), ...(where.any ?? [])].some(namesScore);
}

export function withSegments(view: View, segments: Segmentation): View {
  const clauses = view.clauses.filter(({ where }) => where.column !== "segment");
  return changed(view, { segments, clauses, a: [], b: [] });
}

/** One clause for each source: a newer one takes the older's place, null takes it away. */
export function withClause(view: View, source: string, where: Condition | null): View {
  const others = view.clauses.filter((clause) => clause.source !== source);
  const clauses: Clause[] = where ? [...others, { source, where }] : others;
  return changed(view, { clauses });
}

const WRITTEN = "manual";

/** One clause more, of those that are written: each stands by itself. */
export function withWritten(view: View, where: Condition): View {
  if (view.clauses.some((clause) => clause.source.startsWith(WRITTEN) && same(clause.where, where))) return view;
  const taken = new Set(view.clauses.map(({ source }) => source));
  let source = WRITTEN;
  for (let n = 2; taken.has(source); n++) source = `${WRITTEN}:${n}`;
  return withClause(view, source, where);
}

export const withoutClauses = (view: View): View => changed(view, { clauses: [] });

export const clauseOf = (view: View, source: string): Condition | null =>
  view.clauses.find((clause) => clause.source === source)?.where ?? null;

/**
 * A segment put into a group, or taken out of it. Where B is all others, what leaves A joins it, and `b` stays empty.
 * Null where group A would be left without a segment.
 */
export function withGroup(
  view: View,
  shown: { a: Group; b: Group },
  keys: readonly number[],
  key: number,
  group: "a" | "b",
): View | null {
  const sides = { a: new Set(shown.a.keys), b: new Set(shown.b.keys) };
  const other = group === "a" ? "b" : "a";
  const isRest = sides.a.size + sides.b.size === keys.length;
  if (group === "a" && sides.a.has(key) && isRest) return withGroup(view, shown, keys, key, "b");
  if (sides[group].has(key)) sides[group].delete(key);
  else sides[group].add(key);
  sides[other].delete(key);
  if (!sides.a.size) return null;
  const a = keys.filter((one) => sides.a.has(one));
  const b = keys.filter((one) => sides.b.has(one));
  if (!b.length) return null;
  return changed(view, { a, b: a.length + b.length === keys.length ? [] : b });
}

export function withRows(view: View, change: Partial<Rows>): View {
  const rows = view.rows ?? (firstView([]).rows as Rows);
  return { ...view, rows: { ...rows, first: 0, ...change } };
}

/** Sorted by a column; by the same one again the other way round. */
export function sortedBy(view: View, column: string): View {
  const isSame = view.rows?.sort === column;
  return withRows(view, { sort: column, descending: isSame ? !view.rows?.descending : true });
}

/** Segments of conditions; the first is what is looked into. */
export function comparing(view: View, name: string, where: Condition): View {
  return { ...withSegments(view, { type: "conditions", segments: [{ name, where }] }), a: [0], b: [] };
}
