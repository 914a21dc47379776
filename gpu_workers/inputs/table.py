"""A stranger's table, as named columns of cells: text of CSV and its kin, values of JSON, Parquet and Arrow.

How a file of text is written, and Arrow's and Parquet's own readers, are those of datasets (`gpu_workers.ingestion`).
Only the columns that are asked for are read. A row of a file of text whose cells are all empty is left out.
"""

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from gpu_workers.ingestion.dialect import UTF_8, Dialect, dialect_in
from gpu_workers.ingestion.formats import PAGE, is_page, marked
from gpu_workers.refusal import Refused
from gpu_workers.wording import readable

from .refusal import Refusal

TAKEN = "CSV, JSON lines, Parquet or Arrow"
MAX_COLUMNS = 10_000
_HEAD = 1 << 20
_BATCH = 1 << 16
_MAX_FIELD = 1 << 20


@dataclass
class Table:
    """cells: by place among names, of the columns that were asked for; rows: the number of each row, as people count
    them in the file. notes: sentences of how it was read."""

    names: Sequence[str]
    cells: dict[int, list[Any]]
    rows: Sequence[int]
    notes: list[str] = field(default_factory=list)


Chooser = Callable[[Sequence[str], bool], Sequence[int]]
"""Which columns are wanted: their places, by the names that the file has; whether it has only numbers for names. It may
raise Refusal."""


def read(data: bytes, called: str, choose: Chooser, most: int) -> Table:
    """most: rows. Raises Refusal, MemoryError."""
    found, said = marked(data[:16])
    try:
        if found in ("parquet", "arrow"):
            return _columnar(data, found, called, choose, most)
        if said:
            told = f"{called} is {said}, which is not read here. Save it as {TAKEN}."
            raise Refusal("input_unsupported", told)
        if is_page(data[:64]):
            raise Refusal("input_unsupported", PAGE.replace("The file", called))
        head = data[:64].removeprefix(codecs.BOM_UTF8).lstrip()
        if head.startswith((b"{", b"[")):
            return _json(data.removeprefix(codecs.BOM_UTF8), called, choose, most)
        return _text(data, called, choose, most)
    except Refused as refused:
        raise Refusal("input_damaged", refused.reason.replace("The file", called)) from None


def too_many(called: str, most: int, count: int | None = None) -> Refusal:
    has = f"has {count:,} rows" if count is not None else f"has more than {most:,} rows"
    return Refusal("input_too_large", f"{called} {has}; {most:,} are the most here. Send the rows that matter.")


def _check_width(names: Sequence[str], called: str) -> None:
    if len(names) > MAX_COLUMNS:
        raise Refusal("input_too_large", f"{called} has {len(names):,} columns; {MAX_COLUMNS:,} are the most.")


def _columnar(data: bytes, found: str, called: str, choose: Chooser, most: int) -> Table:
    from gpu_workers.ingestion.columnar import ArrowTable, ParquetTable

    source: ArrowTable | ParquetTable
    if found == "parquet":
        source = ParquetTable(data)
        if source.rows > most:
            raise too_many(called, most, source.rows)
    else:
        source = ArrowTable(data)
    names = source.given
    places = choose(names, False)
    cells: dict[int, list[Any]] = {place: [] for place in places}
    count = 0
    for batch in source.batches(_BATCH, places):
        count += batch.num_rows
        if count > most:
            raise too_many(called, most)
        for place, column in zip(places, batch.columns, strict=True):
            cells[place] += _values(column, called, names[place])
    return Table(names, cells, range(1, count + 1))


def _values(column: Any, called: str, name: str) -> list[Any]:
    """Of an Arrow array, as Python's: not each moment is one there, and not each Parquet's text is UTF-8."""
    try:
        values: list[Any] = column.to_pylist()
    except (ArithmeticError, ValueError):
        told = f"{called}, column “{readable(name, 40)}”, holds a value of {column.type} that cannot be read"
        raise Refusal("input_damaged", f"{told}. Write the column as text in UTF-8, or as numbers.") from None
    return values


def _json(data: bytes, called: str, choose: Chooser, most: int) -> Table:
    """An array of objects, one object a line, or `{columns, rows}`."""
    try:
        records = _records(data, called)
    except RecursionError:
        raise Refusal("input_damaged", f"{called} is nested too deeply. Leave nested values out.") from None
    if isinstance(records, tuple):
        names, rows = records
        uneven = next((at for at, row in enumerate(rows) if len(row) != len(names)), None)
        if uneven is not None:
            told = f"Row {uneven + 1:,} of {called} has {len(rows[uneven])} values for {len(names)} columns."
            raise Refusal("input_damaged", f"{told} Give each row as many.")
    else:
        names = list(dict.fromkeys(name for record in records for name in record))
        if len(records) > most:
            raise too_many(called, most, len(records))
        rows = [[record.get(name) for name in names] for record in records]
    _check_width(names, called)
    if len(rows) > most:
        raise too_many(called, most, len(rows))
    places = choose(names, False)
    return Table(names, {place: [row[place] for row in rows] for place in places}, range(1, len(rows) + 1))


class _Grid(msgspec.Struct, forbid_unknown_fields=True):
    columns: list[str]
    rows: list[list[Any]]


def _records(data: bytes, called: str) -> list[dict[str, Any]] | tuple[list[str], list[list[Any]]]:
    try:
        if data.lstrip().startswith(b"["):
            return msgspec.json.decode(data, type=list[dict[str, Any]])
        grid = msgspec.json.decode(data, type=_Grid)
        return grid.columns, grid.rows
    except msgspec.DecodeError as error:
        if data.lstrip().startswith(b"["):
            told = f"{called} is no array of JSON objects: {readable(str(error), 200)}. Write one object a row."
            raise Refusal("input_damaged", told) from None
    records = []
    for number, line in enumerate(data.splitlines(), 1):
        if not line.strip():
            continue
        try:
            records.append(msgspec.json.decode(line, type=dict[str, Any]))
        except msgspec.DecodeError as error:
            told = (
                f"Row {number:,} of {called} is no JSON object: {readable(str(error), 200)}. Write one object a line."
            )
            raise Refusal("input_damaged", told) from None
    return records


def _text(data: bytes, called: str, choose: Chooser, most: int) -> Table:
    text, notes = _decoded(data)
    dialect = dialect_in(text[:_HEAD].encode(), len(text) > _HEAD)
    notes += dialect.notes
    names = [name.strip() for name in dialect.names]
    _check_width(names, called)
    places = choose(names, not dialect.header)
    cells: dict[int, list[Any]] = {place: [] for place in places}
    rows: list[int] = []
    blank = 0
    for number, row in _lines(text, dialect, called):
        if not any(cell.strip() for cell in row):
            blank += 1
            continue
        if len(row) != len(names):
            told = f"Row {number:,} of {called} has {len(row)} values where the header has {len(names)}."
            way = "Put quotes around values that hold the delimiter or a line break, or write the file again."
            raise Refusal("input_damaged", f"{told} {way}")
        if len(rows) >= most:
            raise too_many(called, most)
        rows.append(number)
        for place in places:
            cells[place].append(row[place])
    if blank:
        notes.append("Empty rows are left out.")
    return Table(names, cells, rows, notes)


def _decoded(data: bytes) -> tuple[str, list[str]]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16"), []
        except UnicodeDecodeError:
            raise Refused("bad_encoding", "The file is damaged: it begins as UTF-16. Save it as UTF-8.") from None
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return data.decode("latin-1"), [UTF_8]


def _lines(text: str, dialect: Dialect, called: str) -> Iterator[tuple[int, list[str]]]:
    """Each row behind the header with its number, the header's being 1 where there is one."""
    lines = io.StringIO(text, newline="")
    for _ in range(dialect.skip):
        lines.readline()
    csv.field_size_limit(_MAX_FIELD)
    reader = csv.reader(lines, delimiter=dialect.delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field larger" in str(error):
                told = f"has a value of more than {_MAX_FIELD:,} characters; perhaps a quotation mark is not closed"
                raise Refusal(
                    "input_too_large", f"Row {number:,} of {called} {told}. Close it, or shorten it."
                ) from None
            told = "has a quotation mark that is not closed or stands inside a value. Double the marks inside values"
            raise Refusal("input_damaged", f'Row {number:,} of {called} {told} ("").') from None
        if number > 1 or not dialect.header:
            yield number, row
