"""How sure a preference is, and how far readers or versions agree.

Shares are fractions, intervals are of 95 %. None stands where a measure is not defined. The web side knows no NumPy.
Tests hold these equal to scipy, scikit-learn and a published example.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import comb, fsum
from statistics import fmean, stdev

from gpu_workers.protocol.rates import normal_quantile, wilson_bounds

Z = normal_quantile(0.95)
"""Of 95 %, two-sided."""
LEAST_DECIDED = 6
"""Readings below which no outcome of the sign test lies under 5 %: 2 · ½⁵ = 0.0625."""


@dataclass(frozen=True, slots=True)
class Share:
    """hits of rows; low and high: Wilson's interval (Wilson 1927), None where there are no rows."""

    hits: int
    rows: int
    low: float | None
    high: float | None

    @property
    def value(self) -> float | None:
        return self.hits / self.rows if self.rows else None


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which 95 % of differences lie, were they normal: mean ± 1.96 sd of n − 1 (Bland and Altman 1986)."""

    count: int
    mean: float
    low: float
    high: float


def share(hits: int, rows: int) -> Share:
    return Share(hits, rows, *(wilson_bounds(hits, rows) if rows else (None, None)))


def sign_test(first: int, second: int) -> float | None:
    """Two-sided exact p of the hypothesis that both are preferred as often; ties are left out before. None of none."""
    rows, fewer = first + second, min(first, second)
    if not rows:
        return None
    as_few: float = sum(comb(rows, count) for count in range(fewer + 1)) / 2**rows
    return min(1.0, 2 * as_few)


def holm(values: Sequence[float | None]) -> list[float | None]:
    """p of several questions at once, by Holm (1979), in the given order; None stays None and is no question."""
    known = sorted((value, place) for place, value in enumerate(values) if value is not None)
    found, so_far = list(values), 0.0
    for rank, (value, place) in enumerate(known):
        so_far = max(so_far, min(1.0, value * (len(known) - rank)))
        found[place] = so_far
    return found


def cohens_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float | None:
    """Of two raters of the same things, unweighted (Cohen 1960). None where both say one and the same of all of them,
    or there are none: chance alone would agree as well."""
    rows = len(first)
    if rows != len(second):
        raise ValueError("both rate the same things")
    if not rows:
        return None
    agreed = sum(a == b for a, b in zip(first, second, strict=True)) / rows
    mine, theirs = Counter(first), Counter(second)
    chance = sum(mine[name] * theirs[name] for name in mine) / (rows * rows)
    return None if chance == 1 else (agreed - chance) / (1 - chance)


def krippendorffs_alpha(units: Sequence[Sequence[Hashable]]) -> float | None:
    """Nominal, of any number of raters, with gaps (Krippendorff 2011). units: of each thing all that was said of it.

    What one rater alone rated counts for nothing. None where nothing was rated twice, or all say one and the same.
    """
    pairable = [Counter(unit) for unit in units if len(unit) > 1]
    totals: Counter[Hashable] = Counter()
    for unit in pairable:
        totals.update(unit)
    values = totals.total()
    expected = values * values - sum(count * count for count in totals.values())
    if not expected:
        return None
    disagreed = fsum(
        (unit.total() ** 2 - sum(count * count for count in unit.values())) / (unit.total() - 1) for unit in pairable
    )
    return 1 - (values - 1) * disagreed / expected


def limits_of_agreement(differences: Sequence[float]) -> Limits | None:
    """None of fewer than two."""
    if len(differences) < 2:
        return None
    mean, half = fmean(differences), Z * stdev(differences)
    return Limits(len(differences), mean, mean - half, mean + half)
