"""Conditions in words, for the page that saves one and for the worker that answers: dates as dates, texts in quotes."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from .datasets import Column, Kind
from .debugger import Condition

SCORE = "score:"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST = 6
"""Values of a list that are named."""
LONGEST = 200
"""Characters of a text that are said."""

Said = Callable[[str, bool], str]
"""A text value in words. bool: the column is none of the table's, as that of the places is."""


def quoted(value: str, is_none: bool = False) -> str:
    return f"“{value if len(value) <= LONGEST else f'{value[: LONGEST - 1]}…'}”"


def rows(count: int, one: str, many: str) -> str:
    """`1 row has`, `2,000 rows have`. one, many: the verb."""
    return f"1 row {one}" if count == 1 else f"{count:,} rows {many}"


def moment(seconds: float) -> str:
    """RFC 3339, in UTC; beyond the years 1 to 9999 the number itself."""
    try:
        at = _EPOCH + timedelta(microseconds=round(seconds * 1e6))
    except OverflowError:
        return f"{seconds:.6g}"
    return at.isoformat().replace("+00:00", "Z")


def number(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}" if abs(value) < 1e15 else f"{value:.4g}"


def sentence(where: Condition, columns: Mapping[str, Column], score: str = "score", said: Said = quoted) -> str:
    """Of a condition that is settled. columns: by name. score: what "score:<model>" is called."""
    for parts, other, word, nothing in ((where.all, "any", "and", "all rows"), (where.any, "all", "or", "no rows")):
        if parts is not None:
            each = (_bracketed(part, other, sentence(part, columns, score, said)) for part in parts)
            return f" {word} ".join(each) or nothing
    name = where.column or ""
    column = columns.get(name)
    called = f"{score} of {name.removeprefix(SCORE)}" if name.startswith(SCORE) else name
    if where.null:
        return f"{called} is missing"
    if where.among is not None:
        return f"{called} is {_listed(where.among, column is None, said)}" if where.among else "no rows"
    if where.not_in is not None:
        return (
            f"{called} is not {_listed(where.not_in, column is None, said)}" if where.not_in else f"{called} is known"
        )
    return _range(called, where.low, where.high, column is not None and column.kind is Kind.TIME)


def _range(name: str, low: float | str | None, high: float | str | None, is_time: bool) -> str:
    from_, to = (None if bound is None else float(bound) for bound in (low, high))
    if from_ is None and to is None:
        return f"{name} is known"
    if is_time:
        if from_ is None or to is None:
            return f"{name} before {moment(to)}" if to is not None else f"{name} from {moment(from_ or 0.0)} on"
        return f"{name} from {moment(from_)} to before {moment(to)}"
    if from_ is None or to is None:
        return f"{name} < {number(to)}" if to is not None else f"{name} ≥ {number(from_ or 0.0)}"
    return f"{number(from_)} ≤ {name} < {number(to)}"


def _listed(values: tuple[str | float | bool, ...], is_none: bool, said: Said) -> str:
    texts = [said(value, is_none) if isinstance(value, str) else number(float(value)) for value in values]
    shown = " or ".join(texts[:MOST])
    return shown if len(texts) <= MOST else f"{shown} or {len(texts) - MOST:,} others"


def _bracketed(part: Condition, other: str, said: str) -> str:
    parts = part.any if other == "any" else part.all
    return f"({said})" if parts is not None and len(parts) > 1 else said
