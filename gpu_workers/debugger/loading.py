"""A dataset's Parquet file, read once, column by column, into what questions are answered from."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gpu_workers.analyses import Category
from gpu_workers.analyses.arrays import Array
from gpu_workers.analyses.columns import MOST_CATEGORIES
from gpu_workers.analyses.edges import code_type
from gpu_workers.protocol.datasets import Column, Kind, Role

from .failure import BadQuestion
from .texts import Texts, counts, cut_apart, texts

Data = Any
"""float32 or float64 (n,) with NaN for a null, or a `Category`."""
EXACT = 2**53
"""Whole numbers beyond it are rounded in a float64."""
BOOLEANS = ("false", "true")


def read(path: Path, columns: Sequence[Column]) -> tuple[int, dict[str, Data], list[str]]:
    """The number of rows, each column's values by name, and sentences about what is left out.

    Numbers are float32 where that loses nothing, and probabilities always, else float64; a time is its Unix seconds.
    BadQuestion: the file lacks a column.
    """
    notes: list[str] = []
    held: dict[str, Data] = {}
    with pq.ParquetFile(path, memory_map=False) as file:
        names = set(file.schema_arrow.names)
        for column in columns:
            if column.name not in names:
                raise BadQuestion(f"The stored table has no column “{column.name}”.")
            if column.kind in (Kind.VECTOR, Kind.IMAGE):
                continue
            # Of two columns “a” and “a.b”, asking for “a” gives both.
            values = file.read(columns=[column.name], use_threads=True).column(column.name)
            held[column.name] = _values(column, values, notes)
        rows = file.metadata.num_rows
    vectors = [column.name for column in columns if column.kind is Kind.VECTOR]
    if vectors:
        notes.append(f"Vectors are kept, and not compared: {listed(vectors)}.")
    return rows, held, notes


def listed(names: Sequence[str], most: int = 5) -> str:
    """“a”, “b” and 3 more."""
    shown = ", ".join(f"“{name}”" for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"


def _values(column: Column, values: Any, notes: list[str]) -> Data:
    kind = values.type
    if pa.types.is_boolean(kind):
        whole = pc.cast(values, pa.uint8()).fill_null(len(BOOLEANS)).to_numpy()
        return Category(whole, BOOLEANS)
    if pa.types.is_timestamp(kind):
        seconds = pc.cast(values, pa.int64()).to_numpy()
        known = np.asarray(seconds, np.float64) / {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}[kind.unit]
        return known
    if pa.types.is_integer(kind):
        bounds = pc.min_max(values).as_py()
        if bounds["min"] is not None and max(-bounds["min"], bounds["max"]) > EXACT:
            notes.append(f"Numbers of “{column.name}” beyond 2^53 are rounded.")
        return narrowed(np.asarray(values.to_numpy(), np.float64))
    if pa.types.is_floating(kind):
        numbers = np.asarray(values.to_numpy(), np.float64)
        return numbers.astype(np.float32) if column.role is Role.PROBABILITY else narrowed(numbers)
    return by_frequency(texts(values))


def narrowed(values: Array) -> Array:
    """float32 where that loses nothing."""
    with np.errstate(over="ignore"):
        narrow: Array = values.astype(np.float32)
    return narrow if np.array_equal(narrow, values, equal_nan=True) else values


def by_frequency(column: Texts) -> Category:
    """A `Category`, the most frequent first, where there are few values, and else the texts as they are.

    The names are cut, so that conditions made of them match."""
    rows = counts(column)
    if np.count_nonzero(rows) > MOST_CATEGORIES:
        return column
    ordered = [int(place) for place in np.lexsort((column.ranks, -rows)) if rows[place]]
    code_of = np.full(len(rows) + 1, len(ordered), code_type(len(ordered) + 1))
    code_of[ordered] = np.arange(len(ordered))
    return Category(code_of[column.codes], tuple(cut_apart(column.values[place].as_py()) for place in ordered))
