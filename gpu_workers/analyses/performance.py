"""How models do in each group: the distribution of their scores, and what one has over another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Array, Counts, Floats
from .blocks import over_parts
from .edges import codes, finite_range, group_codes, uniform_edges
from .intervals import Interval, of_mean
from .quantile import quantiles_of_counts
from .seams import group_moments, joint_counts

BINS = 1024
"""Of a score: fine enough for quartiles; a histogram to look at puts them together."""


@dataclass(frozen=True, eq=False)
class CodedScores:
    """Scores of several models in one unit, coded once on shared edges. values: float32 (n,) each.

    codes: uint16 (n,) each; edges: (b + 1,).
    """

    values: tuple[Array, ...]
    codes: tuple[Array, ...]
    edges: Floats


def coded_scores(scores: Sequence[Array], edges: Floats | None = None) -> CodedScores:
    """edges: none: BINS equal ones over the finite scores of all models; parts of a table must share theirs."""
    if edges is None:
        ranges = [finite_range(score) for score in scores]
        edges = uniform_edges(min(low for low, _ in ranges), max(high for _, high in ranges), BINS)
    return CodedScores(tuple(scores), tuple(codes(score, edges) for score in scores), edges)


@dataclass(frozen=True, eq=False)
class Performance:
    """Of each model and group, by number; those of parts on the same edges add up.

    counts: (models, groups, bins + 1) rows in each bin of the score, the nulls last. known: (models, groups) rows
    whose score is finite. sums, squares: (models, groups) of those.
    """

    edges: Floats
    counts: Counts
    known: Counts
    sums: Floats
    squares: Floats

    def __add__(self, other: "Performance") -> "Performance":
        if not np.array_equal(self.edges, other.edges):
            raise ValueError("Performances on different edges do not add up.")
        return Performance(
            self.edges,
            self.counts + other.counts,
            self.known + other.known,
            self.sums + other.sums,
            self.squares + other.squares,
        )

    def histogram(self, bins: int) -> tuple[Counts, Floats]:
        """Fewer, wider bins without the nulls: (models, groups, bins) and edges. ValueError: bins do not divide."""
        width, rest = divmod(len(self.edges) - 1, bins)
        if rest or not width:
            raise ValueError(f"{len(self.edges) - 1:,} bins cannot be put together to {bins:,}.")
        joined = self.counts[..., :-1].reshape(*self.counts.shape[:2], bins, width).sum(-1)
        return joined, self.edges[::width]

    def quantiles(self, at: Sequence[float] = (0.25, 0.5, 0.75)) -> Floats:
        """(models, groups, len(at)); wrong by at most one bin's width; NaN for an empty group."""
        return quantiles_of_counts(self.counts[..., :-1], self.edges, at)

    def mean(self, model: int, group: int, level: float = 0.95) -> Interval:
        """The mean score of the rows that have one."""
        return of_mean(int(self.known[model, group]), self.sums[model, group], self.squares[model, group], level)


def performance(scores: CodedScores, groups: Any = None, group_count: int = 1) -> Performance:
    """groups: whole numbers (n,), beyond 0..group_count − 1 for a row in none; no groups: all rows are one."""
    groups = group_codes(groups, group_count, scores.values[0])
    bins = len(scores.edges)
    counted = joint_counts(scores.codes, [bins] * len(scores.codes), groups, group_count)
    counts = counted.reshape(group_count, len(scores.codes), bins).transpose(1, 0, 2)
    return Performance(scores.edges, counts, *group_moments(scores.values, groups, group_count))


def paired_difference(
    first: Array, second: Array, groups: Any = None, group_count: int = 1, level: float = 0.95
) -> list[Interval]:
    """Of each group the mean of first − second over the rows that have both scores, with its interval.

    Paired: what is hard for both models does not widen it. first, second: (n,) scores of two models.
    """
    groups = group_codes(groups, group_count, first)
    parts = over_parts(lambda one, other, held: group_moments([one - other], held, group_count), first, second, groups)
    moments = [sum(of_parts, np.zeros((1, group_count)))[0] for of_parts in zip(*parts, strict=True)]
    known, sums, squares = moments or np.zeros((3, group_count))
    return [of_mean(int(known[group]), sums[group], squares[group], level) for group in range(group_count)]
