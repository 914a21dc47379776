"""Intervals of estimates: what the rows at hand leave open."""

import math
from typing import NamedTuple

from gpu_workers.protocol.rates import normal_quantile, wilson_bounds


class Interval(NamedTuple):
    """An estimate and the bounds between which the true value lies at the given level; NaN where nothing is known."""

    estimate: float
    low: float
    high: float


UNKNOWN = Interval(math.nan, math.nan, math.nan)


def wilson(hits: float, rows: float, level: float = 0.95) -> Interval:
    """The interval of a rate, `hits` of `rows`, as `wilson_bounds` has it. No rows: all NaN."""
    return Interval(hits / rows, *wilson_bounds(hits, rows, level)) if rows else UNKNOWN


def around(estimate: float, error: float, level: float = 0.95) -> Interval:
    """The interval of an estimate that is normal with the standard error `error`."""
    half = normal_quantile(level) * error
    return Interval(float(estimate), float(estimate - half), float(estimate + half))


def effective_rows(weight: float, squares: float) -> float:
    """So many rows that count alike leave as much open as rows with these weights (Kish 1965): (Σ w)² / Σ w².

    weight, squares: the sums of the weights and of their squares. 0 without a weight.
    """
    return weight * weight / squares if squares > 0 else 0.0


def of_mean(rows: float, total: float, squares: float, level: float = 0.95) -> Interval:
    """The interval of a mean from the number of rows, their sum and the sum of their squares.

    By the central limit theorem: meant for a hundred rows or more. No rows: all NaN; one row: no bounds.
    """
    return of_weighted_mean((rows, total), (rows, total, squares), level)


def of_weighted_mean(sums: tuple[float, float], squared: tuple[float, float, float], level: float = 0.95) -> Interval:
    """The interval of Σ wx / Σ w of rows with weights, by linearisation (Binder 1983): the variance is
    Σ w² (x − mean)² / ((Σ w)² − Σ w²), which is that of a plain mean where all weights are the same.

    sums: Σ w and Σ wx; squared: Σ w², Σ w² x and Σ w² x². No weight: all NaN; one row: no bounds.
    """
    (weight, total), (ones, once, twice) = sums, squared
    if weight == 0:
        return UNKNOWN
    mean = total / weight
    free = weight * weight - ones
    if free <= 1e-12 * weight * weight:
        return Interval(float(mean), math.nan, math.nan)
    spread = max(twice - 2 * mean * once + mean * mean * ones, 0.0)
    return around(mean, math.sqrt(spread / free), level)
