"""Rows put into groups: by conditions, or by the quantiles of a score.

A group code is uint8 or uint16 (n,): the number of the row's group, or the number of groups for a row in none.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

from .arrays import Array, Floats, floats, namespace
from .blocks import over_rows
from .edges import code_type
from .predicates import Columns, Predicate
from .quantile import quantiles


def groups_of(predicates: Sequence[Predicate], columns: Columns) -> Array:
    """Each row's group: the first of the predicates that it meets, so that no row is in two."""
    if not predicates:
        raise ValueError("Groups need at least one condition.")
    last = len(predicates) - 1
    kind = code_type(last + 2)

    def of_last(met: Array) -> Any:
        return namespace(met).where(met, kind(last), kind(last + 1))

    def earlier(number: int, met: Array, groups: Array) -> Any:
        return namespace(met).where(met, kind(number), groups)

    groups = over_rows(of_last, predicates[last].mask(columns), dtype=kind)
    for number in range(last - 1, -1, -1):
        groups = over_rows(partial(earlier, number), predicates[number].mask(columns), groups, dtype=kind)
    return groups


def quantile_groups(values: Any, parts: int) -> tuple[Array, Floats]:
    """Groups of about equally many rows by ascending value, and the values at which they begin and end.

    Groups are half-open, the last one closed; NaN is in none. Values that fill more than one part make fewer groups.
    Returns group codes (n,) and edges (groups + 1,).
    """
    values = floats(values)
    edges = np.unique(quantiles(values, np.linspace(0, 1, parts + 1)))
    if np.isnan(edges).any():
        return over_rows(lambda block: block * 0, namespace(values).zeros(len(values)), dtype=np.uint8), edges[:0]
    inner = edges[1:-1]
    xp = namespace(values)

    def group(block: Array) -> Any:
        place = xp.searchsorted(xp.asarray(inner), block.astype(xp.float64), side="right")
        return xp.where(xp.isnan(block), len(inner) + 1, place)

    return over_rows(group, values, dtype=code_type(len(inner) + 2)), edges


def regrouped(labels: Array, numbers: Iterable[int], group_count: int) -> Array:
    """Groups joined or left out: row by row, numbers[label]; labels are codes below len(numbers)."""
    xp = namespace(labels)
    kind = code_type(group_count + 1)
    places = xp.asarray(np.array(list(numbers), dtype=kind))
    return over_rows(lambda part: places[part], labels, dtype=kind)
