"""RMSE, MAE and R² of groups of rows, with intervals, from sums that merge; rows may have weights."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Array, Floats, floats, namespace
from .blocks import over_parts
from .edges import group_codes
from .intervals import UNKNOWN, Interval, around, of_weighted_mean
from .seams import group_sums, joint_counts


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over the rows of each group, of which everything here is made; those of parts with one `centre` add up.

    centre: a number near the targets' mean, taken off them so that squares of great numbers do not drown the rest.
    rows: (groups,) Σ w: the number of rows where all count alike. sums: (10, groups), Σ w times |e|, e², e⁴, z, z², z³,
    z⁴, e² z, e² z² and e, with the error e = prediction − target and z = target − centre. squared: (11, groups), Σ w²
    and Σ w² times each of those.
    """

    centre: float
    rows: Floats
    sums: Floats
    squared: Floats

    def __add__(self, other: "Moments") -> "Moments":
        if self.centre != other.centre:
            raise ValueError("Moments about different centres do not add up.")
        return Moments(self.centre, self.rows + other.rows, self.sums + other.sums, self.squared + other.squared)


def moments(
    target: Any, prediction: Any, centre: float, groups: Any = None, group_count: int = 1, weights: Any = None
) -> Moments:
    """target, prediction: (n,) in one unit; rows in which one is not finite are left out.

    groups: whole numbers (n,), beyond 0..group_count − 1 for a row in none; no groups: all rows are one. weights: (n,),
    0 and more; none: all rows count alike.
    """
    target, prediction = floats(target), floats(prediction)
    xp = namespace(target, prediction)
    groups = group_codes(groups, group_count, target)

    def of(target: Array, prediction: Array, groups: Array, *weights: Array) -> Floats:
        known = xp.isfinite(target) & xp.isfinite(prediction)
        groups = xp.where(known, groups, groups.dtype.type(group_count))
        z = xp.where(known, target, centre).astype(xp.float64) - centre
        e = xp.where(known, prediction, centre).astype(xp.float64) - centre - z
        e2, z2 = e * e, z * z
        columns = [abs(e), e2, e2 * e2, z, z2, z2 * z, z2 * z2, e2 * z, e2 * z2, e]
        if not weights:
            rows = joint_counts([groups], [group_count + 1])[:, :group_count].astype(np.float64)
            return np.concatenate((rows, group_sums(columns, groups, group_count)))
        w = weights[0].astype(xp.float64)
        once = [w, *(w * column for column in columns)]
        return group_sums([*once, *(w * column for column in once)], groups, group_count)

    parts = over_parts(of, target, prediction, groups, *(() if weights is None else (floats(weights),)))
    sums = sum(parts, np.zeros((11 if weights is None else 22, group_count)))
    return Moments(centre, sums[0], sums[1:11], sums[-11:])


def _mean(held: Moments, group: int, column: int, square: int, level: float) -> Interval:
    """Of a column of `Moments`; square: the one that holds its squares."""
    squared = held.squared[:, group]
    return of_weighted_mean(
        (held.rows[group], held.sums[column, group]), (squared[0], squared[1 + column], squared[1 + square]), level
    )


def mae(held: Moments, group: int = 0, level: float = 0.95) -> Interval:
    """The mean absolute error, in the target's unit (scikit-learn's `mean_absolute_error`)."""
    return _mean(held, group, 0, 1, level)


def bias(held: Moments, group: int = 0, level: float = 0.95) -> Interval:
    """The mean of prediction − target, in the target's unit."""
    return _mean(held, group, 9, 1, level)


def rmse(held: Moments, group: int = 0, level: float = 0.95) -> Interval:
    """The root of the mean squared error, in the target's unit; its bounds are the roots of the mean's bounds."""
    squared = _mean(held, group, 1, 2, level)
    return Interval(*(math.sqrt(max(bound, 0.0)) if not math.isnan(bound) else bound for bound in squared))


def r2(held: Moments, group: int = 0, level: float = 0.95) -> Interval:
    """1 − Σ e² / Σ (target − its mean in the group)², at most 1 (scikit-learn's `r2_score`).

    The interval is normal, by the delta method on the two sums. NaN where all targets are the same.
    """
    weight, ones = held.rows[group], held.squared[0, group]
    if weight * weight - ones <= 1e-12 * weight * weight:
        return UNKNOWN
    e2, z, z2 = held.sums[[1, 3, 4], group] / weight
    spread = z2 - z * z
    if spread <= 1e-14 * z2 or spread <= 0:
        return UNKNOWN
    # Σ w² (e² − rest · (target − mean)²)², with the sums about the group's own mean.
    e2s, e4s, zs, z2s, z3s, z4s, e2zs, e2z2s = held.squared[2:10, group]
    rest = e2 / spread
    fourth = z4s - 4 * z * z3s + 6 * z * z * z2s - 4 * z**3 * zs + z**4 * ones
    mixed = e2z2s - 2 * z * e2zs + z * z * e2s
    variance = (e4s - 2 * rest * mixed + rest * rest * fourth) / (spread * weight) ** 2
    return around(1 - float(rest), math.sqrt(max(float(variance), 0.0)), level)
