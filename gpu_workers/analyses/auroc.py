"""The area under the ROC curve: how often a row of class 1 scores above one of class 0, ties counting half.

From counts per bin of the score the area is exact where each bin holds one distinct score, and takes pairs within a
bin for ties otherwise: with 1,024 bins it differs in the fourth digit, and no sorting is needed. Intervals are
DeLong's (DeLong, DeLong and Clarke-Pearson 1988), normal, cut at 0 and 1; with no row out of order they have no width.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Array, Counts, Floats, floats, namespace, on_host
from .edges import codes, group_codes
from .intervals import UNKNOWN, Interval, around
from .seams import joint_counts


def auroc_of_counts(negatives: Any, positives: Any, level: float = 0.95, squares: Any = None) -> Interval:
    """The area with its interval from rows of class 0 and of class 1 in each bin, (b,) each, by ascending score.

    Of rows with weights: the sums of these, and squares: the sums of their squares, (2, b), class 0 first. NaN where a
    class has no row; no bounds where one has a single row.
    """
    negatives, positives = np.asarray(negatives, dtype=np.float64), np.asarray(positives, dtype=np.float64)
    if negatives.sum() == 0 or positives.sum() == 0:
        return UNKNOWN
    of_positive, of_negative = placements(negatives, positives)
    area = float((positives * of_positive).sum() / positives.sum())
    of_negatives, of_positives = (negatives, positives) if squares is None else np.asarray(squares, dtype=np.float64)
    variance = _variance(positives, of_positives, of_positive, area)
    variance += _variance(negatives, of_negatives, of_negative, area)
    return _cut(around(area, math.sqrt(variance), level))


def class_counts(target: Any, score: Any, edges: Floats, groups: Any = None, group_count: int = 1) -> Counts:
    """Rows of class 0 and of class 1 in each bin of the score, (group_count, 2, bins), for `auroc_of_counts`.

    target: (n,) of 0 and 1; score: (n,), see `edges`; rows with a null are left out. groups: whole numbers (n,),
    beyond 0..group_count − 1 for a row in none. Counts of parts add up. ValueError: more than 32,767 groups.
    """
    target = floats(target)
    xp = namespace(target)
    held = group_codes(groups, group_count, target).astype(xp.int32)
    sides = xp.where((target == 0) | (target == 1), 2 * held + (target == 1), -1)
    sides = group_codes(sides, 2 * group_count, target)
    counted = joint_counts([codes(score, edges)], [len(edges)], sides, 2 * group_count)
    return counted.reshape(group_count, 2, len(edges))[:, :, :-1]


def auroc(target: Any, score: Any, level: float = 0.95) -> Interval:
    """The exact area with its interval from rows: target (n,) of 0 and 1, score (n,), greater for class 1.

    As scikit-learn's `roc_auc_score`; rows with a null are left out. Sorts: 0.1 s and more for a million rows.
    """
    true, (place,) = _ranked(target, score)
    size = int(place.max(initial=-1)) + 1
    return auroc_of_counts(_by_place(place, ~true, size), _by_place(place, true, size), level)


@dataclass(frozen=True)
class Difference:
    """difference: first − second with its interval. p: of no difference, two-sided; NaN where it cannot be told."""

    difference: Interval
    p: float


def auroc_difference(target: Any, first: Any, second: Any, level: float = 0.95) -> Difference:
    """Whether two models rank the same rows differently well: paired, so what both find hard does not blur it."""
    true, places = _ranked(target, first, second)
    positives, negatives = int(true.sum()), int((~true).sum())
    if positives == 0 or negatives == 0:
        return Difference(UNKNOWN, math.nan)
    apart_positive, apart_negative = np.zeros(positives), np.zeros(negatives)
    for place, sign in zip(places, (1, -1), strict=True):
        size = int(place.max()) + 1
        of_positive, of_negative = placements(_by_place(place, ~true, size), _by_place(place, true, size))
        apart_positive += sign * of_positive[place[true]]
        apart_negative += sign * of_negative[place[~true]]
    estimate = float(apart_positive.mean())
    if positives < 2 or negatives < 2:
        return Difference(Interval(estimate, math.nan, math.nan), math.nan)
    error = math.sqrt(apart_positive.var(ddof=1) / positives + apart_negative.var(ddof=1) / negatives)
    p = math.erfc(abs(estimate) / error / math.sqrt(2)) if error > 0 else (1.0 if estimate == 0 else 0.0)
    return Difference(around(estimate, error, level), p)


def placements(negatives: Floats, positives: Floats) -> tuple[Floats, Floats]:
    """By bin: the share of negatives that a positive beats, and of positives that beat a negative; ties half."""
    below = np.cumsum(negatives) - negatives / 2
    above = positives.sum() - np.cumsum(positives) + positives / 2
    return below / negatives.sum(), above / positives.sum()


def _variance(weights: Floats, squares: Floats, placements: Floats, area: float) -> float:
    """Of the mean placement, as `of_weighted_mean`; where all rows count alike the squares are the weights."""
    free = weights.sum() ** 2 - squares.sum()
    if free <= 1e-12 * weights.sum() ** 2:
        return math.nan
    return float((squares * (placements - area) ** 2).sum() / free)


def _cut(interval: Interval) -> Interval:
    if math.isnan(interval.low):
        return interval
    return Interval(interval.estimate, max(interval.low, 0.0), min(interval.high, 1.0))


def _ranked(target: Any, *scores: Any) -> tuple[Array, list[Array]]:
    """Which rows are of class 1, and for each score the number of its distinct value; without rows with nulls."""
    target, columns = floats(target), [floats(score) for score in scores]
    xp = namespace(target, *columns)
    known = (target == 0) | (target == 1)
    for column in columns:
        known &= ~xp.isnan(column)
    places = [on_host(xp.unique(column[known], return_inverse=True)[1]) for column in columns]
    return on_host(target[known] == 1), places


def _by_place(place: Array, chosen: Array, size: int) -> Floats:
    counts: Counts = np.bincount(place[chosen], minlength=size)
    return counts.astype(np.float64)
