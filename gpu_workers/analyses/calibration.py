"""Whether events happen as often as a model says: the expected calibration error, from counts."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Counts, Floats, floats, namespace
from .edges import codes, group_codes, uniform_edges
from .intervals import UNKNOWN, Interval
from .seams import group_sums, joint_counts

BINS = 15
"""Equal bins of the probability, as in Guo et al. 2017."""
STEPS = 14
"""Halvings until an end of the interval is found: to less than a ten thousandth."""


@dataclass(frozen=True, eq=False)
class Reliability:
    """What the diagram is drawn from; those of parts add up. Empty bins hold 0.

    rows, events: (groups, bins) rows in each bin of the probability and how many of them are of class 1.
    said: (groups, bins) the sum of the rows' probabilities.
    """

    rows: Counts
    events: Counts
    said: Floats

    def __add__(self, other: "Reliability") -> "Reliability":
        return Reliability(self.rows + other.rows, self.events + other.events, self.said + other.said)


def reliability(target: Any, probability: Any, groups: Any = None, group_count: int = 1) -> Reliability:
    """target: (n,) of 0 and 1. probability: (n,) that of class 1. Rows with a null are left out.

    groups: whole numbers (n,), beyond 0..group_count − 1 for a row in none; no groups: all rows are one. Bins are
    half-open, the last one closed. ValueError: more than 2,184 groups.
    """
    target, probability = floats(target), floats(probability)
    xp = namespace(target, probability)
    held = group_codes(groups, group_count, target).astype(xp.int32)
    known = ((target == 0) | (target == 1)) & (probability >= 0) & (probability <= 1)
    bin_of = codes(probability, uniform_edges(0.0, 1.0, BINS))
    # One number for the group, the bin and the class; the last one for rows left out.
    cells = group_count * BINS * 2
    cell = group_codes(xp.where(known, (held * BINS + bin_of) * 2 + (target == 1), -1), cells, target)
    counted = joint_counts([cell], [cells + 1])[0, :cells].reshape(group_count, BINS, 2)
    said = group_sums([probability], cell, cells)[0].reshape(group_count, BINS, 2)
    return Reliability(counted.sum(2), counted[:, :, 1], said.sum(2))


def expected_calibration_error(
    rows: Any, events: Any, said: Any, level: float = 0.95, resamples: int = 1000, seed: Any = 0
) -> Interval:
    """Σ over bins of the share of rows × |share of events − mean probability|, with an interval by test inversion.

    rows, events, said: (bins,) of one group, see `Reliability`; of rows with weights scaled as `f1` wants its table. Of
    the probability of class 1, so that saying 0.1 where 10 % happen is right.

    By nature the estimate is too great for few rows: chance moves each bin off, and never back. Quantiles of redrawn
    rows have that bias twice, and lie above the truth; so the ends are the errors in the population for which as much
    as was found, or as little, would still be drawn in (1 − level) / 2 of all draws (test-inversion bootstrap:
    Carpenter 1999, J. R. Stat. Soc. B 61). The populations have the bins' deviations that were found, all times one
    factor.
    The low end is 0 where calibrated probabilities would often show as much. No rows: all NaN.
    """
    if not 0 < level < 1:
        raise ValueError("The level of an interval lies between 0 and 1.")
    rows, events, said = (np.asarray(each, dtype=np.float64) for each in (rows, events, said))
    rows, events, said = (each[rows > 0] for each in (rows, events, said))
    total = rows.sum()
    if not total:
        return UNKNOWN
    share, means = rows / total, said / rows
    off = events / rows - means
    estimate = float((share * np.abs(off)).sum())
    shape = off / estimate if estimate > 0 else np.ones_like(off)
    random = np.random.default_rng(seed)
    held = random.multinomial(max(round(float(total)), 1), share, size=resamples) / max(round(float(total)), 1)
    chance = random.standard_normal(held.shape) * np.sqrt(held / total)

    def population(error: float) -> Floats:
        moved: Floats = np.clip(means + error * shape, 0.0, 1.0)
        return moved

    def drawn(error: float) -> Floats:
        events_at = population(error)
        found: Floats = np.abs(held * (events_at - means) + chance * np.sqrt(events_at * (1 - events_at))).sum(-1)
        return found

    def end(below: float, above: float, share_above: float) -> float:
        """The error between the two for which `share_above` of the draws are at least the estimate."""
        for _ in range(STEPS):
            middle = (below + above) / 2
            if (drawn(middle) >= estimate).mean() > share_above:
                above = middle
            else:
                below = middle
        return float((share * np.abs(population(above) - means)).sum())

    tail = (1 - level) / 2
    is_chance = (drawn(0.0) >= estimate).mean() > tail
    low = 0.0 if is_chance else end(0.0, estimate, tail)
    return Interval(estimate, min(low, estimate), max(end(0.0, 1.0, 1 - tail), estimate))
