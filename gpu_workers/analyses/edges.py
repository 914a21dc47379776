"""Edges of bins, and the codes of values between them: what is computed once when a table is taken in.

b + 1 ascending edges make b bins. Bin i holds edges[i] ≤ value < edges[i + 1], the last one its upper edge too, as
in NumPy and Manifold. A code is the number of a bin; NaN has the code b, so that nulls are one more category.
"""

from typing import Any

import numpy as np

from . import device
from .arrays import Array, Floats, floats, namespace, on_device, on_host
from .blocks import over_parts, over_rows

NARROW = 256
"""Up to so many codes a column is stored in one byte a row."""
WIDEST = 65536
CELLS = 1 << 13
MOST_STEPS = 3
"""See `_starts`: where values are so crowded that more would be needed, the bin is searched for."""
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
    if on_device(values):
        return device.finite_range(values)

    def of(part: Array) -> tuple[float, float]:
        finite = np.isfinite(part)
        return float(np.where(finite, part, np.inf).min()), float(np.where(finite, part, -np.inf).max())

    ranges = over_parts(of, values)
    return min((low for low, _ in ranges), default=np.inf), max((high for _, high in ranges), default=-np.inf)


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
    bins = len(edges) - 1
    kind = code_type(bins + 1)
    if on_device(values):
        return device.codes(values, edges, kind)
    inner = edges[1:-1]

    def searched(block: Array) -> Any:
        return np.where(np.isnan(block), bins, np.searchsorted(inner, block.astype(np.float64), side="right"))

    low, scale, starts, steps = _starts(edges)
    ends = np.append(inner, np.nan)  # nothing is beyond the last bin

    def stepped(block: Array) -> Any:
        value = block.astype(np.float64)
        null = np.isnan(value)
        place = starts[np.where(null, 0, np.clip((value - low) * scale, 0, CELLS - 1)).astype(np.int32)]
        for _ in range(steps):
            place = place + (value >= ends[place])
        return np.where(null, bins, place)

    return over_rows(stepped if steps <= MOST_STEPS else searched, values, dtype=kind)


def _starts(edges: Floats) -> tuple[float, float, Array, int]:
    """A shorter way than to search: equal cells over the edges' range, and in which bin a value of each begins.

    (low, scale, starts, steps): value v is in cell (v − low) · scale, at or above bin starts[cell], and at most
    `steps` bins above. A cell starts where the one before it does, so that rounding of the quotient does no harm.
    """
    low, width = float(edges[0]), float(edges[-1] - edges[0])
    if not (np.isfinite(width) and np.isfinite(CELLS / width)):
        return 0.0, 0.0, np.zeros(1, np.int32), MOST_STEPS + 1
    borders = low + width * np.arange(-1, CELLS + 2) / CELLS
    bins = np.searchsorted(edges[1:-1], borders, side="right").astype(np.int32)
    return low, CELLS / width, bins[:CELLS], int((bins[3:] - bins[:CELLS]).max())


def category_codes(category: Any, categories: int) -> Array:
    """Whole numbers as codes, uint8 or uint16 (n,): 0..categories − 1, and `categories` for what is none of them."""
    category = category if on_device(category) else np.asarray(category)
    xp = namespace(category)

    def coded(part: Array) -> Any:
        return xp.where((part >= 0) & (part < categories), part, categories)

    return over_rows(coded, category, dtype=code_type(categories + 1))


def group_codes(groups: Any, group_count: int, like: Array) -> Array:
    """Whole numbers as group codes, uint8 or uint16 (n,): 0..group_count − 1, and group_count for all else: in none.
    The groups themselves where they are such codes.

    groups: (n,), moved to where `like` lies; None: all rows are of group 0. like: of n rows. ValueError: there are
    more than 65,535 groups.
    """
    kind = code_type(group_count + 1)
    xp = namespace(like)
    if groups is None:
        everyone: Array = xp.zeros(len(like), kind)
        return everyone
    groups = xp.asarray(groups)
    if groups.dtype == kind and (not len(groups) or int(groups.max()) <= group_count):
        same: Array = groups
        return same

    def coded(part: Array) -> Any:
        return xp.where((part >= 0) & (part < group_count), part, kind(group_count))

    return over_rows(coded, groups, dtype=kind)


def middles(edges: Floats) -> Floats:
    """The middle of each bin, (b,)."""
    return (edges[1:] + edges[:-1]) / 2
