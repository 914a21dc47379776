"""The answer to a `Take`: cells of some rows, read again from the stored table, and their pictures as a file."""

import math
from hashlib import sha256
from time import perf_counter
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from gpu_workers.protocol.datasets import Column, Kind
from gpu_workers.protocol.debugger import MOST_TAKEN, MOST_TAKEN_BYTES, Piece, Take, TakeAnswer

from .failure import BadQuestion
from .held import Held
from .wording import moment

Cell = str | int | float | bool | Piece | None
MOST_COLUMNS = 2500


def take(held: Held, asked: Take, into: IO[bytes]) -> TakeAnswer:
    """into: an empty file for the pictures, one after the other.

    Only the row groups of these rows are read, one at a time. BadQuestion: there is no such row or column.
    """
    begun = perf_counter()
    columns = [_column(held, name) for name in dict.fromkeys(asked.columns)]
    if not 0 < len(asked.rows) <= MOST_TAKEN or len(set(asked.rows)) < len(asked.rows):
        raise BadQuestion(f"Name between 1 and {MOST_TAKEN} rows, each once.")
    if not 0 < len(columns) <= MOST_COLUMNS:
        raise BadQuestion(f"Name between 1 and {MOST_COLUMNS:,} columns.")
    if not all(0 <= row < held.rows for row in asked.rows):
        raise BadQuestion(f"Rows are counted from 0 to {held.rows - 1:,}.")
    pictures = _Pictures(into)
    found: dict[int, dict[str, Cell]] = {}
    with pq.ParquetFile(held.path, memory_map=False, pre_buffer=False) as file:
        start = 0
        for group in range(file.num_row_groups):
            end = start + file.metadata.row_group(group).num_rows
            here = sorted(row for row in asked.rows if start <= row < end)
            if here:
                table = file.read_row_group(group, columns=[column.name for column in columns], use_threads=False)
                places = pa.array([row - start for row in here], pa.int64())
                found |= {row: {} for row in here}
                for column in columns:  # by its name: of “a” and “a.b”, asking for “a” gives both
                    values = _values(column, table.column(column.name).take(places))
                    for row, value in zip(here, values, strict=True):
                        found[row][column.name] = pictures.kept(row, value) if isinstance(value, bytes) else value
            start = end
    digest, size = pictures.end()
    cells = tuple(tuple(found[row][name] for name in asked.columns) for row in asked.rows)
    return TakeAnswer(cells, tuple(sorted(pictures.left_out)), digest, size, perf_counter() - begun)


class _Pictures:
    """The file that pictures are put in, up to `MOST_TAKEN_BYTES`."""

    def __init__(self, into: IO[bytes]) -> None:
        self._into, self._whole, self._size = into, sha256(), 0
        self.left_out: set[int] = set()

    def kept(self, row: int, data: bytes) -> Piece | None:
        if self._size + len(data) > MOST_TAKEN_BYTES:
            self.left_out.add(row)
            return None
        piece = Piece(self._size, len(data), sha256(data).hexdigest())
        self._into.write(data)
        self._whole.update(data)
        self._size += len(data)
        return piece

    def end(self) -> tuple[str, int]:
        self._into.flush()
        return self._whole.hexdigest(), self._size


def _column(held: Held, name: str) -> Column:
    column = held.by_name.get(name)
    if column is None:
        raise BadQuestion(f"There is no column “{name}”.")
    if column.kind is Kind.VECTOR:
        raise BadQuestion(f"“{name}” holds lists of numbers; an export has them.")
    return column


def _values(column: Column, values: Any) -> list[Any]:
    if pa.types.is_timestamp(values.type):
        return [None if each is None else moment(each / 1e6) for each in values.cast(pa.int64()).to_pylist()]
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    return [_finite(each) for each in values.to_pylist()]


def _finite(value: Any) -> Any:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
