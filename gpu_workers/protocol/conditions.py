"""Conditions as people write them: dates for times, true and yes for booleans; and as they are computed with."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from msgspec.structs import replace

from .datasets import Column, Kind
from .debugger import Condition

BOOLEANS = {"true": "true", "yes": "true", "1": "true", "1.0": "true", "false": "false", "no": "false", "0": "false",
            "0.0": "false"}  # fmt: skip


class Unfit(ValueError):
    """A condition that does not fit its column; the sentence says which, and the way out."""


def settled(where: Condition, columns: Mapping[str, Column]) -> Condition:
    """The same with seconds for dates and "true" or "false" for what stands for them. Raises Unfit.

    columns: by name; of a column that is not among them nothing is changed.
    """
    if where.all is not None or where.any is not None:
        return replace(
            where,
            all=None if where.all is None else tuple(settled(part, columns) for part in where.all),
            any=None if where.any is None else tuple(settled(part, columns) for part in where.any),
        )
    column = columns.get(where.column or "")
    kind = None if column is None else column.kind
    return replace(
        where,
        low=_bound(where.low, where.column, kind),
        high=_bound(where.high, where.column, kind),
        among=_values(where.among, where.column, kind),
        not_in=_values(where.not_in, where.column, kind),
    )


def named(where: Condition) -> Iterator[str]:
    """The columns that it speaks of."""
    if where.column is not None:
        yield where.column
    for part in (*(where.all or ()), *(where.any or ())):
        yield from named(part)


def seconds(text: str) -> float:
    """Since 1970, of a date or time of RFC 3339 ("2025-03-01", "2025-03-01T12:00:00+01:00"); in UTC without a zone.
    ValueError: it is none."""
    at = datetime.fromisoformat(text.strip())
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _bound(value: float | str | None, column: str | None, kind: Kind | None) -> float | None:
    if not isinstance(value, str):
        return value
    if kind is not Kind.TIME:
        raise Unfit(f"The bounds of “{column}” are numbers, not “{value}”.")
    return _moment(value, column)


def _moment(value: str, column: str | None) -> float:
    try:
        return seconds(value)
    except ValueError:
        raise Unfit(
            f"“{value}” is no time for “{column}”: write “2025-03-01” or “2025-03-01T12:00:00Z”, or seconds since 1970."
        ) from None


def _values(
    values: tuple[str | float | bool, ...] | None, column: str | None, kind: Kind | None
) -> tuple[str | float, ...] | None:
    if values is None:
        return None
    return tuple(_value(value, column, kind) for value in values)


def _value(value: str | float | bool, column: str | None, kind: Kind | None) -> str | float:
    match kind:
        case Kind.TIME if isinstance(value, str):
            return _moment(value, column)
        case Kind.BOOLEAN:
            return BOOLEANS.get(str(value).strip().casefold(), str(value))
        case Kind.NUMBER if isinstance(value, bool):
            return float(value)
    return str(value).lower() if isinstance(value, bool) else value
