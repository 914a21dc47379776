/** How much something holds: rows, or their weights where rows count by these. */

import type { Feature, Segment } from "./types.ts";

export const hasWeights = (feature: Feature): boolean => Boolean(feature.weights_a?.length);

/** Of each bar of a feature, and last of the nulls. */
export const massOf = (feature: Feature, side: "a" | "b"): number[] =>
  (hasWeights(feature) ? feature[`weights_${side}`] : null) ?? feature[side];

export const massOfSegment = (segment: Segment): number => segment.weight ?? segment.rows;
