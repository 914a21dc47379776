/** The number beside a distribution, and the order that it gives the segments. */

import { onScale, signed, sumOf } from "./numbers.ts";
import { isRightOrWrong } from "./scale.ts";
import type { Distribution, Estimate, OfModel, Segment, ViewAnswer } from "./types.ts";
import { isBetterHigh } from "./words.ts";

/** by: "key", "rows", or "value" for the number on show. */
export type Order = { by: string; isDescending: boolean };

const NONE: Estimate = { value: null, low: null, high: null };

/** What can stand beside the distributions: of the score itself, then the metrics; a difference where there are two. */
export function metricsOf(answer: ViewAnswer, models: readonly string[]): string[] {
  const isSaid = (metric: string) =>
    answer.segments.some((segment) => segment.models.some((one) => one.metrics[metric]?.value !== undefined));
  const own = ["median", "mean", ...answer.facts.metrics.filter((metric) => metric !== "mean" && isSaid(metric))];
  return models.length > 1 ? [...own, "difference"] : own;
}

export function estimateOf(segment: Segment, model: string, metric: string): Estimate {
  const one = segment.models.find((each) => each.model === model);
  if (!one) return NONE;
  if (metric === "median") return { ...NONE, value: one.score.quartiles[1] };
  if (metric === "mean") return one.metrics.mean ?? { ...NONE, value: one.score.mean };
  if (metric === "difference") return segment.differences[model] ?? NONE;
  return one.metrics[metric] ?? NONE;
}

/** What somebody chose; else the median, or the mean where the median hides what is worst. */
export function metricShown(answer: ViewAnswer, models: readonly string[], chosen: string): string {
  if (metricsOf(answer, models).includes(chosen)) return chosen;
  return isRightOrWrong(answer.score) || hidesWorst(answer, models) ? "mean" : "median";
}

const known = ({ counts, above }: Distribution): number => sumOf(counts) + above;

/** The segment in which a model is worst by a number. */
function worstBy(answer: ViewAnswer, model: string, metric: string): number | undefined {
  const sign = answer.facts.lower_is_better ? 1 : -1;
  const told = answer.segments.flatMap((one) => {
    const { value } = estimateOf(one, model, metric);
    return value === null ? [] : [{ key: one.key, badness: sign * value }];
  });
  return told.reduce((a, b) => (b.badness > a.badness ? b : a), told[0] ?? { key: -1, badness: 0 }).key;
}

/** A few rows that are very bad raise the mean of their segment, and leave its median. */
const hidesWorst = (answer: ViewAnswer, models: readonly string[]): boolean =>
  models.some((model) => worstBy(answer, model, "mean") !== worstBy(answer, model, "median"));

/** The model that fails most: by its mean over all rows on show. */
export function worstModel(answer: ViewAnswer): string | null {
  const sign = answer.facts.lower_is_better ? 1 : -1;
  const told = answer.facts.models.flatMap((model) => {
    const own = answer.segments.flatMap((one) => {
      const score = ofModel(one, model)?.score;
      return score && score.mean !== null ? [{ rows: known(score), sum: score.mean * known(score) }] : [];
    });
    const rows = sumOf(own.map((one) => one.rows));
    return rows ? [{ model, badness: (sign * sumOf(own.map((one) => one.sum))) / rows }] : [];
  });
  const [first] = told;
  return first ? told.reduce((a, b) => (b.badness > a.badness ? b : a), first).model : null;
}

/** The span that decides digits: of the score's axis, or of the metric's values. */
export function spanOf(answer: ViewAnswer, metric: string): number {
  const edges = answer.score_edges;
  const axis = (edges.at(-1) ?? 1) - (edges[0] ?? 0);
  if (["median", "mean", "difference"].includes(metric)) return axis;
  const sizes = answer.segments.flatMap(({ models }) => models.map((one) => Math.abs(one.metrics[metric]?.value ?? 0)));
  return Math.max(...sizes, 0) || 1;
}

export function valueText(estimate: Estimate, metric: string, span: number): string {
  if (estimate.value === null) return "–";
  return metric === "difference" ? signed(estimate.value, span) : onScale(estimate.value, span);
}

export function intervalText(estimate: Estimate, metric: string, span: number): string {
  if (estimate.low === null || estimate.high === null) return "";
  const said = (value: number) => (metric === "difference" ? signed(value, span) : onScale(value, span));
  return `${said(estimate.low)} to ${said(estimate.high)}`;
}

/** Segments in the order asked for, by the first model's number; those without one last. */
export function ordered(
  segments: readonly Segment[],
  { by, isDescending }: Order,
  [first, second]: readonly string[],
  metric: string,
): Segment[] {
  const sign = isDescending ? -1 : 1;
  if (by === "key") return [...segments].sort((a, b) => sign * (a.key - b.key));
  if (by === "rows") return [...segments].sort((a, b) => sign * (a.rows - b.rows) || a.key - b.key);
  const model = (metric === "difference" ? second : first) ?? "";
  const value = (segment: Segment) => estimateOf(segment, model, metric).value;
  return [...segments].sort((a, b) => {
    const [one, other] = [value(a), value(b)];
    if (one === null || other === null) return Number(one === null) - Number(other === null) || a.key - b.key;
    return sign * (one - other) || a.key - b.key;
  });
}

/** Whether the least is the worst: of an accuracy, or of a score of which more is better. */
export function isWorstLeast(answer: ViewAnswer, metric: string): boolean {
  if (["median", "mean", "difference"].includes(metric)) return !answer.facts.lower_is_better;
  return isBetterHigh(metric);
}

export const ofModel = (segment: Segment, model: string): OfModel | undefined =>
  segment.models.find((one) => one.model === model);
