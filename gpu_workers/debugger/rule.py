"""A rule that describes group A: a decision tree finds it on half of the rows, the other half judges it."""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from gpu_workers.analyses import Segments, Table, nested_tree_segments
from gpu_workers.analyses.arrays import Array, on_host
from gpu_workers.analyses.blocks import evenly, over_rows
from gpu_workers.analyses.predicates import All, Any_, Predicate, Range
from gpu_workers.protocol.debugger import Rule

from .device import within_reach
from .held import Held
from .selection import Columns, mask, spelled
from .wording import condition, sentence

SAMPLE = 40_000
"""Rows of either half at most."""
LEAVES, DEPTH = 8, 3
MOST = 3
"""Leaves that a rule is made of at most."""
LEAST = 20
"""Rows of A that each half must have."""
WIDEST = 8
"""Features that a rule is looked for in."""
WORTH = 0.02
"""Gain in agreement for which a rule is made longer."""
POOREST = 0.2
"""Agreement that a rule has at least: one that hardly tells A from B is none."""


def rule(held: Held, groups: Array, features: Sequence[str], score: str) -> Rule | None:
    """groups: 0 for a row of A, 1 of B, else in neither, (n,). features: those furthest apart first, of which the first
    few are used. None: too few rows, or nothing tells A from B.

    How many conditions it has is chosen on a quarter of the first half, which the tree does not see.
    """
    learnt, tried, judged = (_drawn(groups, held.dealt, low, high) for low, high in ((0, 96), (96, 128), (128, 256)))
    of_learnt, of_tried, of_judged = (_at(groups, rows) for rows in (learnt, tried, judged))
    if not features or any(
        np.count_nonzero(of_rows == 0) < LEAST or not (of_rows == 1).any() for of_rows in (of_learnt, of_judged)
    ):
        return None
    table = _table(held, features[:WIDEST], learnt)
    best: Predicate | None = None
    reached = POOREST - WORTH
    is_a = of_learnt == 0
    for found in nested_tree_segments(table, is_a.astype(np.float32), LEAVES, DEPTH, 0.005, 0.01)[1:]:
        where = _described(held, found, is_a)
        if where is not None and (quality := _agreement(*_counted(held, where, tried, of_tried))) > reached + WORTH:
            best, reached = where, quality
    if best is None:
        return None
    hits, met, truly, _ = _counted(held, best, judged, of_judged)
    if not hits:
        return None
    return Rule(condition(best), sentence(best, held.by_name, score), hits / met, hits / truly)


def _at(column: Array, rows: Array) -> Array:
    """Some rows, by number, of a column wherever it lies."""
    found: Array = within_reach(column)[rows]
    return found


def _table(held: Held, names: Sequence[str], rows: Array) -> Table:
    of = dict(zip((feature.name for feature in held.table.features), held.table.codes, strict=True))
    features = [feature for feature in held.table.features if feature.name in names]
    return Table(tuple(features), tuple(_at(of[feature.name], rows) for feature in features))


def _drawn(groups: Array, dealt: Array, low: int, high: int) -> Array:
    def of(groups: Array, dealt: Array) -> Any:
        return (dealt >= low) & (dealt < high) & (groups < 2)

    return on_host(evenly(over_rows(of, groups, dealt, dtype=bool), SAMPLE))


def _described(held: Held, found: Segments, is_a: Array) -> Predicate | None:
    """Of the tree's leaves the purest, as many as agree best with A; a further one only where it is worth its words."""
    count = len(found.segments)
    if count < 2:
        return None
    inside, rows = np.bincount(found.groups, is_a, count), np.bincount(found.groups, minlength=count)
    order = np.argsort(-inside / np.maximum(rows, 1), kind="stable")[:MOST]
    hits, met = np.cumsum(inside[order]), np.cumsum(rows[order])
    best, reached = 0, -1.0
    for place in range(len(order)):
        quality = _agreement(int(hits[place]), int(met[place]), int(is_a.sum()), len(is_a))
        if quality > reached + WORTH:
            best, reached = place, quality
    parts = [spelled(held, found.segments[leaf].predicate) for leaf in order[: best + 1]]
    return joined(parts)


def joined(parts: Sequence[Predicate]) -> Predicate:
    """Any of the parts; two that differ in one range, which meet, as one."""
    left = list(parts)
    merged = True
    while merged:
        merged = False
        for first, second in combinations(left, 2):
            together = _together(first, second)
            if together is not None:
                left = [part for part in left if part is not first and part is not second] + [together]
                merged = True
                break
    return left[0] if len(left) == 1 else Any_(tuple(left))


def _together(first: Predicate, second: Predicate) -> Predicate | None:
    of_first, of_second = _all(first), _all(second)
    same = [part for part in of_first if part in of_second]
    apart = [part for part in of_first if part not in same], [part for part in of_second if part not in same]
    if len(apart[0]) != 1 or len(apart[1]) != 1 or not same:
        return None
    one, other = apart[0][0], apart[1][0]
    if not isinstance(one, Range) or not isinstance(other, Range) or one.column != other.column:
        return None
    if one.low is not None and one.low == other.high:
        one, other = other, one
    if one.high is None or one.high != other.low:
        return None
    whole = [] if one.low is None and other.high is None else [Range(one.column, one.low, other.high)]
    every = (*same, *whole)
    return every[0] if len(every) == 1 else All(every)


def _all(part: Predicate) -> tuple[Predicate, ...]:
    return part.parts if isinstance(part, All) else (part,)


def _counted(held: Held, where: Predicate, rows: Array, of_rows: Array) -> tuple[int, int, int, int]:
    """Rows of A that meet a condition, that meet it, of A, and all."""
    met, truly = mask(where, Columns(held, rows=rows)), of_rows == 0
    return int(np.count_nonzero(met & truly)), int(np.count_nonzero(met)), int(np.count_nonzero(truly)), len(rows)


def _agreement(hits: int, met: int, truly: int, rows: int) -> float:
    """The correlation of meeting a condition with being of A (phi, Matthews 1975): 0 where it is as by chance."""
    varied = met * (rows - met) * truly * (rows - truly)
    return (hits * rows - met * truly) / math.sqrt(varied) if varied > 0 else 0.0
