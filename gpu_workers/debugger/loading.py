"""A dataset's Parquet file, read once, by row groups, into what questions are answered from."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gpu_workers.analyses import Category
from gpu_workers.analyses.blocks import empty, over_rows
from gpu_workers.analyses.columns import MOST_CATEGORIES
from gpu_workers.analyses.edges import code_type
from gpu_workers.protocol.datasets import Column, Kind, Role

from .failure import BadQuestion
from .texts import Many, Taken, Texts, counts, cut_apart

Data = Any
"""float32 or float64 (n,) with NaN for a null, or a `Category`."""
EXACT = 2**53
"""Whole numbers beyond it are rounded in a float64."""
BOOLEANS = ("false", "true")
UNREAD = (Kind.VECTOR, Kind.IMAGE)
TOGETHER = 32
"""Columns of a row group that are read at once."""
OF_A_NUMBER, OF_A_TIME, OF_A_MODEL, OF_A_ROW = 5, 9, 14, 64
"""Bytes of a row for each number or category with its code, time or text with its code, model with its scores and their
codes, and for the masks and segments that are kept."""


def read(path: Path, columns: Sequence[Column], many: int | None = None) -> tuple[int, dict[str, Data], list[str]]:
    """The number of rows, each column's values by name, and sentences about what is left out.

    Numbers are float32 where that loses nothing, and probabilities always, else float64; a time is its Unix seconds.
    many: bytes of different texts beyond which a column's are not held; None: they always are. BadQuestion: the file
    lacks a column.
    """
    notes: list[str] = []
    with pq.ParquetFile(path, memory_map=False, pre_buffer=False) as file:
        kinds = file.schema_arrow
        names = set(kinds.names)
        lacking = [column.name for column in columns if column.name not in names]
        if lacking:
            raise BadQuestion(f"The stored table has no column “{lacking[0]}”.")
        wanted = [column for column in columns if column.kind not in UNREAD]
        rows = file.metadata.num_rows
        taking = {
            column.name: _taking(column, kinds.field(column.name).type, path, rows, notes, many) for column in wanted
        }
        for start, piece in _pieces(file, list(taking)):
            for name in piece.schema.names:
                if name in taking:  # of two columns “a” and “a.b”, asking for “a” gives both
                    taking[name].put(start, piece.column(name))
    held = {name: taking.pop(name).done() for name in list(taking)}
    vectors = [column.name for column in columns if column.kind is Kind.VECTOR]
    if vectors:
        notes.append(f"Vectors are kept, and not compared: {listed(vectors)}.")
    unheld = [name for name, values in held.items() if isinstance(values, Many)]
    if unheld:
        notes.append(
            f"Of columns with more different texts than are held, rows are found, listed and exported; they are not "
            f"compared, and not sorted by: {listed(unheld)}."
        )
    return rows, held, notes


def weight(path: Path, columns: Sequence[Column]) -> int:
    """Bytes that a table takes when all of it is in memory, about."""
    with pq.ParquetFile(path, memory_map=False) as file:
        told = file.metadata
        wide = [one for one in columns if one.kind in (Kind.TIME, Kind.TEXT)]
        narrow = [one for one in columns if one.kind not in (Kind.TIME, Kind.TEXT, *UNREAD)]
        models = {one.model for one in columns if one.model}
        of_row = OF_A_TIME * len(wide) + OF_A_NUMBER * len(narrow) + OF_A_MODEL * len(models) + OF_A_ROW
        texts = {one.name for one in columns if one.kind in (Kind.TEXT, Kind.CATEGORY)}
        places = [place for place, name in enumerate(told.schema.names) if name in texts]
        rows: int = told.num_rows
        chunks = (told.row_group(group).column(place) for group in range(told.num_row_groups) for place in places)
        of_texts: int = sum(chunk.total_uncompressed_size for chunk in chunks)
        return rows * of_row + of_texts


def listed(names: Sequence[str], most: int = 5) -> str:
    """“a”, “b” and 3 more."""
    shown = ", ".join(f"“{name}”" for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"


def _pieces(file: Any, names: list[str]) -> Iterator[tuple[int, Any]]:
    """Some columns of a row group after the other, and the number of its first row."""
    start = 0
    for group in range(file.num_row_groups):
        for first in range(0, len(names), TOGETHER):
            yield start, file.read_row_group(group, columns=names[first : first + TOGETHER])
        start += file.metadata.row_group(group).num_rows
        pa.default_memory_pool().release_unused()  # what was freed piecemeal would else stay with the process


class _Taking(Protocol):
    """A column that is being read."""

    def put(self, start: int, values: Any) -> None: ...
    def done(self) -> Data: ...


def _taking(column: Column, kind: Any, path: Path, rows: int, notes: list[str], many: int | None) -> _Taking:
    if pa.types.is_boolean(kind):
        return _Booleans(rows)
    if pa.types.is_timestamp(kind):
        return _Times(rows, {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}[kind.unit])
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _Numbers(column, rows, notes)
    return _Texts(Taken(path, column.name, rows, many))


class _Booleans:
    def __init__(self, rows: int) -> None:
        self._codes = empty(rows, np.uint8)

    def put(self, start: int, values: Any) -> None:
        whole = pc.cast(values, pa.uint8()).fill_null(len(BOOLEANS))
        self._codes[start : start + len(values)] = whole.to_numpy()

    def done(self) -> Data:
        return Category(self._codes, BOOLEANS)


class _Times:
    def __init__(self, rows: int, unit: float) -> None:
        self._seconds, self._unit = empty(rows, np.float64), unit

    def put(self, start: int, values: Any) -> None:
        known = np.asarray(pc.cast(values, pa.int64()).to_numpy(), np.float64)
        self._seconds[start : start + len(values)] = known / self._unit

    def done(self) -> Data:
        return self._seconds


class _Numbers:
    """float32 until a value loses by it, unless it is a probability."""

    def __init__(self, column: Column, rows: int, notes: list[str]) -> None:
        self._column, self._notes = column, notes
        self._values = empty(rows, np.float32)

    def put(self, start: int, values: Any) -> None:
        if pa.types.is_integer(values.type):
            bounds = pc.min_max(values).as_py()
            if bounds["min"] is not None and max(-bounds["min"], bounds["max"]) > EXACT:
                said = f"Numbers of “{self._column.name}” beyond 2^53 are rounded."
                self._notes.extend([said] if said not in self._notes else [])
        found = np.asarray(values.to_numpy(), np.float64)
        here = slice(start, start + len(found))
        with np.errstate(over="ignore"):
            self._values[here] = found
        open_ = self._values.dtype == np.float32 and self._column.role is not Role.PROBABILITY
        if open_ and not np.array_equal(self._values[here], found, equal_nan=True):
            narrow, self._values = self._values, empty(len(self._values), np.float64)
            self._values[:start] = narrow[:start]
            self._values[here] = found

    def done(self) -> Data:
        return self._values


class _Texts:
    def __init__(self, taken: Taken) -> None:
        self._taken = taken

    def put(self, start: int, values: Any) -> None:
        self._taken.put(start, values)

    def done(self) -> Data:
        found = self._taken.done()
        return found if isinstance(found, Many) else by_frequency(found)


def by_frequency(column: Texts) -> Category:
    """A `Category`, the most frequent first, where there are few values, and else the texts as they are.

    The names are cut, so that conditions made of them match."""
    rows = counts(column)
    if np.count_nonzero(rows) > MOST_CATEGORIES:
        return column
    ordered = [int(place) for place in np.lexsort((column.ranks, -rows)) if rows[place]]
    kind = code_type(len(ordered) + 1)
    code_of = np.full(len(rows) + 1, len(ordered), kind)
    code_of[ordered] = np.arange(len(ordered))
    codes = over_rows(lambda part: code_of[part], column.codes, dtype=kind)
    return Category(codes, tuple(cut_apart(column.values[place].as_py()) for place in ordered))
