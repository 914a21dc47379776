"""Rows that count for more than one, or for less: how models do in groups of rows with weights.

A weight says how many rows of the population a row stands for. Estimates are sums of weights; what they leave open
comes from the spread of the rows and of the weights (`intervals.of_weighted_mean`). Where all weights are the same, all
of it is what `performance` gives without them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Array, Floats, namespace
from .blocks import over_parts
from .edges import group_codes
from .intervals import Interval, of_weighted_mean
from .performance import CodedScores, Performance
from .seams import group_sums, joint_sums


@dataclass(frozen=True, eq=False)
class WeightedPerformance(Performance):
    """counts: Σ w of the rows in each bin; known: Σ w of those whose score is finite; sums, squares: Σ wx, Σ wx².

    squared: (3, models, groups) Σ w², Σ w² x and Σ w² x².
    """

    squared: Floats

    def mean(self, model: int, group: int, level: float = 0.95) -> Interval:
        """The weighted mean score of the rows that have one."""
        held = (self.known[model, group], self.sums[model, group])
        ones, once, twice = self.squared[:, model, group]
        return of_weighted_mean(held, (ones, once, twice), level)


def weighted_performance(
    scores: CodedScores, weights: Array, groups: Any = None, group_count: int = 1
) -> WeightedPerformance:
    """weights: float (n,), 0 and more. groups: as of `performance`."""
    groups = group_codes(groups, group_count, scores.values[0])
    bins = len(scores.edges)
    summed = joint_sums(weights, scores.codes, [bins] * len(scores.codes), groups, group_count)
    counts: Any = summed.reshape(group_count, len(scores.codes), bins).transpose(1, 0, 2)
    known, sums, squares, *squared = np.stack([_sums(x, weights, groups, group_count) for x in scores.values], 1)
    return WeightedPerformance(scores.edges, counts, known, sums, squares, np.stack(squared))


def weighted_means(
    values: Array, weights: Array, groups: Any = None, group_count: int = 1, level: float = 0.95
) -> list[Interval]:
    """Of each group the weighted mean of the finite values, (n,), with its interval."""
    found = _sums(values, weights, group_codes(groups, group_count, values), group_count)
    return [
        of_weighted_mean((found[0, group], found[1, group]), (found[3, group], found[4, group], found[5, group]), level)
        for group in range(group_count)
    ]


def _sums(values: Array, weights: Array, groups: Array, group_count: int) -> Floats:
    """Σ w, Σ wx, Σ wx², Σ w², Σ w² x and Σ w² x² of the rows with a finite value, (6, group_count)."""

    def of(values: Array, weights: Array, groups: Array) -> Floats:
        xp = namespace(groups)
        finite = xp.isfinite(values)
        held = xp.where(finite, groups, groups.dtype.type(group_count))
        x = xp.where(finite, values, 0).astype(xp.float64)
        w = weights.astype(xp.float64)
        columns: Sequence[Array] = [w, w * x, w * x * x]
        return group_sums([*columns, *(w * column for column in columns)], held, group_count)

    total: Floats = sum(over_parts(of, values, weights, groups), np.zeros((6, group_count)))
    return total
