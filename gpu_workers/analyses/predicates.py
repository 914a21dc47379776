"""Which rows are meant: conditions on columns, joined by and and or; what a brush, a slice and a segment are.

Ranges are half-open, low ≤ value < high, so that of two that meet no row is in both. As data a predicate is plain
JSON, never code:

    {"column": "age", "low": 30, "high": 40}       one bound may be absent or null; no bound: any number
    {"column": "site", "in": ["A", "B"]}           categories, or numbers
    {"column": "site", "not_in": ["A", "B"]}       any other; not missing
    {"column": "site", "null": true}               missing
    {"all": [...]}, {"any": [...]}                 all of none is every row, any of none is no row
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .arrays import Array, floats, namespace
from .blocks import over_rows
from .columns import Category

Columns = Mapping[str, Any]
"""By name: numbers (n,) of NumPy or CuPy, or a `Category`."""

DEEPEST = 20
MOST_CONDITIONS = 1000
"""In one predicate at most: those of `gpu_workers.protocol.debugger`, which the kernels do without."""


class PredicateError(ValueError):
    """Data that is no predicate, or a predicate that does not fit the columns; the sentence says which part."""


@dataclass(frozen=True)
class Range:
    """low ≤ value < high; a bound that is None does not bound. Infinities are values, nulls are in no range."""

    column: str
    low: float | None = None
    high: float | None = None

    def mask(self, columns: Columns) -> Array:
        """bool (n,)."""
        held = _column(columns, self.column)
        if isinstance(held, Category):
            raise PredicateError(f"The column “{self.column}” holds categories, which have no ranges.")
        values = floats(held)
        xp = namespace(values)
        low, high = (
            None if bound is None else xp.asarray([bound], dtype=xp.float64) for bound in (self.low, self.high)
        )

        def inside(part: Array) -> Any:
            if low is None or high is None:
                return part < high if high is not None else part >= low if low is not None else ~xp.isnan(part)
            return (part >= low) & (part < high)

        return over_rows(inside, values, dtype=bool)

    def as_data(self) -> dict[str, Any]:
        return {"column": self.column, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class OneOf:
    """The column's category, or number, is one of these. A category that the table does not have matches no row."""

    column: str
    values: tuple[str | float, ...]

    def mask(self, columns: Columns) -> Array:
        """bool (n,)."""
        held = _column(columns, self.column)
        if isinstance(held, Category):
            return held.mask(str(value) for value in self.values)
        if any(isinstance(value, str) for value in self.values):
            raise PredicateError(f"The column “{self.column}” holds numbers, not categories.")
        values = floats(held)
        xp = namespace(values)
        listed = xp.asarray(self.values, dtype=values.dtype)
        return over_rows(lambda part: xp.isin(part, listed), values, dtype=bool)

    def as_data(self) -> dict[str, Any]:
        return {"column": self.column, "in": list(self.values)}


@dataclass(frozen=True)
class NoneOf:
    """The column's category, or number, is known and none of these."""

    column: str
    values: tuple[str | float, ...]

    def mask(self, columns: Columns) -> Array:
        """bool (n,)."""
        named = OneOf(self.column, self.values).mask(columns)
        return over_rows(lambda named, null: ~(named | null), named, IsNull(self.column).mask(columns), dtype=bool)

    def as_data(self) -> dict[str, Any]:
        return {"column": self.column, "not_in": list(self.values)}


@dataclass(frozen=True)
class IsNull:
    """The column's value is missing: NaN, or no category."""

    column: str

    def mask(self, columns: Columns) -> Array:
        """bool (n,)."""
        held = _column(columns, self.column)
        if isinstance(held, Category):
            return held.nulls()
        values = floats(held)
        return over_rows(namespace(values).isnan, values, dtype=bool)

    def as_data(self) -> dict[str, Any]:
        return {"column": self.column, "null": True}


@dataclass(frozen=True)
class All:
    """Rows that meet every part."""

    parts: "tuple[Predicate, ...]"

    def mask(self, columns: Columns) -> Array:
        """bool (n,)."""
        return _joined(columns, (part.mask(columns) for part in self.parts), every=True)

    def as_data(self) -> dict[str, Any]:
        return {"all": [part.as_data() for part in self.parts]}


@dataclass(frozen=True)
class Any_:  # noqa: N801 (typing has the name without the stroke)
    """Rows that meet at least one part."""

    parts: "tuple[Predicate, ...]"

    def mask(self, columns: Columns) -> Array:
        """bool (n,)."""
        return _joined(columns, (part.mask(columns) for part in self.parts), every=False)

    def as_data(self) -> dict[str, Any]:
        return {"any": [part.as_data() for part in self.parts]}


Predicate = Range | OneOf | NoneOf | IsNull | All | Any_


def predicate(data: Any) -> Predicate:
    """A predicate from its data. PredicateError: with a sentence."""
    read, count = _read(data, 0)
    if count > MOST_CONDITIONS:
        raise PredicateError(f"A predicate has at most {MOST_CONDITIONS:,} conditions.")
    return read


def _read(data: Any, depth: int) -> tuple[Predicate, int]:
    if depth > DEEPEST:
        raise PredicateError(f"The conditions are nested more than {DEEPEST} deep.")
    if not isinstance(data, Mapping):
        raise PredicateError("A condition is an object such as {“column”: “age”, “low”: 30, “high”: 40}.")
    keys = set(data)
    for key, kind in (("all", All), ("any", Any_)):
        if keys == {key} and isinstance(data[key], Sequence) and not isinstance(data[key], str):
            parts = [_read(part, depth + 1) for part in data[key]]
            return kind(tuple(part for part, _ in parts)), 1 + sum(count for _, count in parts)
    column = data.get("column")
    if not isinstance(column, str):
        raise PredicateError("A condition names its column, or is “all” or “any” of a list.")
    if keys == {"column", "null"} and data["null"] is True:
        return IsNull(column), 1
    for key, list_of in (("in", OneOf), ("not_in", NoneOf)):
        if keys == {"column", key} and isinstance(data[key], Sequence) and not isinstance(data[key], str):
            if not all(isinstance(value, str) or _is_number(value) for value in data[key]):
                raise PredicateError(f"The values of “{column}” are texts or numbers.")
            return list_of(column, tuple(data[key])), 1
    if keys <= {"column", "low", "high"}:
        bounds = [data.get("low"), data.get("high")]
        if not all(bound is None or _is_number(bound) for bound in bounds):
            raise PredicateError(f"The bounds of “{column}” are numbers.")
        return Range(column, *bounds), 1
    raise PredicateError(f"The condition on “{column}” has a range (low, high), a list (in, not_in) or “null”: true.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)


def _column(columns: Columns, name: str) -> Any:
    try:
        return columns[name]
    except KeyError:
        raise PredicateError(f"There is no column “{name}”.") from None


def _joined(columns: Columns, masks: Iterable[Array], every: bool) -> Array:
    result: Array | None = None
    for mask in masks:
        if result is None:
            result = mask
        elif every:
            result &= mask
        else:
            result |= mask
    if result is not None:
        return result
    first = next(iter(columns.values()))
    held = first.codes if isinstance(first, Category) else first
    xp = namespace(held)
    return over_rows(lambda part: xp.full(len(part), every), held, dtype=bool)
