"""Ablation by region: each is covered alone, and all but each."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gpu_workers.protocol.explained import Region, Regions
from gpu_workers.protocol.explanations import Ablation
from gpu_workers.protocol.messages import Blob, Value
from gpu_workers.runner.frames import Cover, Superpixels, Variant
from gpu_workers.runner.postprocess import Reading

from .marked import mask_seen, shape_of

GRID = 128
"""Cells of either side that tell where marks lie."""


class Ablated:
    """The case itself, nothing of it, then each region covered and each alone. picture: what the model saw of it.
    labels: of superpixels, (rows, columns), where the method asks for them."""

    def __init__(self, method: Ablation, picture: Value | None, labels: NDArray[np.int64] | None) -> None:
        self._method = method
        if labels is None:
            shapes = [shape_of(mark) for mark in method.marks]
            origin = picture.origin if isinstance(picture, Blob) else None
            self._masks = [mask_seen(shape, GRID, GRID, origin) for shape in shapes]
            covers = [Cover(method.fill, shape) for shape in shapes]
        else:
            parted = Superpixels(method.count, method.compactness)
            self._masks = [labels == label for label in range(int(labels.max()) + 1)]
            covers = [Cover(method.fill, superpixels=parted, label=label) for label in range(len(self._masks))]
        alone = [Cover(each.fill, each.shape, each.superpixels, each.label, but=True) for each in covers]
        done = [Cover(method.fill), *covers, *alone]
        self.variants: Sequence[Variant] = [Variant(), *(Variant(covers={method.input: cover}) for cover in done)]

    def result(self, readings: Sequence[Reading]) -> Regions:
        score, nothing, *rest = (reading.score for reading in readings)
        covered, alone = rest[: len(self._masks)], rest[len(self._masks) :]
        labels = np.full(self._masks[0].shape, -1)
        for label, mask in enumerate(self._masks):
            labels[mask] = label
        regions = [_region(mask, *scores) for mask, *scores in zip(self._masks, covered, alone, strict=True)]
        rows = tuple(map(tuple, labels.tolist()))
        return Regions(self._method.input, rows, tuple(regions), score, nothing)


def _region(mask: NDArray[np.bool_], covered: float, alone: float) -> Region:
    rows, columns = np.nonzero(mask)
    if not rows.size:  # thinner than the grid
        return Region(0.0, 0.5, 0.5, covered, alone)
    x, y = (columns.mean() + 0.5) / mask.shape[1], (rows.mean() + 0.5) / mask.shape[0]
    return Region(float(mask.mean()), float(x), float(y), covered, alone)
