"""Rows to read: a page of them, sorted, with their scores and segments."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from gpu_workers.analyses import Category
from gpu_workers.analyses.arrays import Array
from gpu_workers.analyses.blocks import PART, blocks
from gpu_workers.protocol.datasets import Kind, Role
from gpu_workers.protocol.debugger import Listed, Rows

from .failure import BadQuestion
from .held import Held
from .loading import BOOLEANS
from .selection import Columns
from .texts import Texts
from .wording import SCORE, SEGMENT, moment

MOST = 500
"""Rows of one page."""
WIDEST = 60
"""Columns at most; those of further features are left out."""
_ORDER = (Role.ID, Role.MEDIA, Role.LABEL, Role.PREDICTION, Role.PROBABILITY)

Cell = str | float | bool | None


def listed_rows(
    held: Held, asked: Rows, chosen: Array | None, columns: Columns, models: Sequence[str]
) -> tuple[Listed, list[str]]:
    """chosen: the rows that may be listed, bool (n,); None: all. models: those whose scores are listed.

    BadQuestion: there is no such column to sort by, or the page is too long.
    """
    if not 0 <= asked.count <= MOST or asked.first < 0:
        raise BadQuestion(f"A page holds at most {MOST} rows, counted from 0.")
    shown = _sorted(asked, held.rows, chosen, columns) if asked.sort else _page(asked, held.rows, chosen)
    names, left = _columns(held, models)
    cells = [_cells(held, columns, name, shown) for name in names]
    values = tuple(zip(*cells, strict=True)) if len(shown) else ()
    notes = [f"{left:,} columns are not listed; an export has them."] if left else []
    rows = held.rows if chosen is None else int(np.count_nonzero(chosen))
    return Listed(rows, tuple(names), tuple(int(number) for number in shown), values), notes


def _columns(held: Held, models: Sequence[str]) -> tuple[list[str], int]:
    first = [column.name for role in _ORDER[:2] for column in held.columns if column.role is role]
    said = [column.name for role in _ORDER[2:] for column in held.columns if column.role is role]
    rest = [column.name for column in held.columns if column.role not in _ORDER and column.name in held.data]
    names = [*first, SEGMENT, *said, *(SCORE + model for model in models), *rest]
    names = [name for name in names if name in held.data or name == SEGMENT or name.startswith(SCORE)]
    names = list(dict.fromkeys(names))
    return names[:WIDEST], max(len(names) - WIDEST, 0)


def _page(asked: Rows, rows: int, chosen: Array | None) -> Array:
    """The numbers of the page's rows, in the file's order."""
    end = asked.first + asked.count
    if chosen is None:
        return np.arange(min(asked.first, rows), min(end, rows))
    found: list[Array] = [np.empty(0, np.intp)]
    met = 0
    for numbers in _parts(rows, chosen):
        found.append(numbers[max(asked.first - met, 0) : max(end - met, 0)])
        met += len(numbers)
        if met >= end:
            break
    return np.concatenate(found)


def _parts(rows: int, chosen: Array | None) -> Iterator[Array]:
    """The numbers of the chosen rows, part after part."""
    for part in blocks(rows, PART):
        if chosen is None:
            yield np.arange(part.start, part.stop)
        else:
            yield part.start + np.flatnonzero(chosen[part])


def _sorted(asked: Rows, rows: int, chosen: Array | None, columns: Columns) -> Array:
    """The numbers of the page's rows. Equal ones in the file's order, those without a value last."""
    end = asked.first + asked.count
    try:
        key = _key_of(columns[asked.sort])
    except KeyError:
        raise BadQuestion(f"There is no column “{asked.sort}” to sort by.") from None
    keys, numbers = np.empty(0), np.empty(0, np.intp)
    for more in _parts(rows, chosen):
        found = key(more)
        found = np.where(np.isnan(found), np.inf, -found if asked.descending else found)
        if len(numbers) == end > 0 and found.min(initial=np.inf) >= keys.max():
            continue  # none of these is before one of the page
        keys, numbers = np.append(keys, found), np.append(numbers, more)
        if len(numbers) > end:
            least = _first(keys, end)
            keys, numbers = keys[least], numbers[least]
    page: Array = numbers[np.argsort(keys, kind="stable")][asked.first :]
    return page


def _first(keys: Array, count: int) -> Array:
    """The places of the `count` least keys, of equals the first ones, ascending by place."""
    if not count:
        return np.empty(0, np.intp)
    last = np.partition(keys, count - 1)[count - 1]
    before = np.flatnonzero(keys < last)
    equal = np.flatnonzero(keys == last)[: count - len(before)]
    return np.sort(np.concatenate((before, equal)))


def _key_of(values: Any) -> Callable[[Array], Array]:
    """By which rows are sorted: of their numbers, float64, NaN for a null."""
    if isinstance(values, Texts):
        ranks = np.append(values.ranks, np.nan)  # the code of a null is −1
        return lambda numbers: ranks[values.codes[numbers]]
    if isinstance(values, Category):
        names = values.categories
        of_code = np.empty(len(names) + 1)
        of_code[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
        of_code[-1] = np.nan

        def of_category(numbers: Array) -> Array:
            codes = values.codes[numbers].astype(np.intp)
            ranked: Array = of_code[np.where((codes < 0) | (codes > len(names)), len(names), codes)]
            return ranked

        return of_category
    return lambda numbers: values[numbers].astype(np.float64)


def _cells(held: Held, columns: Columns, name: str, rows: Array) -> list[Cell]:
    values = columns[name]
    column = held.by_name.get(name)
    if isinstance(values, Texts):
        return list(values.at(rows))
    if isinstance(values, Category):
        names: list[Cell] = [*values.categories, None]
        if column is not None and column.kind is Kind.BOOLEAN and values.categories == BOOLEANS:
            names = [False, True, None]
        return [names[min(int(code), len(names) - 1)] for code in values.codes[rows]]
    if column is not None and column.kind is Kind.TIME:
        return [moment(float(value)) if np.isfinite(value) else None for value in values[rows]]
    return [number(value) for value in values[rows]]


def number(value: Any) -> float | None:
    """As short as it is told from its neighbours: 0.1 of a float32 is 0.1."""
    if not np.isfinite(value):
        return None
    return (float(str(value)) if isinstance(value, np.float32) else float(value)) + 0.0  # −0 is 0
