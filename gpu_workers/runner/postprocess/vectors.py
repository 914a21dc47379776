"""Tensors to one vector: the parts of a case pooled, as `protocol.vectors` says."""

import numpy as np
from numpy.typing import NDArray

from gpu_workers.protocol.vectors import MAX_VECTOR, VectorAnswer, VectorOutput, vector
from gpu_workers.runner.tensors import Raw

from .unanswered import not_finite, pieces, shaped, unfit

MAX_PARTS = 10_000_000
"""Numbers of all parts together."""


def embedding(field: VectorOutput, raw: Raw) -> VectorAnswer:
    """raw: the tensor, and where parts are masked the mask behind it. Raises Unanswered."""
    given = pieces(field.name, raw, 1, 2)
    values = _pooled(field, given[0], given[1] if len(given) > 1 else None)
    if not 0 < values.size <= MAX_VECTOR:
        raise unfit(f"“{field.name}” has {values.size:,} numbers; a vector has 1 to {MAX_VECTOR:,}.")
    try:
        return vector(values.tolist(), field.l2)
    except OverflowError:
        raise not_finite(field.name) from None


def _pooled(field: VectorOutput, array: NDArray[np.float64], mask: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """(D,)"""
    if field.pooling == "none":
        if sum(side > 1 for side in array.shape) > 1:
            raise unfit(
                f"“{field.name}” is declared as a vector without pooling, but has the shape {list(array.shape)}."
            )
        return np.ravel(array)
    if array.size > MAX_PARTS:
        raise unfit(f"“{field.name}” is to be pooled, but holds {array.size:,} numbers; {MAX_PARTS:,} are the most.")
    parts = shaped(field.name, array, 2, "vectors of parts (N, T, D)")
    if not len(parts):
        raise unfit(f"“{field.name}” is to be pooled, but has no parts.")
    if field.pooling == "first":
        return np.ravel(parts[0])
    counts = np.ones(len(parts)) if mask is None else mask.ravel()
    if len(counts) != len(parts):
        raise unfit(f"“{field.name}” has {len(parts)} parts, but a mask for {len(counts)}.")
    if not counts.sum() > 0:
        raise unfit(f"“{field.name}” is to be pooled, but its mask leaves no part.")
    mean: NDArray[np.float64] = counts @ parts / counts.sum()
    return mean
