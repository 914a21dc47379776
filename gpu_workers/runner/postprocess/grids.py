"""Boxes that a model tells from the cells of grids laid over its picture, one grid a stride."""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from gpu_workers.protocol.findings import BoxesOutput

from .unanswered import unfit

Floats = NDArray[np.float64]


def corners(field: BoxesOutput, told: Floats, model: tuple[int, int]) -> Floats:
    """told: (M, 4) or, of distances, (M, 4 × bins). model: (width, height) of its picture. In its pixels: (M, 4)."""
    cells, strides = _cells(field.strides, model)
    if len(cells) != len(told):
        sides = f"{model[0]} × {model[1]}"
        raise unfit(
            f"“{field.name}” has {len(told):,} boxes, but a picture of {sides} has {len(cells):,} cells at the strides "
            f"{', '.join(map(str, field.strides))}."
        )
    if field.grid == "offsets":
        if told.shape[1] != 4:
            raise unfit(f"“{field.name}” should have four numbers a cell, but has {told.shape[1]}.")
        centre = (told[:, :2] + cells) * strides
        with np.errstate(over="ignore"):
            half = np.exp(told[:, 2:]) * strides / 2
        return np.nan_to_num(np.hstack([centre - half, centre + half]))
    if told.shape[1] % 4:
        raise unfit(f"“{field.name}” should have as many bins for each side, but has {told.shape[1]} numbers a cell.")
    centre, away = (cells + 0.5) * strides, _expected(told.reshape(len(told), 4, -1)) * strides
    return np.hstack([centre - away[:, :2], centre + away[:, 2:]])


def _cells(strides: tuple[int, ...], model: tuple[int, int]) -> tuple[Floats, Floats]:
    """(x, y) of each cell in its grid and its stride, (M, 2) and (M, 1): grid by grid, row by row."""
    cells, sides = [], []
    for stride in strides:
        wide, high = ceil(model[0] / stride), ceil(model[1] / stride)
        rows, columns = np.divmod(np.arange(wide * high), wide)
        cells.append(np.column_stack([columns, rows]).astype(np.float64))
        sides.append(np.full((wide * high, 1), float(stride)))
    return np.concatenate(cells), np.concatenate(sides)


def _expected(told: Floats) -> Floats:
    """(M, 4, bins) to (M, 4): the mean of the bins' numbers under the softmax of what is told; one bin is it itself."""
    if told.shape[2] == 1:
        return np.squeeze(told, axis=2)
    shares = np.exp(told - told.max(axis=2, keepdims=True))
    expected: Floats = shares @ np.arange(told.shape[2]) / shares.sum(axis=2)
    return expected
