"""Occlusion (Zeiler and Fergus 2014): a window covers one place after another, and the score is watched.

A place's value is the drop of the score, averaged over the windows that cover it. Windows that do not overlap give
what captum's `Occlusion` gives with the same fill.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gpu_workers.protocol.asked import starts
from gpu_workers.protocol.edits import Occlude
from gpu_workers.protocol.explained import Box, Map
from gpu_workers.protocol.explanations import Fractions, Occlusion
from gpu_workers.runner.frames import Variant
from gpu_workers.runner.postprocess import Reading

from .cells import cells


class Occluded:
    """The case itself comes first, then its windows, row by row."""

    def __init__(self, method: Occlusion) -> None:
        self._method = method
        self._starts = starts(method.window, method.stride)
        places = [(x, y) for y in self._starts for x in self._starts]
        self._covers = [Occlude(x=x, y=y, w=method.window, h=method.window, fill=method.fill) for x, y in places]
        self.variants: Sequence[Variant] = [
            Variant(),
            *(Variant(edits={method.input: (cover,)}) for cover in self._covers),
        ]

    def result(self, readings: Sequence[Reading]) -> Map:
        score = readings[0].score
        scores = np.array([reading.score for reading in readings[1:]])
        edges, values = spread(score - scores, self._starts, self._method.window)
        most = int(np.argmax(np.abs(score - scores)))
        at = self._covers[most]
        return Map(
            input=self._method.input,
            x=edges,
            y=edges,
            values=values,
            score=score,
            strongest=Box(at.x, at.y, at.w, at.h, float(scores[most])),
        )


def spread(drops: NDArray[np.float64], begins: Fractions, window: float) -> tuple[Fractions, tuple[Fractions, ...]]:
    """(borders of the cells along either side; rows of columns: the mean over the windows that cover a cell). drops: of
    the windows, row by row."""
    borders, covered = cells(begins, window)
    counts = covered.sum(0)
    sums = covered.T @ drops.reshape(len(begins), len(begins)) @ covered
    return borders, tuple(map(tuple, (sums / np.outer(counts, counts)).tolist()))
