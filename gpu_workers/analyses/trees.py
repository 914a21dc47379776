"""Segments that read as sentences: a regression tree on a score, over the codes of a table.

Splits are those that take most off the sum of squares (CART: Breiman, Friedman, Olshen and Stone 1984), between bins
of a number, or between categories ordered by their mean, which finds the best of all two sets (Fisher 1958). Nulls
go to the side that they suit better. What no row has (a category, nulls) is on the larger side of every split.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from .arrays import Array, Floats, floats, namespace
from .blocks import over_parts, over_rows
from .columns import Feature
from .predicates import All, Any_, IsNull, NoneOf, OneOf, Predicate, Range
from .seams import joint_counts, joint_sums
from .table import Table

Allowed = dict[int, Array]
"""By the number of the feature: which of its codes a segment holds, bool (width,)."""


@dataclass(frozen=True, eq=False)
class Segment:
    """predicate: over the table's columns. rows: with a score. mean: of their score."""

    predicate: Predicate
    rows: int
    mean: float


@dataclass(frozen=True, eq=False)
class Segments:
    """segments: ascending by mean, so that the last is the worst of an error. groups: uint8 (n,), each row's segment.

    explained: the share of the score's variance that lies between the segments, 0 to 1.
    """

    segments: tuple[Segment, ...]
    groups: Array
    explained: float


@dataclass(frozen=True, eq=False)
class _Leaf:
    allowed: Allowed
    counts: Floats
    sums: Floats


@dataclass(frozen=True, eq=False)
class _Split:
    gain: float
    feature: int
    left: Array


def decision_tree_segments(
    table: Table, score: Any, leaves: int = 8, depth: int = 3, smallest: float = 0.01, least_gain: float = 0.002
) -> Segments:
    """At most `leaves` segments, at most `depth` conditions each, in which the score differs most.

    score: (n,) of NumPy or CuPy as the table; rows where it is not finite help to find none, but are put into the
    segment that their columns say. smallest: share of the rows that a segment has at least. least_gain: share of the
    score's variance that a split explains at least. ValueError: more than 255 leaves.
    """
    (deepest,) = deque(_levels(table, score, leaves, depth, smallest, least_gain), maxlen=1)
    return _segments(table, *deepest)


def nested_tree_segments(
    table: Table, score: Any, leaves: int = 8, depth: int = 3, smallest: float = 0.01, least_gain: float = 0.002
) -> list[Segments]:
    """As `decision_tree_segments` of each depth from 0 on, found on the way to the deepest; fewer than depth + 1 where
    nothing is gained by going deeper."""
    return [_segments(table, *level) for level in _levels(table, score, leaves, depth, smallest, least_gain)]


def _levels(
    table: Table, score: Any, leaves: int, depth: int, smallest: float, least_gain: float
) -> Iterator[tuple[dict[int, _Leaf], Array, float, float]]:
    """Of each depth from 0 on what `_segments` makes segments of."""
    if not 1 <= leaves <= 255:
        raise ValueError(f"There can be 1 to 255 segments, not {leaves}.")
    score = floats(score)
    xp = namespace(score)
    finite = over_rows(xp.isfinite, score, dtype=bool)
    rows = sum(over_parts(lambda part: int(part.sum()), finite))
    sums = over_parts(lambda part: float(xp.where(xp.isfinite(part), part, 0).sum(dtype=xp.float64)), score)
    centre = sum(sums) / max(rows, 1)
    middle = score.dtype.type(centre)
    away = over_rows(lambda part: xp.where(xp.isfinite(part), part - middle, 0), score, dtype=score.dtype)
    total = sum(over_parts(lambda part: float(xp.square(part, dtype=xp.float64).sum()), away))
    place = over_rows(xp.zeros_like, finite, dtype=xp.uint8)
    fewest = max(1.0, smallest * rows)
    found: dict[int, _Leaf] = {}
    fresh: list[tuple[int, Allowed]] = [(0, {})]
    gained, number = 0.0, 1
    for level in range(depth + 1):
        found |= _leaves(table, fresh, place, finite, away)
        yield dict(found), place, centre, gained / total if total else 0.0
        if level == depth or total == 0:
            break
        options = {which: _best_split(table.features, found[which], fewest) for which, _ in fresh}
        ordered = sorted(
            ((which, split) for which, split in options.items() if split and split.gain >= least_gain * total),
            key=lambda pair: (-pair[1].gain, pair[0]),
        )
        fresh = []
        for which, split in ordered[: leaves - len(found)]:
            gained += split.gain
            leaf = found.pop(which)
            held = leaf.allowed.get(split.feature, np.ones(len(split.left), bool))
            fresh += [
                (which, leaf.allowed | {split.feature: held & split.left}),
                (number, leaf.allowed | {split.feature: held & ~split.left}),
            ]
            right = xp.asarray(~split.left)
            moved = partial(_moved, which, number, right)
            place = over_rows(moved, place, table.codes[split.feature], dtype=xp.uint8)
            number += 1
        if not fresh:
            break


def _moved(which: int, number: int, right: Array, place: Array, codes: Array) -> Any:
    """Rows of the segment `which` whose code goes to the right are in the segment `number` from now on."""
    return namespace(place).where((place == which) & right[codes], place.dtype.type(number), place)


def _leaves(
    table: Table, fresh: Sequence[tuple[int, Allowed]], place: Array, finite: Array, away: Array
) -> dict[int, _Leaf]:
    """Counts and sums of the new leaves by code of each feature, in one pass."""
    xp = namespace(place)
    numbers = np.full(256, len(fresh), np.uint8)
    numbers[[which for which, _ in fresh]] = np.arange(len(fresh))
    named, none = xp.asarray(numbers), np.uint8(len(fresh))
    groups = over_rows(lambda finite, place: xp.where(finite, named[place], none), finite, place, dtype=xp.uint8)
    counts = joint_counts(table.codes, table.widths, groups, len(fresh)).astype(np.float64)
    sums = joint_sums(away, table.codes, table.widths, groups, len(fresh))
    return {which: _Leaf(allowed, counts[row], sums[row]) for row, (which, allowed) in enumerate(fresh)}


def _best_split(features: Sequence[Feature], leaf: _Leaf, fewest: float) -> _Split | None:
    best: _Split | None = None
    start = 0
    for number, feature in enumerate(features):
        part = slice(start, start + feature.width)
        start += feature.width
        split = _split(number, feature, leaf.counts[part], leaf.sums[part], fewest)
        if split and (best is None or split.gain > best.gain):
            best = split
    return best


def _split(number: int, feature: Feature, counts: Floats, sums: Floats, fewest: float) -> _Split | None:
    held = np.flatnonzero(counts)
    null = feature.width - 1
    if feature.edges is None:
        orders = [held[np.argsort(sums[held] / counts[held], kind="stable")]]
    elif counts[null]:
        orders = [held, np.concatenate(([null], held[:-1]))]
    else:
        orders = [held]
    rows, total = counts.sum(), sums.sum()
    best: _Split | None = None
    for order in orders:
        left_rows, left_sum = np.cumsum(counts[order])[:-1], np.cumsum(sums[order])[:-1]
        right_rows = rows - left_rows
        possible = (left_rows >= fewest) & (right_rows >= fewest)
        if possible.any():
            gains = left_sum**2 / left_rows + (total - left_sum) ** 2 / right_rows - total**2 / rows
            gains = np.where(possible, gains, -np.inf)
            cut = int(gains.argmax())
            if best is None or gains[cut] > best.gain * (1 + 1e-12):
                best = _Split(float(gains[cut]), number, _left(feature, counts, order, cut))
    return best


def _left(feature: Feature, counts: Floats, order: Array, cut: int) -> Array:
    """The codes of the left side, bool (width,): those up to the cut, bins between them, and what no row has."""
    left = np.zeros(feature.width, bool)
    left[order[: cut + 1]] = True
    if feature.edges is not None:
        border = max((place for place in order[: cut + 1] if place < feature.width - 1), default=-1)
        left[: border + 1] = True
        if not counts[border + 1 : -1].any():  # only nulls are on the right
            left[:-1] = True
    unseen = counts == 0
    if feature.edges is not None:
        unseen[:-1] = False
    left[unseen] = counts[left].sum() * 2 >= counts.sum()
    return left


def _segments(table: Table, found: dict[int, _Leaf], place: Array, centre: float, explained: float) -> Segments:
    width = table.features[0].width if table.features else 0
    described = []
    for which, leaf in found.items():
        rows = int(leaf.counts[:width].sum())
        mean = centre + float(leaf.sums[:width].sum()) / rows if rows else float("nan")
        conditions = []
        for number, held in sorted(leaf.allowed.items()):
            feature = table.features[number]
            nulls = any(over_parts(partial(_has, feature.width - 1), table.codes[number]))
            conditions.append(described_by(feature, held, nulls))
        described.append((which, Segment(All(tuple(part for part in conditions if part is not None)), rows, mean)))
    described.sort(key=lambda pair: (pair[1].mean, pair[0]))
    numbers = np.zeros(256, np.uint8)
    numbers[[which for which, _ in described]] = np.arange(len(described))
    named = namespace(place).asarray(numbers)
    groups = over_rows(lambda part: named[part], place, dtype=np.uint8)
    return Segments(tuple(segment for _, segment in described), groups, explained)


def _has(code: int, codes: Array) -> bool:
    return bool((codes == code).any())


def described_by(feature: Feature, codes: Array, nulls: bool = True) -> Predicate | None:
    """The condition that a row's code is one of these, bool (width,); None where all are. Bins must be consecutive.

    nulls: whether the column has any; without, they are not spoken of.
    """
    known, null = codes[:-1], bool(codes[-1]) and nulls
    if known.all() and null == nulls:
        return None
    parts: list[Predicate] = []
    held = np.flatnonzero(known)
    if len(held) and feature.edges is not None:
        low = None if held[0] == 0 else float(feature.edges[held[0]])
        high = None if held[-1] == len(known) - 1 else float(feature.edges[held[-1] + 1])
        parts.append(Range(feature.name, low, high))
    elif len(held):
        named = [tuple(feature.categories[place] for place in np.flatnonzero(side)) for side in (known, ~known)]
        parts.append(OneOf(feature.name, named[0]) if len(held) * 2 <= len(known) else NoneOf(feature.name, named[1]))
    if null:
        parts.append(IsNull(feature.name))
    return parts[0] if len(parts) == 1 else Any_(tuple(parts))
