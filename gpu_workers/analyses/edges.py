"""Edges of bins, and the codes of values between them: what is computed once when a table is taken in.

b + 1 ascending edges make b bins. Bin i holds edges[i] ≤ value < edges[i + 1], the last one its upper edge too, as
in NumPy and Manifold. A code is the number of a bin; NaN has the code b, so that nulls are one more category.
"""

from typing import Any

import numpy as np

from .arrays import Array, Floats, floats, namespace, on_device, on_host
from .blocks import over_rows

NARROW = 256
"""Up to so many codes a column is stored in one byte a row."""
WIDEST = 65536
SAMPLE = 200_000
"""Quantile edges are taken from at most so many rows, evenly spaced."""


def code_type(width: int) -> type[np.uint8] | type[np.uint16]:
    """The type that holds `width` codes. ValueError: there are more than 65,536."""
    if width > WIDEST:
        raise ValueError(f"A column has at most {WIDEST:,} codes, not {width:,}: put the rare ones together.")
    return np.uint8 if width <= NARROW else np.uint16


def uniform_edges(low: float, high: float, bins: int) -> Floats:
    """bins + 1 edges at equal distances from low to high, float64 on the host.

    low = high: one unit around it. No finite range (no value at all): 0 to 1. As `numpy.histogram_bin_edges` does.
    """
    if bins < 1:
        raise ValueError(f"There must be at least one bin, not {bins}.")
    if not (np.isfinite(low) and np.isfinite(high)):
        low, high = 0.0, 1.0
    if low == high:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, bins + 1)
    if not (np.diff(edges) > 0).all():  # so narrow a range around so great a number that floats run out
        edges = np.unique(edges)
        if len(edges) < 2:
            edges = np.array([low, np.nextafter(low, np.inf)])
    return edges


def finite_range(values: Any) -> tuple[float, float]:
    """The least and the greatest finite value; (inf, -inf) where there is none, so that ranges of parts merge."""
    values = floats(values)
    xp = namespace(values)
    if values.size == 0:
        return np.inf, -np.inf
    finite = xp.isfinite(values)
    low = xp.where(finite, values, xp.inf).min()
    high = xp.where(finite, values, -xp.inf).max()
    return float(low), float(high)


def quantile_edges(values: Any, bins: int) -> Floats:
    """At most bins + 1 edges between which about equally many finite values lie, float64 on the host.

    A value that would fill a bin or more has one of its own, from itself to the next value (the greatest: to beyond
    it): so have all where there are few distinct ones. From an even sample of SAMPLE rows, with the true least and
    greatest value at the ends.
    """
    values = floats(values)
    low, high = finite_range(values)
    if not low < high:
        return uniform_edges(low, high, 1)
    drawn = on_host(values[:: max(1, len(values) // SAMPLE)]).astype(np.float64)
    drawn = np.sort(drawn[np.isfinite(drawn)])
    if len(drawn) == 0:
        return uniform_edges(low, high, 1)
    places = np.linspace(0, len(drawn) - 1, bins + 1).round().astype(np.intp)
    edges, times = np.unique(np.concatenate(([low], drawn[places][1:-1], [high])), return_counts=True)
    often = edges[times > 1]
    after = np.searchsorted(drawn, often, side="right")
    beyond = [max(high + (high - edges[-2]), np.nextafter(high, np.inf))] if times[-1] > 1 else []
    found: Floats = np.unique(np.concatenate((edges, drawn[after[after < len(drawn)]], beyond)))
    return found


def codes(values: Any, edges: Floats) -> Array:
    """The bin of each value, uint8 or uint16 (n,): 0..b − 1, and b for NaN.

    The first and the last bin are open to the outside: what lies below, infinity included, is in the first, what
    lies above in the last. edges: (b + 1,) on the host.
    """
    values = floats(values)
    xp = namespace(values)
    bins = len(edges) - 1
    # A float32 value meets a float64 edge as it would in float64 if the edge is rounded up to the next float32.
    borders = xp.asarray(_rounded_up(edges) if values.dtype == np.float32 else edges)
    inner = borders[1:-1]

    def searched(block: Array) -> Any:
        return xp.where(xp.isnan(block), bins, xp.searchsorted(inner, block, side="right"))

    low, scale = float(edges[0]), bins / float(edges[-1] - edges[0])

    def computed(block: Array) -> Any:
        near = xp.clip((block.astype(xp.float64) - low) * scale, 0, bins - 1)
        place = xp.where(xp.isnan(near), 0, near).astype(xp.int32)
        # The quotient may be off by rounding: by one at most.
        place += (block >= borders[place + 1]) & (place < bins - 1)
        place -= (block < borders[place]) & (place > 0)
        return xp.where(xp.isnan(block), bins, place)

    return over_rows(computed if _equally_far(edges) else searched, values, dtype=code_type(bins + 1))


def category_codes(category: Any, categories: int) -> Array:
    """Whole numbers as codes, uint8 or uint16 (n,): 0..categories − 1, and `categories` for what is none of them."""
    category = category if on_device(category) else np.asarray(category)
    xp = namespace(category)
    known = (category >= 0) & (category < categories)
    coded: Array = xp.where(known, category, categories).astype(code_type(categories + 1))
    return coded


def _equally_far(edges: Floats) -> bool:
    """Whether a bin's number can be computed: equal bins, wide enough beside their place that rounding is small."""
    if len(edges) < 3 or not np.isfinite(edges[[0, -1]]).all():
        return False
    step = (edges[-1] - edges[0]) / (len(edges) - 1)
    return bool(
        step > 1e-9 * np.abs(edges[[0, -1]]).max()
        and np.abs(edges - (edges[0] + step * np.arange(len(edges)))).max() < 1e-3 * step
    )


def _rounded_up(edges: Floats) -> Array:
    near = edges.astype(np.float32)
    return np.where(near < edges, np.nextafter(near, np.float32(np.inf)), near)


def middles(edges: Floats) -> Floats:
    """The middle of each bin, (b,)."""
    return (edges[1:] + edges[:-1]) / 2
