"""Conditions in words: dates as dates, texts in quotes, scores and segments by what they are."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from gpu_workers.analyses.predicates import All, Any_, IsNull, NoneOf, OneOf, Predicate, Range
from gpu_workers.protocol.datasets import Column, Kind
from gpu_workers.protocol.debugger import Condition

from .places import cell_of, spelled
from .scores import WORDS
from .texts import cut

SCORE = "score:"
SEGMENT = "segment"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST = 6
"""Values of a list that are named."""


def moment(seconds: float) -> str:
    """RFC 3339, in UTC; beyond the years 1 to 9999 the number itself."""
    try:
        at = _EPOCH + timedelta(microseconds=round(seconds * 1e6))
    except OverflowError:
        return f"{seconds:.6g}"
    return at.isoformat().replace("+00:00", "Z")


def condition(read: Predicate) -> Condition:
    return msgspec.convert(read.as_data(), Condition)


def sentence(read: Predicate, columns: Mapping[str, Column], score: str = "") -> str:
    """columns: by name. score: that of the view, by which "score:<model>" is named."""
    match read:
        case All():
            return " and ".join(_bracketed(part, Any_, columns, score) for part in read.parts) or "all rows"
        case Any_():
            return " or ".join(_bracketed(part, All, columns, score) for part in read.parts) or "no rows"
    column = columns.get(read.column)
    name = named(read.column, score)
    match read:
        case IsNull():
            return f"{name} is missing"
        case Range(low=low, high=high):
            return _range(name, low, high, column is not None and column.kind is Kind.TIME)
        case OneOf(values=values):
            return f"{name} is {_listed(values, column is None)}" if values else "no rows"
        case NoneOf(values=values):
            return f"{name} is not {_listed(values, column is None)}" if values else f"{name} is known"


def named(column: str, score: str) -> str:
    """A column as people call it."""
    if column.startswith(SCORE):
        return f"{WORDS.get(score, 'score')} of {column.removeprefix(SCORE)}"
    return column


def number(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}" if abs(value) < 1e15 else f"{value:.4g}"


def _range(name: str, low: float | None, high: float | None, time: bool) -> str:
    if low is None and high is None:
        return f"{name} is known"
    if time:
        if low is None or high is None:
            return f"{name} before {moment(high)}" if high is not None else f"{name} from {moment(low or 0.0)} on"
        return f"{name} from {moment(low)} to before {moment(high)}"
    if low is None or high is None:
        return f"{name} < {number(high)}" if high is not None else f"{name} ≥ {number(low or 0.0)}"
    return f"{number(low)} ≤ {name} < {number(high)}"


def _listed(values: tuple[str | float, ...], are_places: bool) -> str:
    """are_places: the column is none of the table's, as that of the places is."""
    texts = [
        (spelled(value) if are_places and cell_of(value) else f"“{cut(value)}”")
        if isinstance(value, str)
        else number(value)
        for value in values
    ]
    shown = " or ".join(texts[:MOST])
    return shown if len(texts) <= MOST else f"{shown} or {len(texts) - MOST:,} others"


def _bracketed(part: Predicate, other: type[All] | type[Any_], columns: Mapping[str, Column], score: str) -> str:
    said = sentence(part, columns, score)
    return f"({said})" if isinstance(part, other) and len(part.parts) > 1 else said
