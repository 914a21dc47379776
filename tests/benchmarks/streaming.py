"""A table that does not fit in memory, taken through the debugger in parts, as from a file's row groups."""

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from gpu_workers.analyses import (
    attribution,
    coded,
    coded_scores,
    log_loss,
    performance,
)
from gpu_workers.analyses.clusters import kmeans_of_parts
from gpu_workers.analyses.edges import finite_range, uniform_edges
from gpu_workers.analyses.performance import BINS

from .debugging import SEGMENTS, View
from .planted import NUMERIC, Planted, features, planted

PART = 1_000_000


@dataclass(frozen=True, eq=False)
class Streamed:
    """seconds: of analysis; reading: seconds of getting the parts; passes: over all of them."""

    view: View
    seconds: float
    reading: float
    passes: int


class Parts:
    """`rows` rows in parts of at most PART, made anew each time that they are asked for."""

    def __init__(self, rows: int) -> None:
        self.rows, self.reading, self.passes = rows, 0.0, 0
        self.base = planted(min(rows, PART))

    def __iter__(self) -> Iterator[Planted]:
        self.passes += 1
        for start in range(0, self.rows, PART):
            began = perf_counter()
            part = self.read(start)
            self.reading += perf_counter() - began
            yield part

    def read(self, start: int) -> Planted:
        """The numeric columns alone, each part a little different from the others."""
        rows = min(PART, self.rows - start)
        turn = start // PART
        names = [f"x{number}" for number in range(NUMERIC)]
        columns = {name: np.roll(self.base.columns[name], turn)[:rows] for name in names}
        target, first, second = (np.roll(one, turn)[:rows] for one in (self.base.target, *self.base.probabilities))
        return Planted(columns, target, (first, second))


class Points:
    """The score columns of the parts, computed again in each pass."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    def __iter__(self) -> Iterator[Any]:
        for part in self.parts:
            yield np.stack(scores_of(part)).T


def scores_of(part: Planted) -> list[Any]:
    return [log_loss(part.target, probability) for probability in part.probabilities]


def streamed(rows: int) -> Streamed:
    """Segments from the scores of all rows, then one pass that counts; features from the first part's rows."""
    parts = Parts(rows)
    began = perf_counter()
    shared = [feature for feature in features(parts.base) if feature.name.startswith("x")]
    low, high = np.inf, -np.inf
    for part in parts:
        for score in scores_of(part):
            least, most = finite_range(score)
            low, high = min(low, least), max(high, most)
    edges = uniform_edges(low, high, BINS)
    segments = kmeans_of_parts(Points(parts), rows, SEGMENTS)
    counted, held = None, None
    for part in parts:
        scores = scores_of(part)
        groups = segments.labels(np.stack(scores).T)
        here = coded(shared, part.columns).count(groups, SEGMENTS)
        counted = here if counted is None else counted + here
        did = performance(coded_scores(scores, edges), groups, SEGMENTS)
        held = did if held is None else held + did
    assert counted is not None
    assert held is not None
    contrasts = attribution(counted, [SEGMENTS - 1], range(SEGMENTS - 1))
    return Streamed(View(held, contrasts), perf_counter() - began - parts.reading, parts.reading, parts.passes)
