"""RMSE, MAE and R² of groups of rows, with intervals, from sums that merge."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Array, Counts, Floats, floats, namespace
from .blocks import over_parts
from .edges import group_codes
from .intervals import UNKNOWN, Interval, around, of_mean
from .seams import group_sums, joint_counts


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over the rows of each group, of which everything here is made; those of parts with one `centre` add up.

    centre: a number near the targets' mean, taken off them so that squares of great numbers do not drown the rest.
    rows: (groups,). sums: (10, groups), of |e|, e², e⁴, z, z², z³, z⁴, e² z, e² z² and e, with the error e =
    prediction − target and z = target − centre.
    """

    centre: float
    rows: Counts
    sums: Floats

    def __add__(self, other: "Moments") -> "Moments":
        if self.centre != other.centre:
            raise ValueError("Moments about different centres do not add up.")
        return Moments(self.centre, self.rows + other.rows, self.sums + other.sums)


def moments(target: Any, prediction: Any, centre: float, groups: Any = None, group_count: int = 1) -> Moments:
    """target, prediction: (n,) in one unit; rows in which one is not finite are left out.

    groups: whole numbers (n,), beyond 0..group_count − 1 for a row in none; no groups: all rows are one.
    """
    target, prediction = floats(target), floats(prediction)
    xp = namespace(target, prediction)
    groups = group_codes(groups, group_count, target)

    def of(target: Array, prediction: Array, groups: Array) -> tuple[Counts, Floats]:
        known = xp.isfinite(target) & xp.isfinite(prediction)
        groups = xp.where(known, groups, groups.dtype.type(group_count))
        z = xp.where(known, target, centre).astype(xp.float64) - centre
        e = xp.where(known, prediction, centre).astype(xp.float64) - centre - z
        e2, z2 = e * e, z * z
        columns = [abs(e), e2, e2 * e2, z, z2, z2 * z, z2 * z2, e2 * z, e2 * z2, e]
        rows = joint_counts([groups], [group_count + 1])[0, :group_count]
        return rows, group_sums(columns, groups, group_count)

    rows, sums = np.zeros(group_count, np.int64), np.zeros((10, group_count))
    for of_part, sums_of_part in over_parts(of, target, prediction, groups):
        rows += of_part
        sums += sums_of_part
    return Moments(centre, rows, sums)


def mae(held: Moments, group: int = 0, level: float = 0.95) -> Interval:
    """The mean absolute error, in the target's unit (scikit-learn's `mean_absolute_error`)."""
    return of_mean(int(held.rows[group]), held.sums[0, group], held.sums[1, group], level)


def bias(held: Moments, group: int = 0, level: float = 0.95) -> Interval:
    """The mean of prediction − target, in the target's unit."""
    return of_mean(int(held.rows[group]), held.sums[9, group], held.sums[1, group], level)


def rmse(held: Moments, group: int = 0, level: float = 0.95) -> Interval:
    """The root of the mean squared error, in the target's unit; its bounds are the roots of the mean's bounds."""
    squared = of_mean(int(held.rows[group]), held.sums[1, group], held.sums[2, group], level)
    return Interval(*(math.sqrt(max(bound, 0.0)) if not math.isnan(bound) else bound for bound in squared))


def r2(held: Moments, group: int = 0, level: float = 0.95) -> Interval:
    """1 − Σ e² / Σ (target − its mean in the group)², at most 1 (scikit-learn's `r2_score`).

    The interval is normal, by the delta method on the two sums. NaN where all targets are the same.
    """
    rows = int(held.rows[group])
    if rows < 2:
        return UNKNOWN
    e2, e4, z, z2, z3, z4, e2z, e2z2 = held.sums[1:9, group] / rows
    spread = z2 - z * z
    if spread <= 1e-14 * z2 or spread <= 0:
        return UNKNOWN
    # Moments about the group's own mean.
    fourth = z4 - 4 * z * z3 + 6 * z * z * z2 - 3 * z**4
    mixed = e2z2 - 2 * z * e2z + z * z * e2
    variance = ((e4 - e2 * e2) - 2 * (e2 / spread) * (mixed - e2 * spread)) / spread**2
    variance += (e2 / spread) ** 2 * (fourth - spread**2) / spread**2
    error = math.sqrt(max(float(variance), 0.0) / rows)
    estimate = 1 - float(e2 / spread)
    return around(estimate, error, level)
