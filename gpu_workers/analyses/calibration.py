"""Whether events happen as often as a model says: the expected calibration error, from counts."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Array, Counts, Floats, floats, namespace
from .bootstrap import bootstrap_interval
from .edges import codes, group_codes, uniform_edges
from .intervals import Interval
from .seams import group_sums, joint_counts

BINS = 15
"""Equal bins of the probability, as in Guo et al. 2017."""


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
    """Σ over bins of the share of rows × |share of events − mean probability|, with a bootstrap interval.

    rows, events, said: (bins,) of one group, see `Reliability`; of rows with weights scaled as `f1` wants its table. Of
    the probability of class 1, so that saying 0.1 where 10 % happen is right. By nature too great for few rows: chance
    moves each bin off, and never back; the interval has that bias too.
    """
    rows, events, said = np.asarray(rows), np.asarray(events), np.asarray(said, dtype=np.float64)
    filled = rows > 0
    means = np.where(filled, said / np.maximum(rows, 1), 0.0)

    def error(counts: Array) -> Floats:
        held = counts.sum(-1)
        apart = np.abs(counts[..., 1] - means * held).sum(-1)
        total: Floats = apart / held.sum(-1)
        return total

    # Of sums of weights the difference may fall short of 0 by rounding.
    return bootstrap_interval(np.stack([np.maximum(rows - events, 0), events], -1), error, level, resamples, seed)
