"""Columns of text, whose many different values stay in Arrow's memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gpu_workers.analyses import Category
from gpu_workers.analyses.arrays import Array
from gpu_workers.analyses.blocks import blocks, empty, over_rows

from .failure import BadQuestion

FEW = 4096
"""Up to so many different values a column's are held as Python's strings too."""
LONGEST = 300
"""Characters of a text in an answer; a longer one is cut."""


def cut(text: str) -> str:
    """As it is shown."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def cut_apart(text: str) -> str:
    """As a category's name: two that differ stay different, and the same text is cut alike in every column."""
    if len(text) <= LONGEST:
        return text
    digest = sha256(text.encode()).hexdigest()[:16]
    return f"{text[: LONGEST - len(digest) - 1]}…{digest}"


@dataclass(frozen=True, eq=False)
class Texts(Category):
    """codes: int32 (n,) into `values`, −1 for a null. values: the different texts, an Arrow array of strings.

    categories is left empty: a million strings of Python would cost more than the column.
    """

    values: Any = None

    def mask(self, names: Iterable[str]) -> Array:
        """Rows of these texts, bool (n,)."""
        places = pc.index_in(pa.array(list(names), pa.string()), value_set=self.values)
        wanted = places.drop_null().to_numpy()
        return over_rows(lambda codes: np.isin(codes, wanted), self.codes, dtype=bool)

    def holds(self, name: str) -> bool:
        """Whether some row may have this text."""
        return bool(pc.index_in(pa.scalar(name, pa.string()), value_set=self.values).is_valid)

    def nulls(self) -> Array:
        """Rows without a text, bool (n,)."""
        return over_rows(lambda codes: codes < 0, self.codes, dtype=bool)

    @cached_property
    def ranks(self) -> Array:
        """The place of each of the values in alphabetical order, int32 (values,)."""
        order = pc.sort_indices(self.values).to_numpy()
        places: Array = np.empty(len(order), np.int32)
        places[order] = np.arange(len(order), dtype=np.int32)
        return places

    def at(self, rows: Array) -> list[str | None]:
        """The texts of these rows, long ones cut. One after the other: together they may be larger than the column."""
        return [None if code < 0 else cut(self.values[code].as_py()) for code in self.codes[rows].tolist()]


@dataclass(frozen=True, eq=False)
class Many(Texts):
    """More different texts than are held: what is asked of them is read again from the stored table. codes: −1 for a
    null. values: None."""

    path: Path = Path()
    name: str = ""

    def mask(self, names: Iterable[str]) -> Array:
        """Rows of these texts, bool (n,)."""
        wanted = pa.array(list(names), pa.string())
        found = empty(len(self.codes), bool)
        for start, chunk in _chunks(self.path, self.name):
            met = np.append(pc.is_in(chunk.dictionary.cast(pa.string()), value_set=wanted).to_numpy(False), False)
            found[start : start + len(chunk)] = met[_indices(chunk)]
        return found

    def holds(self, name: str) -> bool:
        """Whether some row has this text."""
        return bool(self.mask((name,)).any())

    @property
    def ranks(self) -> Array:
        raise BadQuestion(f"“{self.name}” has more different texts than are held, so rows cannot be sorted by it.")

    def at(self, rows: Array) -> list[str | None]:
        """The texts of these rows, long ones cut."""
        found: list[str | None] = [None] * len(rows)
        for start, chunk in _chunks(self.path, self.name, rows):
            for place in np.flatnonzero((rows >= start) & (rows < start + len(chunk))).tolist():
                text = chunk[int(rows[place]) - start].as_py()
                found[place] = None if text is None else cut(text)
        return found


class Taken:
    """A column of texts that is being read, a row group after the other: texts are numbered within each, and anew once
    all are known. most: bytes of different texts that are held; None: as many as there are."""

    def __init__(self, path: Path, name: str, rows: int, most: int | None) -> None:
        self._path, self._name, self._most = path, name, most
        self._codes = empty(rows, np.int32)
        self._pieces: list[tuple[slice, Any]] = []
        self._size = 0

    def put(self, start: int, values: Any) -> None:
        """An Arrow column of strings, encoded by dictionaries or not, whose first row has this number."""
        for chunk in map(_encoded, values.chunks):
            rows = slice(start, start + len(chunk))
            self._codes[rows] = _indices(chunk)
            start = rows.stop
            if not self._many:
                texts = chunk.dictionary.cast(pa.string())
                self._pieces.append((rows, texts))
                self._size += texts.nbytes

    def done(self) -> Texts:
        if self._many:
            self._pieces.clear()
            return Many(self._codes, (), None, self._path, self._name)
        whole = pa.chunked_array([texts for _, texts in self._pieces], pa.string()).dictionary_encode().combine_chunks()
        if isinstance(whole, pa.ChunkedArray):  # no chunk at all
            return Texts(self._codes, (), pa.array([], pa.string()))
        numbers, first = whole.indices.to_numpy(), 0
        for rows, texts in self._pieces:
            of_piece = np.append(numbers[first : first + len(texts)], np.int32(-1))  # where a null's −1 leads
            self._codes[rows] = of_piece[self._codes[rows]]
            first += len(texts)
        return Texts(self._codes, (), whole.dictionary)

    @property
    def _many(self) -> bool:
        return self._most is not None and self._size > self._most


def _encoded(chunk: Any) -> Any:
    return chunk if pa.types.is_dictionary(chunk.type) else chunk.cast(pa.string()).dictionary_encode()


def _indices(chunk: Any) -> Array:
    found: Array = chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return found


def _chunks(path: Path, name: str, rows: Array | None = None) -> Iterator[tuple[int, Any]]:
    """The column of the row groups that hold these rows, and the number of each piece's first row."""
    start = 0
    with pq.ParquetFile(path, memory_map=False, pre_buffer=False) as file:
        for group in range(file.num_row_groups):
            end = start + file.metadata.row_group(group).num_rows
            if rows is None or ((rows >= start) & (rows < end)).any():
                for chunk in map(_encoded, file.read_row_group(group, columns=[name]).column(name).chunks):
                    yield start, chunk
                    start += len(chunk)
            start = end


def counts(column: Texts) -> Array:
    """Rows of each of the values, int64 (values,)."""
    known = np.zeros(len(column.values), np.int64)
    for rows in blocks(len(column.codes), 1 << 22):
        codes = column.codes[rows]
        known += np.bincount(codes[codes >= 0], minlength=len(known))
    return known
