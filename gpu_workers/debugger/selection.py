"""Which rows are meant: the columns that conditions speak of, and what clauses leave to each view."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from typing import Any

import msgspec
import numpy as np

from gpu_workers.analyses import Category, Predicate, PredicateError, predicate
from gpu_workers.analyses.arrays import Array, namespace
from gpu_workers.analyses.blocks import over_rows
from gpu_workers.analyses.columns import OTHER
from gpu_workers.analyses.predicates import All, Any_, NoneOf, OneOf
from gpu_workers.protocol.conditions import Unfit, settled
from gpu_workers.protocol.debugger import Clause, Condition, as_data

from .device import within_reach
from .failure import BadQuestion
from .held import Held
from .places import Places
from .texts import Texts, cut
from .wording import SCORE, SEGMENT

MOST_COMPARED = 1000
"""Values of a column among which one is looked for that may have been meant."""


class Columns(Mapping[str, Any]):
    """The dataset's, and beside them "score:<model>" and, where `segments` is given, "segment". A column of the dataset
    called "segment" is hidden by it. They lie where the dataset is computed on. rows: of these alone, by number; then
    without scores and segments. read: columns to read some rows of by number, wherever they lie."""

    def __init__(
        self,
        held: Held,
        score: Callable[[str], Array] | None = None,
        segments: Callable[[], Array] | None = None,
        rows: Array | None = None,
        read: bool = False,
    ) -> None:
        self._held, self._score, self._segments, self._rows, self._read = held, score, segments, rows, read

    def to_read(self) -> "Columns":
        return Columns(self._held, self._score, self._segments, self._rows, read=True)

    def __getitem__(self, name: str) -> Any:
        if name == SEGMENT and self._segments is not None:
            return within_reach(self._segments()) if self._read else self._segments()
        if name in self._held.data:
            if self._rows is None:
                return self._held.data[name] if self._read else self._held.there(name)
            values = self._held.data[name]
            if isinstance(values, Places):
                return values.at(self._rows)
            return (
                replace(values, codes=values.codes[self._rows]) if isinstance(values, Category) else values[self._rows]
            )
        if name.startswith(SCORE) and self._score is not None:
            scores = self._score(name.removeprefix(SCORE))
            return within_reach(scores) if self._read else scores
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._held.data)

    def __len__(self) -> int:
        return len(self._held.data)


def read(where: Condition, held: Held) -> Predicate:
    """BadQuestion: it is no condition."""
    try:
        return predicate(as_data(settled(where, held.by_name)))
    except Unfit as error:
        raise BadQuestion(str(error)) from None
    except PredicateError as error:
        raise BadQuestion(f"A condition cannot be read: {error}") from None


def unknown_values(held: Held, conditions: Iterable[Condition]) -> list[str]:
    """Notes of values that no row can have: they match nothing, which is seldom what was meant."""
    return list(dict.fromkeys(said for one in conditions for said in _unknown(held, read(one, held))))


def _unknown(held: Held, where: Predicate) -> Iterator[str]:
    if isinstance(where, All | Any_):
        for part in where.parts:
            yield from _unknown(held, part)
    if not isinstance(where, OneOf | NoneOf):
        return
    values = held.data.get(where.column)
    if not isinstance(values, Category) or isinstance(values, Places) or where.column == SEGMENT:
        return
    names = set(values.categories)
    for value in map(str, where.values):
        if value in names or (isinstance(values, Texts) and _holds(held, where.column, values, value)):
            continue
        near = {name.casefold(): name for name in values.categories}
        found = get_close_matches(value.casefold(), near, 1) if len(near) <= MOST_COMPARED else []
        meant = f"; did you mean “{cut(near[found[0]])}”?" if found else "."
        yield f"“{cut(value)}” is no value of “{where.column}”{meant}"


def _holds(held: Held, column: str, values: Texts, value: str) -> bool:
    """Looked up once: every further question has the same condition, and a column in the file is read for it."""
    return value == OTHER or held.kept.get("holds", (column, value), partial(values.holds, value))


def mask(where: Predicate, columns: Columns) -> Array:
    """bool (n,). BadQuestion: it does not fit the columns."""
    try:
        return where.mask(columns)
    except PredicateError as error:
        raise BadQuestion(f"A condition does not fit: {error}") from None


def spelled(held: Held, where: Predicate) -> Predicate:
    """A condition over the features' categories as one over the columns, no longer than need be: of a column with many
    texts or places "other" is what none of the named ones is."""
    if isinstance(where, All | Any_):
        parts = tuple(spelled(held, part) for part in where.parts)
        return parts[0] if len(parts) == 1 else replace(where, parts=parts)
    if not isinstance(where, OneOf | NoneOf) or OTHER not in where.values:
        return where
    if not isinstance(held.data.get(where.column), Texts | Places):
        return where
    named = next(one.feature.categories for one in held.bins if one.feature.name == where.column)
    rest = tuple(name for name in named if name not in where.values)
    return NoneOf(where.column, rest) if isinstance(where, OneOf) else OneOf(where.column, rest)


def columns_of(where: Predicate) -> set[str]:
    if isinstance(where, All | Any_):
        return set().union(*(columns_of(part) for part in where.parts))
    return {where.column}


class Selection:
    """What the clauses of a view leave. context: what scores and segments the clauses' columns depend on."""

    def __init__(self, held: Held, clauses: tuple[Clause, ...], columns: Columns, context: Any) -> None:
        self._held, self._clauses, self._columns, self._context = held, clauses, columns, context
        self.sources = {clause.source for clause in clauses}
        self._left: dict[Any, tuple[Array, Array]] = {}

    def key(self, without: str = "") -> Any:
        """By which equal selections are told."""
        conditions = self._conditions(without)
        return (tuple(msgspec.json.encode(one) for one in conditions), self._context if conditions else None)

    def rows(self, without: str = "") -> Array | None:
        """Rows that all clauses leave but those of the source `without`, bool (n,); None: all rows."""
        conditions = self._conditions(without)
        if not conditions:
            return None
        return self._held.kept.get("mask", self.key(without), lambda: self._mask(conditions))

    def count(self, without: str = "") -> int:
        left = self.rows(without)
        return self._held.rows if left is None else int(np.count_nonzero(left))

    def of(self, groups: Array, group_count: int, without: str = "") -> Array:
        """Group codes of the rows that are left, all others in none."""
        left = self.rows(without)
        if left is None:
            return groups
        key = (id(groups), group_count, id(left))
        if key not in self._left:
            xp, none = namespace(groups), groups.dtype.type(group_count)
            of = over_rows(lambda left, groups: xp.where(left, groups, none), left, groups, dtype=groups.dtype)
            self._left[key] = (groups, of)  # which are kept as long as they are known by their place in memory
        return self._left[key][1]

    def _conditions(self, without: str) -> list[Condition]:
        return [clause.where for clause in self._clauses if not without or clause.source != without]

    def _mask(self, conditions: list[Condition]) -> Array:
        first, *others = (read(one, self._held) for one in conditions)
        found = mask(first, self._columns)
        for one in others:
            found &= mask(one, self._columns)
        return found
