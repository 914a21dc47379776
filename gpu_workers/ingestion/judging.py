"""What columns of text hold: found by trying DuckDB's conversions on them, on the first rows or on all.

A column is what all its values are, so what the first rows deny no later row can bring about: after them, all rows
are asked only for what is still possible.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
from duckdb import DuckDBPyConnection

from gpu_workers.wording import readable

from .casting import BEYOND_64_BITS, NO_ZONE, TIME
from .database import answered, name, text
from .missing import MISSING

FIGURES = "Looks like numbers with signs of thousands, percent or money; it is kept as text. Write plain numbers."
STRING = pa.string()
_MISSING = f"({', '.join(map(text, MISSING))})"
_DAYS = ("%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y", "%m-%d-%Y")
_FORMS = tuple(day + hour for day in _DAYS for hour in ("", " %H:%M", " %H:%M:%S"))
_AT_ONCE, _AT_ONCE_OF_FILE = 200, 1000  # counts a query, whose planning grows faster than their number
_EXACT_DIGITS = 15
"""Of a whole number that float64 holds for sure."""

# How many rows of a column {} pass each test: all columns are put to the first, to the others those that may pass.
# With FILTER in place of count_if a thousand of them would take four times as long to plan.
_FIRST = {
    "known": "count({})",
    "missing": f"count_if({{}} IN {_MISSING})",
    "numbers": "count_if(NOT isnan(TRY_CAST({} AS DOUBLE)))",
}
_OF_NUMBERS = {
    "digits": "count_if(regexp_full_match({}, '[+-]?[0-9]+'))",
    "zeros": "count_if(regexp_full_match({}, '[+-]?0[0-9]+'))",
    "joined": "count_if(contains({}, '_'))",
    "longest": f"coalesce(max(CASE WHEN {{}} NOT IN {_MISSING} THEN strlen({{}}) END), 0)",
}
_OF_LONG_NUMBERS = {"beyond": f"count_if({{}} NOT IN {_MISSING} AND TRY_CAST({{}} AS BIGINT) IS NULL)"}
_FLAGS = "lower({}) IN ('true', 'false')"
_OF_TEXT = {
    "flags": f"count_if({_FLAGS})",
    "dates": "count_if(regexp_full_match({}, '[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([ T].*)?'))",
    "days": "count_if(regexp_full_match({}, '[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}( .*)?'))",
    "commas": "count_if(regexp_full_match({}, '[+-]?([0-9]+|[0-9]*,[0-9]+)([eE][+-]?[0-9]+)?'))",
    "figures": "count_if(regexp_full_match({}, '[(+-]?[€$£]? ?[0-9][0-9., ''’]*[%€$£)]?'))",
}
_OF_DATES = {
    "times": "count_if(isfinite(TRY_CAST({} AS TIMESTAMPTZ)))",
    "zoned": "count_if(regexp_matches({}, ':.*(Z|[+-][0-9]{2}(:?[0-9]{2})?)$'))",
}
_OF_DAYS = {form: f"count(TRY_STRPTIME({{}}, {text(form)}))" for form in _FORMS}
_OF_COMMAS = {
    "fractions": "count_if(contains({}, ','))",
    "thousands": "count_if(regexp_full_match({}, '[+-]?[0-9]{1,3}(,[0-9]{3})+'))",
}
_MIXED = {
    "numbers": ("Numbers", "TRY_CAST({} AS DOUBLE) IS NOT NULL"),
    "dates": ("Times", "TRY_CAST({} AS TIMESTAMPTZ) IS NOT NULL"),
    "flags": ("True, false", _FLAGS),
}


@dataclass(frozen=True)
class Judged:
    """How a column is read. kind: what comes of it. direct: the type to which DuckDB converts it while it parses.

    expression: what makes the value of that, with {} for the column. A column of int64 comes as numbers of float64
    that have to be whole and below 2^53, but where `wide` says that its expression gives whole ones of 64 bits, which
    holds for rows that were seen alone: so DuckDB's own conversion to whole numbers, which rounds, is not relied on.
    settled: it is text whatever follows.
    """

    kind: pa.DataType = STRING
    direct: str = "VARCHAR"
    expression: str = "{}"
    wide: bool = False
    settled: bool = False
    notes: tuple[str, ...] = ()

    def of(self, column: str) -> str:
        """The value, as SQL."""
        return self.expression.replace("{}", name(column))


def judged(
    connection: DuckDBPyConnection,
    table: str,
    columns: Sequence[str],
    before: Sequence[Judged] = (),
    *,
    only_times: bool = False,
) -> list[Judged]:
    """table: what stands behind FROM, whose `columns` are text. before: what the first rows said of them.

    only_times: text that reads as a number or as true or false stays text.
    """
    known = dict(zip(columns, before, strict=True)) if before else {}
    asked = [column for column in columns if column not in known or not known[column].settled]
    counts = _counts(connection, table, asked)
    mixed = {} if only_times else {column: _mixed(each) for column, each in counts.items()}
    odd = _odd_ones(connection, table, {column: kind for column, kind in mixed.items() if kind})
    found = []
    for column in columns:
        if column not in counts:
            found.append(known[column])
        elif column in odd:
            found.append(Judged(settled=True, notes=(odd[column],)))
        else:
            found.append(_judgement(counts[column], only_times))
    return found


Counts = dict[str, int]


def _counts(connection: DuckDBPyConnection, table: str, columns: Sequence[str]) -> dict[str, Counts]:
    found: dict[str, Counts] = {column: {} for column in columns}
    at_once = _AT_ONCE if table.isidentifier() else _AT_ONCE_OF_FILE

    def count(chosen: Iterable[str], tests: Mapping[str, str]) -> None:
        wanted = [(column, test) for column in chosen for test in tests]
        for start in range(0, len(wanted), at_once):
            part = wanted[start : start + at_once]
            asked = ", ".join(tests[test].replace("{}", name(column)) for column, test in part)
            row = answered(connection, f"SELECT {asked} FROM {table}")[0]
            for (column, test), rows in zip(part, row, strict=True):
                found[column][test] = rows or 0  # count_if gives null where its condition is

    count(columns, _FIRST)
    valued = [column for column in columns if _real(found[column])]
    numbers = [column for column in valued if found[column]["numbers"] == _real(found[column])]
    count(numbers, _OF_NUMBERS)
    count([each for each in numbers if found[each]["longest"] > _EXACT_DIGITS], _OF_LONG_NUMBERS)
    texts = [column for column in valued if found[column]["numbers"] < _real(found[column])]
    count(texts, _OF_TEXT)
    for sign, tests in {"dates": _OF_DATES, "days": _OF_DAYS, "commas": _OF_COMMAS}.items():
        count([each for each in texts if found[each][sign] == _real(found[each])], tests)
    return found


def _real(counts: Counts) -> int:
    return counts["known"] - counts["missing"]


def _judgement(counts: Counts, only_times: bool) -> Judged:
    real = _real(counts)
    if not real:
        return Judged()
    value, said = "{}", tuple[str, ...]()
    if counts["missing"]:
        value = f"CASE WHEN {{}} IN {_MISSING} THEN NULL ELSE {{}} END"
        said = ("Texts such as “NA” are read as missing.",)
    if counts.get("times") == real:
        zone = () if counts["zoned"] == real else (NO_ZONE,)
        return Judged(TIME, expression=f"CAST({value} AS TIMESTAMPTZ)", notes=zone + said)
    if counts.get("days") == real:
        return _days(counts, real, value, said)
    if only_times:
        return Judged(settled=True)
    if counts["numbers"] == real:
        return _number(counts, real, value, said)
    if counts["flags"] == real:
        flag = f"CASE lower({value}) WHEN 'true' THEN true WHEN 'false' THEN false"
        flag += f" ELSE IF({value} IS NULL, NULL, error('neither true nor false')) END"
        return Judged(pa.bool_(), expression=flag, notes=said)
    if counts["commas"] == real:
        if counts["thousands"] == counts["fractions"]:
            return Judged(settled=True, notes=("Commas may part thousands or decimals here; it is kept as text.",))
        notes = ("Decimal commas are read as points.", *said)
        return Judged(pa.float64(), expression=f"CAST(replace({value}, ',', '.') AS DOUBLE)", notes=notes)
    return Judged(settled=True, notes=(FIGURES,) if counts["figures"] == real else ())


def _number(counts: Counts, real: int, value: str, said: tuple[str, ...]) -> Judged:
    whole = counts["digits"] == real
    if counts["joined"]:
        return Judged(settled=True, notes=("Numbers with “_” are kept as text.",))
    if counts["zeros"]:
        return Judged(settled=True, notes=("Digits begin with a zero, as codes do; they are kept as text.",))
    if whole and counts["longest"] > _EXACT_DIGITS:
        if counts["beyond"]:
            return Judged(settled=True, notes=(BEYOND_64_BITS,))
        return Judged(pa.int64(), expression=f"CAST({value} AS BIGINT)", wide=True, notes=said)
    kind = pa.int64() if whole else pa.float64()
    if counts["missing"]:
        return Judged(kind, expression=f"CAST({value} AS DOUBLE)", notes=said)
    return Judged(kind, "DOUBLE")


def _days(counts: Counts, real: int, value: str, said: tuple[str, ...]) -> Judged:
    """As times, where one form alone fits all; both of 1/2/2020 do."""
    fitting = [form for form in _FORMS if counts[form] == real]
    if len(fitting) != 1:
        why = "Day and month cannot be told apart here" if fitting else "Dates of no common form"
        return Judged(settled=not fitting, notes=(f"{why}; it is kept as text.",))
    spoken = fitting[0]
    for short, long in {"%d": "DD", "%m": "MM", "%Y": "YYYY", "%H": "hh", "%M": "mm", "%S": "ss"}.items():
        spoken = spoken.replace(short, long)
    moment = f"CAST(STRPTIME({value}, {text(fitting[0])}) AS TIMESTAMPTZ)"
    return Judged(TIME, expression=moment, notes=(f"Times are read as {spoken}.", NO_ZONE, *said))


def _mixed(counts: Counts) -> str:
    """What most values are that is more than text, where some are not; else empty."""
    real = _real(counts)
    if not real or counts["numbers"] == real or real in (counts["commas"], counts["days"]):
        return ""
    if counts["dates"] == real:
        return "" if counts["times"] == real else "dates"
    return next((kind for kind in _MIXED if real / 2 < counts[kind] < real), "")


def _odd_ones(connection: DuckDBPyConnection, table: str, mixed: Mapping[str, str]) -> dict[str, str]:
    """A sentence for each column: the first row whose value is not what most are. mixed: what that is."""
    if not mixed:
        return {}
    wanted = []
    for column, kind in mixed.items():
        test = _MIXED[kind][1].replace("{}", name(column))
        odd = f"{name(column)} IS NOT NULL AND NOT ({test}) AND {name(column)} NOT IN {_MISSING}"
        wanted += [f"min(number) FILTER ({odd})", f"arg_min({name(column)}, number) FILTER ({odd})"]
    numbered = f"(SELECT *, row_number() OVER () AS number FROM {table})"
    row = answered(connection, f"SELECT {', '.join(wanted)} FROM {numbered}")[0]
    return {
        column: f"{_MIXED[kind][0]} and text are mixed, so it is kept as text: "
        f"row {number + 1:,} has “{readable(value, 60)}”."
        for (column, kind), number, value in zip(mixed.items(), row[::2], row[1::2], strict=True)
        if number is not None
    }
