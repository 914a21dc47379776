"""Rows in blocks that fit a core's cache, spread over the cores.

A chain of NumPy operations over a million rows writes each intermediate result to memory and reads it back; over
32,768 rows it stays in the second-level cache, and NumPy lets another thread run meanwhile. Each block writes its
own rows, so that the result does not depend on the number of threads. A device is given all rows at once.

Whatever is as long as the table is made by `over_rows` or asked of `empty`, and never in one piece beside: so whoever
holds a table that is larger than the memory says by `columns_in` where its columns lie.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from .arrays import Array, on_device, same_length

BLOCK = 1 << 15
PART = 2 * BLOCK
"""Rows that `over_parts` hands on: too few for `over_rows` to spread them over threads once more."""
_WORTH_A_THREAD = 4 * BLOCK

Item = TypeVar("Item")
Result = TypeVar("Result")

Allocate = Callable[[int | tuple[int, ...], npt.DTypeLike], Array]
_allocate: ContextVar[Allocate] = ContextVar("allocate", default=np.empty)


@contextmanager
def columns_in(allocate: Allocate) -> Iterator[None]:
    """Within it, and in this thread, columns are made by `allocate`(shape, dtype), as by numpy.empty otherwise."""
    before = _allocate.set(allocate)
    try:
        yield
    finally:
        _allocate.reset(before)


def empty(shape: int | tuple[int, ...], dtype: npt.DTypeLike) -> Array:
    """A column of NumPy that is yet to be written, where columns are to lie."""
    return _allocate.get()(shape, dtype)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(cores(), thread_name_prefix="analyses")


def spread(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """function of each item, in the items' order, on all cores. Not to be called from within such a function."""
    return list(_threads().map(function, items))


def blocks(rows: int, size: int = BLOCK) -> Iterator[slice]:
    """Consecutive slices of at most `size` rows that cover 0..rows."""
    for start in range(0, rows, size):
        yield slice(start, min(start + size, rows))


def over_rows(function: Callable[..., Array], *columns: Array, dtype: npt.DTypeLike = np.float32) -> Array:
    """function of the columns, which must work row by row, as one array (n,) of `dtype`.

    columns: arrays whose first axis is the rows, all of NumPy or all of CuPy. NumPy's warnings about invalid values,
    division and overflow are silenced: the result says it with NaN and infinity.
    """
    rows = same_length(*columns)
    if any(on_device(column) for column in columns):
        return function(*columns).astype(dtype, copy=False)
    result = empty(rows, dtype)

    def fill(part: slice) -> None:
        with np.errstate(all="ignore"):
            for inner in blocks(part.stop - part.start):
                rows_of_block = slice(part.start + inner.start, part.start + inner.stop)
                result[rows_of_block] = function(*(column[rows_of_block] for column in columns))

    if rows < _WORTH_A_THREAD or cores() == 1:
        fill(slice(0, rows))
    else:
        share = -(-rows // cores())
        spread(fill, blocks(rows, -(-share // BLOCK) * BLOCK))
    return result


def over_parts(function: Callable[..., Result], *columns: Array) -> list[Result]:
    """function of each part of the rows, in their order, on all cores: what is then put together to the whole.

    columns: as of `over_rows`, whose silence about NumPy's warnings holds here too. No rows: no parts.
    """
    rows = same_length(*columns)
    if any(on_device(column) for column in columns):
        return [function(*columns)] if rows else []

    def of(part: slice) -> Result:
        with np.errstate(all="ignore"):
            return function(*(column[part] for column in columns))

    parts = blocks(rows, PART)
    return [of(part) for part in parts] if rows < _WORTH_A_THREAD or cores() == 1 else spread(of, parts)


def evenly(met: Array, most: int) -> Array:
    """The numbers, ascending, of every so-many-th row that a mask (n,) holds: of all, or of at most `most`."""
    if on_device(met):
        rows: Array = met.nonzero()[0]
        return rows[:: max(1, -(-len(rows) // most))]
    counts = over_parts(lambda part: int(np.count_nonzero(part)), met)
    step = max(1, -(-sum(counts) // most))
    drawn: list[Array] = [np.empty(0, np.intp)]
    passed = 0
    for part, count in zip(blocks(len(met), PART), counts, strict=True):
        drawn.append(part.start + np.flatnonzero(met[part])[-passed % step :: step])
        passed += count
    return np.concatenate(drawn)
