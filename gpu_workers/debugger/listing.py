"""Rows to read: a page of them, sorted, with their scores and segments."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gpu_workers.analyses import Category
from gpu_workers.analyses.arrays import Array
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
    held: Held, asked: Rows, numbers: Array, columns: Columns, models: Sequence[str]
) -> tuple[Listed, list[str]]:
    """numbers: of the rows that may be listed, ascending. models: those whose scores are listed.

    BadQuestion: there is no such column to sort by, or the page is too long.
    """
    if not 0 <= asked.count <= MOST or asked.first < 0:
        raise BadQuestion(f"A page holds at most {MOST} rows, counted from 0.")
    shown = _sorted(asked, numbers, columns)
    names, left = _columns(held, models)
    cells = [_cells(held, columns, name, shown) for name in names]
    values = tuple(zip(*cells, strict=True)) if len(shown) else ()
    notes = [f"{left:,} columns are not listed; an export has them."] if left else []
    return Listed(len(numbers), tuple(names), tuple(int(number) for number in shown), values), notes


def _columns(held: Held, models: Sequence[str]) -> tuple[list[str], int]:
    first = [column.name for role in _ORDER[:2] for column in held.columns if column.role is role]
    said = [column.name for role in _ORDER[2:] for column in held.columns if column.role is role]
    rest = [column.name for column in held.columns if column.role not in _ORDER and column.name in held.data]
    names = [*first, SEGMENT, *said, *(SCORE + model for model in models), *rest]
    names = [name for name in names if name in held.data or name == SEGMENT or name.startswith(SCORE)]
    names = list(dict.fromkeys(names))
    return names[:WIDEST], max(len(names) - WIDEST, 0)


def _sorted(asked: Rows, numbers: Array, columns: Columns) -> Array:
    """The numbers of the page's rows. Equal ones in the file's order, those without a value last."""
    end = asked.first + asked.count
    if not asked.sort:
        return numbers[asked.first : end]
    try:
        values = columns[asked.sort]
    except KeyError:
        raise BadQuestion(f"There is no column “{asked.sort}” to sort by.") from None
    keys = _keys(values, numbers)
    if asked.descending:
        keys = -keys
    keys = np.where(np.isnan(keys), np.inf, keys)
    end = min(end, len(keys))
    if not end:
        return numbers[:0]
    last = np.partition(keys, end - 1)[end - 1]
    before = np.flatnonzero(keys < last)
    equal = np.flatnonzero(keys == last)[: end - len(before)]
    found = np.concatenate((before[np.argsort(keys[before], kind="stable")], equal))
    page: Array = numbers[found[asked.first :]]
    return page


def _keys(values: Any, numbers: Array) -> Array:
    """By which rows are sorted, float64, NaN for a null."""
    if isinstance(values, Texts):
        codes = values.codes[numbers]
        return np.where(codes < 0, np.nan, values.ranks[codes] if len(values.ranks) else np.nan)
    if isinstance(values, Category):
        names = values.categories
        ranks = np.empty(len(names) + 1)
        ranks[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
        ranks[-1] = np.nan
        places = np.where(values.nulls(), len(names), values.codes)[numbers]
        ranked: Array = ranks[places]
        return ranked
    chosen: Array = values[numbers].astype(np.float64)
    return chosen


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
