"""Quantiles, of values and of counts."""

from typing import Any

import numpy as np

from .arrays import Array, Floats, floats, namespace, on_device, on_host
from .blocks import empty, over_parts
from .edges import middles


def quantiles(values: Any, at: Any) -> Floats:
    """The quantiles of the values that are not NaN, float64 (len(at),) on the host; all NaN where there are none.

    values: (n,). at: fractions 0..1. Between two values the straight line is taken (Hyndman and Fan's type 7, the
    default of NumPy, R and Manifold): the quartiles of 1, 2, 3, 4 are 1.75, 2.5 and 3.25.
    ValueError: a fraction outside 0..1.
    """
    values = floats(values)
    fractions = _fractions(at)
    xp = namespace(values)
    ordered = _sorted(values)
    if len(ordered) == 0:
        return np.full(len(fractions), np.nan)
    place = fractions * (len(ordered) - 1)
    below = np.floor(place).astype(np.intp)
    above = np.ceil(place).astype(np.intp)
    low = on_host(ordered[xp.asarray(below)]).astype(np.float64)
    high = on_host(ordered[xp.asarray(above)]).astype(np.float64)
    with np.errstate(invalid="ignore"):  # infinity less itself, where both are the same
        return np.where(low == high, low, low + (high - low) * (place - below))


def _sorted(values: Array) -> Array:
    """Those that are not NaN, ascending; sorted where they lie, so that this takes one column and no more."""
    if on_device(values):
        xp = namespace(values)
        return xp.sort(values[~xp.isnan(values)])  # type: ignore[no-any-return]
    ordered = empty(len(values), values.dtype)
    ordered[:] = values
    ordered.sort()  # NaN comes last
    return ordered[: len(values) - sum(over_parts(lambda part: int(np.isnan(part).sum()), values))]


def quantiles_of_counts(counts: Any, edges: Floats, at: Any) -> Floats:
    """Quantiles of rows known only by the bins they lie in, (…, len(at)); NaN where a row of counts is empty.

    counts: (…, b) on the host; edges: (b + 1,). Within a bin rows count as evenly spread, so that the answer is
    wrong by at most the width of its bin.
    """
    counts = np.asarray(counts, dtype=np.float64)
    fractions = _fractions(at)
    flat = counts.reshape(-1, counts.shape[-1])
    result = np.full((len(flat), len(fractions)), np.nan)
    for row, held in enumerate(flat):
        if held.sum() > 0:
            filled = np.flatnonzero(held)
            reached = np.concatenate(([0.0], np.cumsum(held[filled])))
            wanted = fractions * reached[-1]
            place = np.clip(np.searchsorted(reached, wanted, side="left") - 1, 0, len(filled) - 1)
            share = (wanted - reached[place]) / held[filled][place]
            low = edges[filled][place]
            result[row] = low + share * (edges[filled + 1][place] - low)
    return result.reshape(*counts.shape[:-1], len(fractions))


def mean_of_counts(counts: Any, edges: Floats) -> Floats:
    """The mean of rows known only by their bins, each at the middle of its bin, (…,); NaN where there are none."""
    counts = np.asarray(counts, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        mean: Floats = (counts * middles(edges)).sum(-1) / counts.sum(-1)
    return mean


def _fractions(at: Any) -> Floats:
    fractions = np.atleast_1d(np.asarray(at, dtype=np.float64))
    if not ((fractions >= 0) & (fractions <= 1)).all():
        raise ValueError("A quantile is asked for by a fraction from 0 to 1.")
    return fractions
