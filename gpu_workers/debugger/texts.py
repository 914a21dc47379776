"""Columns of text, whose many different values stay in Arrow's memory."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gpu_workers.analyses import Category
from gpu_workers.analyses.arrays import Array

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
        found: Array = np.isin(self.codes, wanted)
        return found

    def nulls(self) -> Array:
        """Rows without a text, bool (n,)."""
        return self.codes < 0

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


def texts(column: Any) -> Texts:
    """An Arrow column of strings, encoded by dictionaries or not. Values that no row has are left out."""
    whole = column.unify_dictionaries().combine_chunks() if pa.types.is_dictionary(column.type) else column
    if not pa.types.is_dictionary(whole.type):
        whole = column.cast(pa.string()).combine_chunks().dictionary_encode()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):  # no chunk at all
        return Texts(np.empty(0, np.int32), (), pa.array([], pa.string()))
    codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    values = whole.dictionary.cast(pa.string())
    return Texts(codes, (), values)


def counts(column: Texts) -> Array:
    """Rows of each of the values, int64 (values,)."""
    known: Array = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
    return known
