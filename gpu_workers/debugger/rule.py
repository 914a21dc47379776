"""A rule that describes group A: a decision tree finds it on half of the rows, the other half judges it."""

import numpy as np

from gpu_workers.analyses import Table, decision_tree_segments
from gpu_workers.analyses.arrays import Array
from gpu_workers.analyses.predicates import Any_, Predicate
from gpu_workers.protocol.debugger import Rule

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
WORTH = 0.02
"""Gain in F1 for which a rule is made longer."""


def rule(held: Held, groups: Array, score: str) -> Rule | None:
    """groups: 0 for a row of A, 1 of B, else in neither, (n,). None: too few rows, or nothing tells A from B.

    How many conditions it has is chosen on a quarter of the first half, which the tree does not see.
    """
    if not held.table.features:
        return None
    learnt, tried, judged = (_drawn(groups, held.dealt, low, high) for low, high in ((0, 96), (96, 128), (128, 256)))
    if any(np.count_nonzero(groups[rows] == 0) < LEAST or not (groups[rows] == 1).any() for rows in (learnt, judged)):
        return None
    table = held.table.rows_at(learnt)
    best: Predicate | None = None
    reached = 0.0
    for depth in range(1, DEPTH + 1):
        where = _found(held, table, groups[learnt] == 0, depth)
        quality = 0.0 if where is None else _f1(*_shares(held, where, tried, groups))
        if quality > reached + WORTH:
            best, reached = where, quality
    if best is None:
        return None
    precision, recall = _shares(held, best, judged, groups)
    return Rule(condition(best), sentence(best, held.by_name, score), precision, recall)


def _drawn(groups: Array, dealt: Array, low: int, high: int) -> Array:
    rows = np.flatnonzero((dealt >= low) & (dealt < high) & (groups < 2))
    drawn: Array = rows[:: max(1, -(-len(rows) // SAMPLE))]
    return drawn


def _found(held: Held, table: Table, is_a: Array, depth: int) -> Predicate | None:
    found = decision_tree_segments(table, is_a.astype(np.float32), LEAVES, depth, 0.005, 0.01)
    if len(found.segments) < 2:
        return None
    leaves = _chosen(found.groups, is_a, len(found.segments))
    parts = [spelled(held, found.segments[leaf].predicate) for leaf in leaves]
    return parts[0] if len(parts) == 1 else Any_(tuple(parts))


def _chosen(leaf: Array, is_a: Array, count: int) -> list[int]:
    """The purest leaves, as many as make the best F1; a further one only for a gain that is worth its words."""
    inside = np.bincount(leaf, is_a, count)
    rows = np.maximum(np.bincount(leaf, minlength=count), 1)
    order = np.argsort(-inside / rows, kind="stable")[:MOST]
    hits, held = np.cumsum(inside[order]), np.cumsum(rows[order])
    quality = 2 * hits / (held + is_a.sum())
    best = 0
    for place in range(1, len(order)):
        if quality[place] > quality[best] + WORTH:
            best = place
    return [int(one) for one in order[: best + 1]]


def _shares(held: Held, where: Predicate, rows: Array, groups: Array) -> tuple[float, float]:
    """precision and recall of a condition on these rows; 0 where it meets none of A."""
    met, truly = mask(where, Columns(held, rows=rows)), groups[rows] == 0
    hits = int(np.count_nonzero(met & truly))
    return hits / max(int(np.count_nonzero(met)), 1), hits / max(int(np.count_nonzero(truly)), 1)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision > 0 else 0.0
