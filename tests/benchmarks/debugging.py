"""The debugger's pipeline, as the benchmarks time it: on the host or on a device."""

from dataclasses import dataclass
from typing import Any

from gpu_workers.analyses import (
    CodedScores,
    Contrast,
    Performance,
    Table,
    attribution,
    coded,
    coded_scores,
    kmeans,
    log_loss,
    performance,
)

from .planted import Planted, features

SEGMENTS = 4


@dataclass(frozen=True, eq=False)
class Resident:
    """What a worker holds of a dataset: codes, the truth and what the models said, on the host or a device."""

    table: Table
    target: Any
    probabilities: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class View:
    """What the page shows: how the models do in each segment, and what sets the worst segment apart."""

    performance: Performance
    contrasts: list[Contrast]


def resident(held: Planted, onto: Any) -> Resident:
    """onto: the array library, which decides where it lies. The codes are computed here, once."""
    table = coded(features(held), held.columns)
    moved = Table(table.features, tuple(onto.asarray(codes) for codes in table.codes))
    return Resident(moved, onto.asarray(held.target), tuple(onto.asarray(one) for one in held.probabilities))


def analysed(held: Resident, permutations: int = 1000) -> tuple[CodedScores, Any, View]:
    """Scores, segments and both views, from what is resident."""
    scores = tuple(log_loss(held.target, probability) for probability in held.probabilities)
    segments = kmeans(scores, SEGMENTS).labels(scores)
    coded_ = coded_scores(scores)
    return coded_, segments, regrouped(held, coded_, segments, permutations)


def regrouped(held: Resident, scores: CodedScores, groups: Any, permutations: int = 1000) -> View:
    """Both views of other groups of the same rows: the last group beside all others."""
    counted = held.table.count(groups, SEGMENTS)
    found = attribution(counted, [SEGMENTS - 1], range(SEGMENTS - 1), permutations=permutations)
    return View(performance(scores, groups, SEGMENTS), found)
