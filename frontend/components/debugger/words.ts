/** How the things of the debugger are called. */

import { written } from "./conditions.ts";
import { categoryName, withNames } from "./hexagons.ts";
import { isNextAbove } from "./next.ts";
import { count, plain } from "./numbers.ts";
import type { Column, Condition, Facts, Measure, Segmentation } from "./types.ts";

const SCORES: Record<string, string> = {
  log_loss: "Log loss",
  brier: "Brier score",
  zero_one: "Wrong or right",
  margin: "Margin",
  entropy: "Entropy",
  absolute_error: "Absolute error",
  squared_error: "Squared error",
  signed_error: "Signed error",
};

export function scoreName(score: string): string {
  if (score.startsWith("=")) return score.replace(/^=\s*/, "");
  return SCORES[score] ?? title(score);
}

/** For the axis and the read-out, within a sentence. */
export const lowerCase = (name: string): string =>
  /^[A-Z][a-z]/.test(name) ? name[0]?.toLowerCase() + name.slice(1) : name;

const METRICS: Record<string, string> = {
  median: "Median",
  mean: "Mean",
  difference: "Difference",
  accuracy: "Accuracy",
  auroc: "AUROC",
  f1: "F1",
  ece: "ECE",
  rmse: "RMSE",
  mae: "MAE",
  r2: "R²",
  r_squared: "R²",
};
export const metricName = (metric: string): string => METRICS[metric] ?? title(metric);
/** Of these more is better; of all others less, or nothing is said. */
export const isBetterHigh = (metric: string): boolean =>
  ["accuracy", "auroc", "f1", "r2", "r_squared"].includes(metric);

export const MEASURES: Record<Measure, { name: string; note: string }> = {
  jensen_shannon: {
    name: "Jensen–Shannon",
    note: "Jensen–Shannon divergence of each feature in nats, 0 alike to 0.69 (ln 2) apart",
  },
  kl: { name: "Kullback–Leibler", note: "Kullback–Leibler divergence of A from B" },
  kl_corrected: {
    name: "KL, corrected for few rows",
    note: "Kullback–Leibler divergence of A from B, less what chance adds",
  },
  kl_manifold: { name: "KL, as in Manifold", note: "Kullback–Leibler divergence in the form that Manifold has" },
  stability_index: {
    name: "Stability index (PSI)",
    note: "Population stability index: above 0.25 the groups differ much",
  },
  wasserstein: { name: "Wasserstein", note: "Wasserstein distance, in the feature's standard deviations" },
  kolmogorov_smirnov: { name: "Kolmogorov–Smirnov", note: "Greatest distance of the two distribution functions" },
};

export function title(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** A long name by its beginning and its end: those of a series differ at the end. */
export function inShort(name: string, most = 36): string {
  if (name.length <= most) return name;
  const head = Math.floor(most * 0.45);
  return `${name.slice(0, head).trimEnd()}… ${name.slice(head - most + 2).trimStart()}`;
}

const EDGE = /[\s_.,:;/-]/;

/** Of each name what tells it from those that begin alike, with as much around it as there is room for. */
export function shortNames(names: readonly string[], most = 36): ReadonlyMap<string, string> {
  const alike = new Map<string, string[]>();
  for (const name of names) alike.set(name.slice(0, 8), [...(alike.get(name.slice(0, 8)) ?? []), name]);
  const short = (name: string): string => {
    const rivals = (alike.get(name.slice(0, 8)) ?? []).filter((one) => one !== name);
    if (name.length <= most || !rivals.length) return inShort(name, most);
    let from = Math.min(...rivals.map((one) => sharedHead(name, one)));
    let end = Math.min(...rivals.map((one) => sharedTail(name, one, from)));
    while (from > 0 && !EDGE.test(name[from - 1] ?? "")) from--;
    while (end > 0 && !EDGE.test(name[name.length - end] ?? "")) end--;
    const own = inShort(name.slice(from, name.length - end), most - 4);
    const room = most - own.length - 2;
    const head = from <= room * 0.6 ? name.slice(0, from) : `${name.slice(0, Math.floor(room * 0.6))}…`;
    const left = Math.max(0, most - own.length - head.length - 1);
    const tail = end <= left ? name.slice(name.length - end) : left > 2 ? `…${name.slice(name.length - left)}` : "…";
    return `${head}${own}${end ? tail : ""}`;
  };
  return new Map(names.map((name) => [name, short(name)]));
}

/** Letters that two names have in common at their beginning. */
function sharedHead(one: string, other: string): number {
  let n = 0;
  while (n < one.length && one[n] === other[n]) n++;
  return n;
}

/** And at their end, of what follows the first `from`. */
function sharedTail(one: string, other: string, from: number): number {
  const most = Math.min(one.length, other.length) - from;
  let n = 0;
  while (n < most && one[one.length - 1 - n] === other[other.length - 1 - n]) n++;
  return n;
}

export function columnName(name: string): string {
  return name.startsWith("score:") ? `score of ${name.slice("score:".length)}` : name;
}

/** The segmentation in the words of a button. */
export function segmentsName(by: Segmentation): string {
  switch (by.type) {
    case "performance":
      return `${by.count ?? 4}, by performance`;
    case "quantiles":
      return `${by.parts ?? 4} parts of ${columnName(by.column)}`;
    case "column":
      return `By ${by.column}`;
    case "time":
      return `By ${by.every && by.every !== "auto" ? by.every : "time"}, ${by.column}`;
    case "tree":
      return `By rules for ${by.model}`;
    case "conditions":
      return by.segments.length === 1 ? (by.segments[0]?.name ?? "By condition") : `${by.segments.length} slices`;
  }
}

/** What the segmentation does, in a sentence. */
export const SEGMENTATIONS: Record<Segmentation["type"], { name: string; note: string }> = {
  performance: {
    name: "By performance",
    note: "Rows on which the models do alike, found by k-means of their scores. Segment 0 is the best.",
  },
  quantiles: { name: "By equal parts", note: "Equally many rows each, by a number or a model's score." },
  column: { name: "By column", note: "A segment for each category, the most frequent first." },
  time: { name: "By time", note: "A segment for each hour, day, week … in UTC: compare one window with others." },
  tree: { name: "By rules", note: "Leaves of a decision tree that explains a model's score by the features." },
  conditions: {
    name: "By slices",
    note: "Saved slices, or conditions that you write. A row is in the first that it meets.",
  },
};

/** “Segment 0, 2” of the keys; names where the segments have their own. */
export function groupName(keys: readonly number[], names: ReadonlyMap<number, string>, isRest = false): string {
  if (!keys.length) return "empty";
  const own = keys.map((key) => names.get(key) ?? String(key));
  const numbers = own.map((name) => /^Segment (\d+)$/.exec(name)?.[1]);
  if (numbers.every((number) => number !== undefined)) {
    return isRest && keys.length > 6 ? "all others" : numbers.join(", ");
  }
  if (isRest && keys.length > 2) return "all others";
  return own.length > 3 ? `${own.slice(0, 2).join(", ")} and ${own.length - 2} more` : own.join(", ");
}

export function taskName(facts: Facts): string {
  const words = {
    regression: "regression",
    binary: "two classes",
    multiclass: `${facts.classes.length} classes`,
    none: "",
  };
  return words[facts.task];
}

/** What stands over a column of the rows: the score and what a model says have the model beside them. */
export function headingOf(name: string, score: string, columns: readonly Column[], models: readonly string[]): string {
  if (name === "") return "Row";
  if (name === "segment") return "Segment";
  if (name.startsWith("score:")) return `${scoreName(score)}, ${name.slice("score:".length)}`;
  const own = columns.find((one) => one.name === name);
  if (!own || !models.includes(name) || (own.role !== "probability" && own.role !== "prediction")) return name;
  const what = own.of_class ? `${title(own.role)} of ${own.of_class}` : title(own.role);
  return `${what}, ${own.model ?? name}`;
}

/** A clause as a chip says it. */
export function clauseName(where: Condition, times: ReadonlySet<string>): string {
  const { column, low, high } = where;
  if (column !== undefined && times.has(column)) return written(where, times);
  if (column !== undefined && !where.in && !where.not_in && !where.null) {
    const name = columnName(column);
    const [over, upTo] = [low, high].map((bound) => (bound === undefined ? null : isNextAbove(bound)));
    if (typeof over === "number" || typeof upTo === "number") return withNames(written(where, times));
    if (low !== undefined && high !== undefined) return `${name} ${plain(low)} to ${plain(high)}`;
    if (low !== undefined) return `${name} from ${plain(low)}`;
    if (high !== undefined) return `${name} below ${plain(high)}`;
  }
  if (column !== undefined && where.in?.length === 1)
    return `${columnName(column)}: ${categoryName(String(where.in[0]))}`;
  if (column !== undefined && where.in && where.in.length > 3)
    return `${columnName(column)}: ${count(where.in.length)} values`;
  if (column !== undefined && where.in)
    return `${columnName(column)}: ${where.in.map((one) => categoryName(String(one))).join(", ")}`;
  if (column !== undefined && where.null) return `${columnName(column)}: missing`;
  return withNames(written(where, times));
}
