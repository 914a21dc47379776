"""Occlusion of a study: a window covers one place after another, in each block of slices for itself."""

from collections.abc import Sequence

import numpy as np

from gpu_workers.protocol.asked import blocks, starts
from gpu_workers.protocol.edits import Occlude
from gpu_workers.protocol.explained import Box, Layer, Layers
from gpu_workers.protocol.explanations import Slices
from gpu_workers.runner.frames import Variant
from gpu_workers.runner.postprocess import Reading

from .occlusion import spread


class Sliced:
    """The case itself comes first, then the windows of the first block, row by row, and so on."""

    def __init__(self, method: Slices) -> None:
        self._method = method
        self._starts = starts(method.window, method.stride)
        self._blocks = blocks(method)
        side = method.window
        self._covers = [
            Occlude(x=x, y=y, w=side, h=side, fill=method.fill, frames=block)
            for block in self._blocks
            for y in self._starts
            for x in self._starts
        ]
        self.variants: Sequence[Variant] = [
            Variant(),
            *(Variant(edits={method.input: (cover,)}) for cover in self._covers),
        ]

    def result(self, readings: Sequence[Reading]) -> Layers:
        score = readings[0].score
        scores = np.array([reading.score for reading in readings[1:]])
        drops = np.split(score - scores, len(self._blocks))
        maps = [spread(each, self._starts, self._method.window) for each in drops]
        edges = maps[0][0]
        layers = [Layer(*block, values) for block, (_, values) in zip(self._blocks, maps, strict=True)]
        most = int(np.argmax(np.abs(score - scores)))
        at = self._covers[most]
        first, last = at.frames or (0, 0)
        strongest = Box(at.x, at.y, at.w, at.h, float(scores[most]))
        return Layers(self._method.input, edges, edges, tuple(layers), score, strongest, first, last)
