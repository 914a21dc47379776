"""What columns of text hold: found by trying DuckDB's conversions on them, on the first rows or on all."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from gpu_workers.wording import readable

from .casting import BEYOND_64_BITS, NO_ZONE, TIME
from .database import name, text

MISSING = ("NA", "N/A", "n/a", "#N/A", "<NA>", "NULL", "null", "None", "none", "NaN", "nan", "-", "?")
"""Texts that mean a missing value among numbers, times and true or false. Alone they stay text."""
_DAYS = ("%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y")
_HOURS = ("", " %H:%M", " %H:%M:%S")
STRING = pa.string()
_AT_ONCE = 400  # columns a query


@dataclass(frozen=True)
class Judged:
    """How a column is read. kind: what comes of it. direct: the type to which DuckDB converts it while it parses.

    expression: what makes the value of that, with {} for the column. A column of int64 comes as numbers of float64
    that have to be whole and below 2^53, but where `wide` says that its expression gives whole ones of 64 bits, which
    holds for rows that were seen alone: so DuckDB's own conversion to whole numbers, which rounds, is not relied on.
    """

    kind: pa.DataType = STRING
    direct: str = "VARCHAR"
    expression: str = "{}"
    wide: bool = False
    notes: tuple[str, ...] = ()

    def of(self, column: str) -> str:
        """The value, as SQL."""
        return self.expression.replace("{}", name(column))


@dataclass
class _Counts:
    """Rows by what they can be read as."""

    known: int = 0
    missing: int = 0
    numbers: int = 0
    finite: int = 0
    flags: int = 0
    iso: int = 0
    zoned: int = 0
    more: dict[str, int] = field(default_factory=dict)


def judged(
    connection: DuckDBPyConnection,
    table: str,
    columns: Sequence[str],
    *,
    only_times: bool = False,
    odd_rows: bool = True,
) -> list[Judged]:
    """table: what stands behind FROM, whose `columns` are text. only_times: text that reads as a number stays text."""
    found: list[Judged] = []
    for start in range(0, len(columns), _AT_ONCE):
        part = columns[start : start + _AT_ONCE]
        counts = _counted(connection, table, part)
        _count_more(connection, table, dict(zip(part, counts, strict=True)))
        found += [_judgement(each, only_times) for each in counts]
        mixed = [column for column, each in zip(part, counts, strict=True) if odd_rows and _is_mixed(each)]
        for column, note in _odd_ones(connection, table, mixed).items():
            place = start + part.index(column)
            if not only_times:
                found[place] = Judged(notes=(note,))
    return found


def _counted(connection: DuckDBPyConnection, table: str, columns: Sequence[str]) -> list[_Counts]:
    missing = f"({', '.join(map(text, MISSING))})"
    wanted = []
    for column in map(name, columns):
        number = f"TRY_CAST({column} AS DOUBLE)"
        moment = f"TRY_CAST({column} AS TIMESTAMPTZ)"
        wanted += [
            f"count({column})",
            f"count(*) FILTER ({column} IN {missing})",
            f"count(*) FILTER ({number} IS NOT NULL AND {column} NOT IN {missing} AND NOT contains({column}, '_'))",
            f"count(*) FILTER (isfinite({number}))",
            f"count(*) FILTER (lower({column}) IN ('true', 'false'))",
            f"count(*) FILTER (isfinite({moment}) AND {column} SIMILAR TO '[0-9]{{4}}[-/].*')",
            f"count(*) FILTER (regexp_matches({column}, '[0-9](Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)$')"
            f" AND contains({column}, ':'))",
        ]
    row = _one_row(connection, f"SELECT {', '.join(wanted)} FROM {table}")
    return [_Counts(*row[start : start + 7]) for start in range(0, len(row), 7)]


def _count_more(connection: DuckDBPyConnection, table: str, counts: dict[str, _Counts]) -> None:
    """What only some columns need to be asked."""
    wanted, targets = [], []
    for column, each in counts.items():
        for key, condition in _further(each).items():
            wanted.append(f"count(*) FILTER ({condition.replace('{}', name(column))})")
            targets.append((each, key))
    if wanted:
        row = _one_row(connection, f"SELECT {', '.join(wanted)} FROM {table}")
        for (each, key), value in zip(targets, row, strict=True):
            each.more[key] = value


def _further(each: _Counts) -> dict[str, str]:
    real = each.known - each.missing
    if real and each.numbers == real and each.finite:
        return {
            "digits": "regexp_full_match({}, '[+-]?[0-9]+')",
            "long": "regexp_full_match({}, '[+-]?[0-9]{16,}')",
            "beyond": "regexp_full_match({}, '[+-]?[0-9]{19,}') AND TRY_CAST({} AS BIGINT) IS NULL",
            "zeros": "regexp_full_match({}, '[+-]?0[0-9]+')",
        }
    if real and each.numbers < real and each.flags < real and each.iso < real:
        commas = {
            "commas": "regexp_full_match({}, '[+-]?([0-9]+|[0-9]*,[0-9]+)([eE][+-]?[0-9]+)?')",
            "thousands": "regexp_full_match({}, '[+-]?[0-9]{1,3}(,[0-9]{3})+')",
            "fractions": "contains({}, ',')",
        }
        return commas | {
            day + hour: f"TRY_STRPTIME({{}}, {text(day + hour)}) IS NOT NULL" for day in _DAYS for hour in _HOURS
        }
    return {}


def _judgement(each: _Counts, only_times: bool) -> Judged:
    real = each.known - each.missing
    if not real:
        return Judged()
    value, said = _without_missing(each), _said_missing(each)
    if each.iso == real:
        zone = () if each.zoned >= real else (NO_ZONE,)
        return Judged(TIME, expression=f"CAST({value} AS TIMESTAMPTZ)", notes=zone + said)
    if form := _form(each, real):
        notes = (f"Times are read as {_spoken(form)}.", NO_ZONE, *said)
        return Judged(TIME, expression=f"CAST(STRPTIME({value}, {text(form)}) AS TIMESTAMPTZ)", notes=notes)
    if only_times:
        return Judged()
    if each.flags == real:
        flag = f"CASE lower({value}) WHEN 'true' THEN true WHEN 'false' THEN false"
        flag += f" ELSE IF({value} IS NULL, NULL, error('neither true nor false')) END"
        return Judged(pa.bool_(), expression=flag, notes=said)
    if each.numbers == real and each.finite:
        return _number(each, real, value)
    if each.more.get("commas", 0) == real and each.more["fractions"]:
        if each.more["thousands"] == each.more["fractions"]:
            return Judged(notes=("Commas may part thousands or decimals here; it is kept as text.",))
        notes = ("Decimal commas are read as points.", *said)
        return Judged(pa.float64(), expression=f"CAST(replace({value}, ',', '.') AS DOUBLE)", notes=notes)
    return Judged()


def _number(each: _Counts, real: int, value: str) -> Judged:
    if each.more["zeros"]:
        return Judged(notes=("Digits begin with a zero, as codes do; they are kept as text.",))
    if each.more["beyond"]:
        return Judged(notes=(BEYOND_64_BITS,))
    said = _said_missing(each)
    whole = each.more["digits"] == real
    if whole and each.more["long"]:
        return Judged(pa.int64(), expression=f"CAST({value} AS BIGINT)", wide=True, notes=said)
    kind = pa.int64() if whole else pa.float64()
    if each.missing:
        return Judged(kind, expression=f"CAST({value} AS DOUBLE)", notes=said)
    return Judged(kind, "DOUBLE")


def _without_missing(each: _Counts) -> str:
    if not each.missing:
        return "{}"
    return f"CASE WHEN {{}} IN ({', '.join(map(text, MISSING))}) THEN NULL ELSE {{}} END"


def _said_missing(each: _Counts) -> tuple[str, ...]:
    return ("Texts such as “NA” are read as missing.",) if each.missing else ()


def _form(each: _Counts, real: int) -> str | None:
    """The one form in which all are times; None also where two fit, as both of 1/2/2020."""
    fitting = [form for form, rows in each.more.items() if form.startswith("%") and rows == real]
    return fitting[0] if len(fitting) == 1 else None


def _spoken(form: str) -> str:
    letters = {"%d": "DD", "%m": "MM", "%Y": "YYYY", "%H": "hh", "%M": "mm", "%S": "ss"}
    for short, long in letters.items():
        form = form.replace(short, long)
    return form


def _is_mixed(each: _Counts) -> bool:
    """Most values are numbers, and some are not."""
    return each.known / 2 < each.finite < each.known - each.missing


def _odd_ones(connection: DuckDBPyConnection, table: str, columns: Sequence[str]) -> dict[str, str]:
    """A sentence for each: the first row whose value is no number."""
    if not columns:
        return {}
    missing = f"({', '.join(map(text, MISSING))})"
    wanted = []
    for column in map(name, columns):
        odd = f"{column} IS NOT NULL AND TRY_CAST({column} AS DOUBLE) IS NULL AND {column} NOT IN {missing}"
        wanted += [f"min(number) FILTER ({odd})", f"arg_min({column}, number) FILTER ({odd})"]
    row = _one_row(
        connection, f"SELECT {', '.join(wanted)} FROM (SELECT *, row_number() OVER () AS number FROM {table})"
    )
    return {
        column: f"Numbers and text are mixed, so it is kept as text: row {number:,} has “{readable(value, 60)}”."
        for column, number, value in zip(columns, row[::2], row[1::2], strict=True)
        if number is not None
    }


def _one_row(connection: DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    return tuple(connection.execute(query).fetchall()[0])  # all, so that the connection is free again
