"""How many values lie in each bin, and how many rows each category has."""

from typing import Any, NamedTuple

import numpy as np

from .arrays import Array, Counts, Floats, floats, namespace
from .blocks import over_parts, over_rows
from .edges import category_codes, codes, finite_range, group_codes, uniform_edges
from .seams import joint_counts


class Histogram(NamedTuple):
    """counts: (b,) rows in each bin. edges: (b + 1,), see `edges`."""

    counts: Counts
    edges: Floats


def histogram(values: Any, bins: Any = 100) -> Histogram:
    """Counts of values between edges, both on the host.

    values: (n,). bins: a number of equal bins over the finite values' range, or ascending edges (b + 1,). Bins are
    half-open, the last one closed: histogram([0, 1, 2, 3, 4, 5], 5) counts [1, 1, 1, 1, 2], as NumPy and Manifold
    do. NaN, infinities and what lies outside given edges are in no bin: n − counts.sum() says how many they are.
    Histograms of parts on the same edges add up to that of the whole. ValueError: edges that do not ascend.
    """
    values = floats(values)
    xp = namespace(values)
    edges = uniform_edges(*finite_range(values), bins) if isinstance(bins, int) else np.asarray(bins, dtype=np.float64)
    if edges.ndim != 1 or len(edges) < 2 or not (np.diff(edges) > 0).all():
        raise ValueError("The edges of bins are at least two numbers, each greater than the one before.")
    low, high = xp.asarray(edges[:1]), xp.asarray(edges[-1:])
    inside = over_rows(lambda part: xp.where((part >= low) & (part <= high), part, xp.nan), values, dtype=values.dtype)
    found = joint_counts([codes(inside, edges)], [len(edges)])
    return Histogram(found[0, :-1], edges)


def category_counts(category: Any, categories: int, groups: Any = None, group_count: int = 1) -> Counts:
    """Rows of each category, (categories + 1,), the nulls last; with groups (group_count, categories + 1).

    category: (n,) whole numbers 0..categories − 1 (NumPy or CuPy); anything else is a null: NaN, negative, greater.
    groups: (n,) whole numbers, beyond 0..group_count − 1 for a row in none. Counts of parts add up
    to those of the whole.
    """
    coded = category_codes(category, categories)
    held = None if groups is None else group_codes(groups, group_count, coded)
    counted = joint_counts([coded], [categories + 1], held, group_count)
    rows: Counts = counted[0] if groups is None else counted
    return rows


def distinct(values: Any, most: int) -> Array | None:
    """The different finite values of a column (n,), ascending, of its type and library; None: more than `most`."""
    values = floats(values)
    xp = namespace(values)
    found: Array = values[:0]
    for part in over_parts(lambda part: _unless_more(xp, part, most), values):
        if part is None or len(found := xp.union1d(found, part)) > most:
            return None
    return found


def _unless_more(xp: Any, part: Array, most: int) -> Array | None:
    found: Array = xp.unique(part[xp.isfinite(part)])
    return found if len(found) <= most else None
