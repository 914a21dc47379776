"""Intervals of estimates: what the rows at hand leave open."""

import math
from statistics import NormalDist
from typing import NamedTuple


class Interval(NamedTuple):
    """An estimate and the bounds between which the true value lies at the given level; NaN where nothing is known."""

    estimate: float
    low: float
    high: float


UNKNOWN = Interval(math.nan, math.nan, math.nan)


def normal_quantile(level: float) -> float:
    """How many standard errors to each side hold a share `level`: 1.96 for 0.95. ValueError: not between 0 and 1."""
    if not 0 < level < 1:
        raise ValueError("The level of an interval lies between 0 and 1.")
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(hits: float, rows: float, level: float = 0.95) -> Interval:
    """The interval of a rate, `hits` of `rows` (Wilson 1927), within 0..1 and honest for few rows and rates near 0.

    As statsmodels' proportion_confint(method="wilson"). No rows: all NaN.
    """
    if rows == 0:
        return UNKNOWN
    z = normal_quantile(level)
    rate = hits / rows
    centre = (rate + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z * math.sqrt(rate * (1 - rate) / rows + z * z / (4 * rows * rows)) / (1 + z * z / rows)
    return Interval(rate, min(max(centre - half, 0.0), rate), max(min(centre + half, 1.0), rate))


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
