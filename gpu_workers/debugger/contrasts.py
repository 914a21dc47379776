"""What sets group A apart from group B: the features, ranked, with their distributions in both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gpu_workers.analyses import Contrast, CountTable, attribution, effective_rows
from gpu_workers.analyses import Feature as Codes
from gpu_workers.analyses.arrays import Array, Counts, namespace
from gpu_workers.analyses.blocks import over_rows
from gpu_workers.analyses.seams import group_sums, joint_counts, joint_sums
from gpu_workers.protocol.debugger import Feature, Measure

from .bins import Binned
from .held import Held
from .places import outlines, spelled
from .segmented import Segmented
from .selection import Selection
from .weights import Weights, weights_of

SOURCE = "feature:"
PLACE = "place"
"""The kind of a feature whose categories are hexagons."""
PERMUTATIONS = 1000
ROWS_OF_A_BIN = 10
"""Rows that the smaller group has in a bin on average at least: with fewer, chance alone sets the groups apart."""
FEWEST = 5
"""Bins, however small a group is."""
MANY, MOST_OF_MANY = 500, 16
"""From so many features on, bins at most of each, so that shuffles take a quarter of the time; what differs within one
of them only is not told."""
MISSING = 0.2
"""Beyond this difference in the shares of nulls, they are what is said of a number."""
SMALL = 0.1
"""Standard deviations that are not worth a word."""


@dataclass(frozen=True)
class Sides:
    """The segments' keys on either side."""

    a: tuple[int, ...]
    b: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Side:
    """One feature in both groups. a, b: (width,) rows with each of the feature's own codes; weights_a, weights_b: the
    sums of their weights, the same as the rows where all count alike; contrast: by these, of fewer bins where a group
    is small."""

    binned: Binned
    a: Counts
    b: Counts
    weights_a: Array
    weights_b: Array
    contrast: Contrast


def contrasts(
    held: Held, parts: Segmented, selection: Selection, context: Any, sides: Sides, measure: Measure
) -> list[Side]:
    """All features, furthest apart first. context: by which the segments are told from others."""
    if not held.bins:
        return []
    own = tuple(sorted((source, selection.key(source)) for source in selection.sources))

    def make() -> list[Side]:
        weights = weights_of(held)
        rows = _counted(held, parts, selection, context, None)
        weighed = rows if weights is None else _counted(held, parts, selection, context, weights)
        return _compared(held, rows, weighed, sides)

    found = held.kept.get("contrasts", (context, selection.key(), own, sides), make, most=8)

    def order(one: Side) -> tuple[float, str]:
        value = one.contrast.measures[measure]
        return (np.inf if np.isnan(value) else -value, one.contrast.feature.name)

    return sorted(found, key=order)


@dataclass(frozen=True, eq=False)
class Counted:
    """counts: (segments, Σ widths) rows of each segment with each code, or the sums of their weights. squares: the sums
    of the weights' squares, (segments, features)."""

    counts: Array
    squares: Array

    def side(self, keys: Sequence[int], borders: Counts) -> list[Array]:
        """The counts of each feature, (width,), of segments together."""
        return np.split(self.counts[list(keys)].sum(0), borders)

    def effective(self, side: Array, keys: Sequence[int], feature: int) -> Array:
        """A feature's sums of weights, scaled to as many rows that count alike as leave so much open."""
        weight = float(side.sum())
        rows = effective_rows(weight, float(self.squares[list(keys), feature].sum()))
        return side * (rows / weight if weight else 0.0)


def _compared(held: Held, rows: Counted, weighed: Counted, sides: Sides) -> list[Side]:
    """weighed: as rows count, the same as `rows` where all count alike."""
    borders = np.cumsum(held.table.widths)[:-1]
    of_a, of_b = rows.side(sides.a, borders), rows.side(sides.b, borders)
    heavy_a, heavy_b = weighed.side(sides.a, borders), weighed.side(sides.b, borders)
    coarse: list[Codes] = []
    counts: list[Array] = []
    for number, feature in enumerate(held.table.features):
        in_a, in_b = heavy_a[number], heavy_b[number]
        if weighed is not rows:
            in_a = weighed.effective(in_a, sides.a, number)
            in_b = weighed.effective(in_b, sides.b, number)
        most = max(int(min(in_a.sum(), in_b.sum())) // ROWS_OF_A_BIN, FEWEST)
        if len(held.table.features) >= MANY:
            most = min(most, MOST_OF_MANY)
        fewer, place = _coarser(feature, of_a[number] + of_b[number], most)
        coarse.append(fewer)
        counts.append(np.stack([np.bincount(place, side, fewer.width) for side in (in_a, in_b)]))
    table = CountTable(tuple(coarse), np.concatenate(counts, 1))
    by_name = {one.feature.name: one for one in attribution(table, [0], [1], permutations=PERMUTATIONS)}
    return [
        Side(binned, of_a[number], of_b[number], heavy_a[number], heavy_b[number], by_name[binned.feature.name])
        for number, binned in enumerate(held.bins)
    ]


def _coarser(feature: Codes, rows: Counts, most: int) -> tuple[Codes, Counts]:
    """A feature of at most so many codes beside the nulls, and the code there of each of its own: neighbours of a
    number put together, so that all hold about as many rows, and the rarest categories."""
    known = rows[:-1]
    if len(known) <= most:
        return feature, np.arange(len(rows))
    place = np.empty(len(rows), np.int64)
    if feature.edges is not None:
        before = np.cumsum(known) - known
        share = np.minimum(before * most // max(int(known.sum()), 1), most - 1)
        starts = np.flatnonzero(np.diff(share, prepend=-1))
        place[:-1] = np.searchsorted(starts, np.arange(len(known)), side="right") - 1
        place[-1] = len(starts)
        return Codes(feature.name, np.append(feature.edges[starts], feature.edges[-1])), place
    often = np.sort(np.argsort(-known, kind="stable")[: most - 1])
    place[:] = len(often)
    place[often] = np.arange(len(often))
    place[-1] = len(often) + 1
    # The name of the rest is not looked at; it differs from all others.
    return Codes(feature.name, categories=(*(feature.categories[code] for code in often), "\0")), place


def _counted(held: Held, parts: Segmented, selection: Selection, context: Any, weights: Weights | None) -> Counted:
    """Of the rows that all clauses leave; a feature's own do not bind itself."""

    def tally(number: int | None, groups: Array) -> tuple[Array, Array]:
        """Of all features, or of one."""
        codes = held.table.codes if number is None else (held.table.codes[number],)
        widths = held.table.widths if number is None else [held.table.widths[number]]
        if weights is None:
            counts: Array = joint_counts(codes, widths, groups, parts.count)
            return counts, np.zeros(parts.count)
        sums = joint_sums(weights.values, codes, widths, groups, parts.count)
        return sums, group_sums([weights.squares], groups, parts.count)[0]

    def count() -> Counted:
        counts, squares = tally(None, selection.of(parts.groups, parts.count))
        return Counted(counts, np.repeat(squares[:, None], len(held.table.features), 1))

    kind = "counts" if weights is None else "weight counts"
    whole = held.kept.get(kind, (context, selection.key()), count)
    own = [
        (number, feature)
        for number, feature in enumerate(held.table.features)
        if SOURCE + feature.name in selection.sources
    ]
    if not own:
        return whole
    counts, squares = whole.counts.copy(), whole.squares.copy()
    starts = np.concatenate(([0], np.cumsum(held.table.widths)))
    for number, feature in own:
        groups = selection.of(parts.groups, parts.count, SOURCE + feature.name)
        counts[:, starts[number] : starts[number + 1]], squares[:, number] = tally(number, groups)
    return Counted(counts, squares)


def features(held: Held, found: Sequence[Side]) -> tuple[Feature, ...]:
    """As they are shown."""
    return tuple(_feature(held, one) for one in found)


def _feature(held: Held, one: Side) -> Feature:
    name = one.contrast.feature.name
    is_place = name == held.place
    return Feature(
        name,
        PLACE if is_place else held.by_name[name].kind.value,
        tuple(one.binned.edges.tolist()),
        one.binned.feature.categories,
        tuple(one.binned.shown(one.a).tolist()),
        tuple(one.binned.shown(one.b).tolist()),
        {measure: known(value) for measure, value in one.contrast.measures.items()},
        known(one.contrast.p),
        known(one.contrast.q),
        known(one.contrast.shift),
        _sentence(one),
        outlines(one.binned.feature.categories) if is_place else (),
        *(
            () if heavy is rows else tuple(one.binned.shown(heavy).tolist())
            for heavy, rows in ((one.weights_a, one.a), (one.weights_b, one.b))
        ),
    )


def known(value: float) -> float | None:
    """None for what is not finite."""
    return float(value) if np.isfinite(value) else None


def _sentence(one: Side) -> str:
    weight_a, weight_b = one.weights_a.sum(), one.weights_b.sum()
    if not weight_a or not weight_b:
        return "One of the groups has no rows."
    shares_a, shares_b = one.weights_a / weight_a, one.weights_b / weight_b
    null, feature, shift = len(one.a) - 1, one.binned.feature, one.contrast.shift
    apart = np.abs(shares_a - shares_b)
    if feature.edges is None or apart[null] > MISSING:
        code = null if feature.edges is not None else int(np.argmax(apart))
        what = "Missing" if code == null else _said(feature.categories[code])
        return f"{what} in {shares_a[code]:.1%} of A and {shares_b[code]:.1%} of B."
    if np.isnan(shift):
        return "Missing in one of the groups." if max(shares_a[null], shares_b[null]) == 1 else "The same in all rows."
    if abs(shift) < SMALL:
        return "About as high in both groups."
    return f"{'Higher' if shift > 0 else 'Lower'} in A, by {abs(shift):.1f} standard deviations."


def _said(category: str) -> str:
    cell = spelled(category)
    return f"“{category}”" if cell == category else f"{cell[0].upper()}{cell[1:]}:"


def group_codes(parts: Segmented, sides: Sides) -> Array:
    """0 for a row of A, 1 for one of B, 2 for one in neither, uint8 (n,)."""
    numbers = np.full(parts.count + 1, 2, np.uint8)
    numbers[list(sides.a)] = 0
    numbers[list(sides.b)] = 1
    numbers = namespace(parts.groups).asarray(numbers)
    return over_rows(lambda groups: numbers[groups], parts.groups, dtype=np.uint8)
