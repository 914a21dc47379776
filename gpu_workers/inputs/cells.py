"""Cells of a file as the interface declares their columns.

A column whose numbers have decimal commas throughout is read so; a comma that may as well part thousands, and every
other sign of thousands, percent or money, is refused with the row in which it stands. True and false are 1 and 0.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite, isnan
from typing import Any

from gpu_workers.ingestion.missing import MISSING
from gpu_workers.protocol.interface import FileColumn
from gpu_workers.protocol.values import Bounds, bounds
from gpu_workers.rows import Cell
from gpu_workers.wording import readable

from .refusal import Refusal

MAX_TEXT = 10_000
"""Characters of one cell."""
_POINT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_COMMA = re.compile(r"[+-]?([0-9]+|[0-9]*,[0-9]+)([eE][+-]?[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+")
_FIGURES = re.compile(r"[(+-]?[€$£]? ?[0-9][0-9., '’\u00a0\u202f]*[%€$£)]?")
_TRUTH = {"true": 1.0, "false": 0.0}


@dataclass(frozen=True)
class Place:
    """Where a column's cells lie, for sentences. called: the file. rows: the number of each, as people count them."""

    called: str
    rows: Sequence[int]

    def refuse(self, at: int, column: str, told: str) -> Refusal:
        return Refusal("input_damaged", f"Row {self.rows[at]:,} of {self.called}, column “{column}”, {told}")


def read(column: FileColumn, cells: Sequence[Any], place: Place, dtype: str, notes: list[str]) -> list[Cell]:
    """dtype: of the tensor that takes numbers. What is said of how they were read is added to notes. Raises Refusal."""
    if column.choices:
        return [_choice(column, cell, at, place) for at, cell in enumerate(cells)]
    if column.type == "text":
        return [_text(column, cell, at, place) for at, cell in enumerate(cells)]
    commas = _has_commas(column, cells, place)
    if commas:
        notes.append(f"Decimal commas of “{column.name}” are read as points.")
    within = bounds(column, dtype)
    return [_number(column, _plain(cell, commas), at, place, within) for at, cell in enumerate(cells)]


def _number(column: FileColumn, value: float | str | None, at: int, place: Place, within: Bounds) -> float | None:
    if value is None:
        if column.default is None and not column.optional:
            raise place.refuse(at, column.name, "is empty. Write a number there, or leave the row out.")
        return column.default
    if isinstance(value, str):
        told = f"holds “{readable(value, 40)}”, which is no number."
        way = "Write it without signs of thousands, percent or money, as 1234.5."
        raise place.refuse(
            at, column.name, f"{told} {way if _FIGURES.fullmatch(value) else 'Correct it, or leave the row out.'}"
        )
    if not isfinite(value) or not within.hold(value):
        raise place.refuse(at, column.name, f"holds {value:g}; it lies {within}. Correct it.")
    return value


def _plain(cell: Any, commas: bool) -> float | str | None:
    """A number, None where there is none, or what it is instead."""
    if isinstance(cell, bool | int | float | Decimal):
        try:
            value = float(cell)
        except (OverflowError, ValueError):
            return str(cell)
        return None if isnan(value) else value
    if not isinstance(cell, str):
        return None if cell is None else str(cell)[:100]
    text = cell.strip()
    if not text or text in MISSING:
        return None
    if (_COMMA if commas else _POINT).fullmatch(text):
        return float(text.replace(",", "."))
    return _TRUTH.get(text.casefold(), text)


def _has_commas(column: FileColumn, cells: Sequence[Any], place: Place) -> bool:
    """Whether its numbers are written with decimal commas. Raises Refusal where they may part thousands as well."""
    texts = [(at, cell.strip()) for at, cell in enumerate(cells) if isinstance(cell, str)]
    written = [(at, text) for at, text in texts if "," in text]
    if not written or any("." in text for _, text in texts) or not all(_COMMA.fullmatch(text) for _, text in written):
        return False
    if all(_THOUSANDS.fullmatch(text) for _, text in written):
        at, text = written[0]
        told = f"holds “{text}”, whose comma may part thousands or decimals. Write the numbers with points."
        raise place.refuse(at, column.name, told)
    return True


def _text(column: FileColumn, cell: Any, at: int, place: Place) -> str:
    value = _as_text(cell)
    if value is None:
        raise place.refuse(at, column.name, "holds a nested value. Write it as one word or number.")
    if len(value) > MAX_TEXT:
        raise place.refuse(at, column.name, f"has {len(value):,} characters; {MAX_TEXT:,} are the most. Shorten it.")
    if "\x00" in value:
        raise place.refuse(at, column.name, "contains a null character. Remove it.")
    if not value and not column.optional and column.default is None:
        raise place.refuse(at, column.name, "is empty. Fill it, or leave the row out.")
    return value


def _choice(column: FileColumn, cell: Any, at: int, place: Place) -> str:
    text = _text(column, cell, at, place).strip()
    if not text:
        return "" if column.default is None else column.choices[int(column.default)]
    if text in column.choices:
        return text
    for choice in column.choices:
        if choice.casefold() == text.casefold():
            return choice
    shown = ", ".join(f"“{choice}”" for choice in column.choices[:8]) + (" …" if len(column.choices) > 8 else "")
    raise place.refuse(at, column.name, f"holds “{readable(text, 40)}”; it is one of {shown}.")


def _as_text(cell: Any) -> str | None:
    match cell:
        case None:
            return ""
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float():
            whole = cell.is_integer() and abs(cell) < 2**53
            return "" if isnan(cell) else str(int(cell)) if whole else str(cell)
        case int() | Decimal():
            return str(cell)
        case datetime() | date() | time():
            return cell.isoformat()
    return None
