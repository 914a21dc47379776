"""What an input of a version takes: text, numbers, choices and rows of numbers, checked wherever they come from.

Files are none of it: the inputs process decodes those.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from .edits import Edit, Replace, SetCell
from .interface import ChoiceInput, Column, Input, NumberInput, TableInput, TextInput, kind_of

Plain = str | float | list[float]
"""A value as a model's runner takes it, files aside; a table's row by its columns' order."""
# What a model's own type holds; beyond it a number would reach the model as infinity.
_LARGEST = {"float32": 3.4028234663852886e38, "float16": 65504.0}


_SAID = {
    "bytes": "a file",
    "image": "a picture",
    "sketch": "a picture",
    "audio": "a recording",
    "series": "a series",
    "text": "text",
    "number": "a number",
    "choice": "a choice",
    "table": "a table row",
    "table_file": "a table: a file, or its columns and rows",
    "dicom": "a DICOM file, or a zip of one series",
}


class Unfit(ValueError):
    """path: the input's name, or “row.column” of a table. code: a word for programs. The message is a sentence."""

    def __init__(self, path: str, code: str, message: str) -> None:
        self.path, self.code, self.message = path, code, message
        super().__init__(message)


def checked(field: Input, value: Any) -> Plain:
    """The value of an input that takes no file. Raises Unfit."""
    match field:
        case TextInput():
            return _text(field, value)
        case NumberInput():
            return _number(field.name, value, bounds(field, field.dtype))
        case ChoiceInput():
            return _choice(field.name, field.choices, value)
        case TableInput():
            return _row(field, value)
    raise Unfit(field.name, kind_of(field), f"“{field.name}” takes {said(field)}.")


def edited(field: Input, value: Plain, edit: Edit) -> Plain:
    """A checked value after one edit, checked again. Raises Unfit, whose path says nothing of the edit's."""
    match edit, value:
        case Replace(), str():
            if edit.end > len(value):
                told = f"The text has {len(value)} characters by then; the edit ends at {edit.end}."
                raise Unfit(field.name, "range", told)
            return checked(field, value[: edit.start] + edit.text + value[edit.end :])
        case SetCell(), list() if isinstance(field, TableInput):
            place = next((at for at, column in enumerate(field.columns) if column.name == edit.column), None)
            if place is None:
                raise Unfit(field.name, "unknown", f"“{field.name}” has no column “{edit.column[:40]}”.")
            if edit.row:
                raise Unfit(field.name, "range", f"“{field.name}” has one row; its number is 0.")
            return checked(field, [*value[:place], edit.value, *value[place + 1 :]])
    raise Unfit(field.name, kind_of(field), f"“{field.name}” takes {said(field)}, and no such edit.")


def said(field: Input) -> str:
    """What is given for an input, in words."""
    return _SAID[kind_of(field)]


def default_of(field: Input) -> Any:
    """What stands for an input that is not given; None where it needs a value."""
    if isinstance(field, TableInput):
        return {} if all(column.default is not None for column in field.columns) else None
    return getattr(field, "default", None)


def missing(field: Input) -> Unfit:
    return Unfit(field.name, "required", f"The input “{field.name}” needs a value.")


def is_number(value: Any) -> bool:
    """Finite, and no yes or no."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond every float
        return False


class Bounds(NamedTuple):
    """Between which a number lies, both included; str() says it with its unit."""

    least: float
    most: float
    unit: str = ""

    def hold(self, value: float) -> bool:
        return self.least <= value <= self.most

    def __str__(self) -> str:
        low = "−∞" if self.least == -math.inf else f"{self.least:g}"
        high = "∞" if self.most == math.inf else f"{self.most:g}"
        return f"between {low} and {high}{' ' + self.unit if self.unit else ''}"


def bounds(of: NumberInput | Column, dtype: str) -> Bounds:
    """As declared, and no further than dtype reaches."""
    largest = _LARGEST.get(dtype, math.inf)
    least = -largest if of.minimum is None else max(-largest, of.minimum)
    most = largest if of.maximum is None else min(largest, of.maximum)
    return Bounds(least, most, of.unit)


def _number(name: str, value: Any, within: Bounds) -> float:
    if not is_number(value):
        raise Unfit(name, "number", f"“{name}” takes a finite number.")
    if not within.hold(value):
        raise Unfit(name, "range", f"“{name}” lies {within}.")
    return float(value)


def _text(field: TextInput, value: Any) -> str:
    if not isinstance(value, str):
        raise Unfit(field.name, "text", f"“{field.name}” takes text.")
    if len(value) > field.max_length:
        raise Unfit(field.name, "max_length", f"“{field.name}” takes at most {field.max_length} characters.")
    if "\x00" in value:
        raise Unfit(field.name, "text", f"“{field.name}” contains a null character; remove it.")
    return value


def _choice(name: str, choices: tuple[str, ...], value: Any) -> str:
    if value not in choices:
        shown = ", ".join(f"“{choice}”" for choice in choices[:8]) + (" …" if len(choices) > 8 else "")
        raise Unfit(name, "choice", f"“{name}” is one of {shown}.")
    return str(value)


def _index(name: str, choices: tuple[str, ...], value: Any) -> float:
    """A choice given as its place among the choices, as a row of numbers holds it."""
    place = _number(name, value, Bounds(0, len(choices) - 1))
    if not place.is_integer():
        raise Unfit(name, "choice", f"“{name}” takes one of its choices, or its place among them.")
    return place


def _cells(field: TableInput, value: Any) -> list[Any]:
    """One row as a list in the columns' order, from a list, a mapping, or `{columns, rows: [[…]]}`."""
    names = [column.name for column in field.columns]
    if isinstance(value, Mapping) and set(value) == {"columns", "rows"}:
        rows = value["rows"]
        if not isinstance(rows, list) or len(rows) != 1 or not isinstance(rows[0], list):
            raise Unfit(field.name, "row", f"“{field.name}” takes exactly one row.")
        if not isinstance(value["columns"], list) or len(value["columns"]) != len(rows[0]):
            raise Unfit(field.name, "row", f"“{field.name}”: columns and the row differ in length.")
        value = dict(zip(map(str, value["columns"]), rows[0], strict=True))
    if isinstance(value, Mapping):
        unknown = [name for name in value if name not in names]
        if unknown:
            raise Unfit(field.name, "unknown", f"“{field.name}” has no column “{unknown[0]}”.")
        return [value.get(column.name) for column in field.columns]
    if isinstance(value, list) and len(value) == len(names):
        return value
    raise Unfit(field.name, "row", f"“{field.name}” takes one row of {len(names)} values: {', '.join(names[:5])} ….")


def _row(field: TableInput, value: Any) -> list[float]:
    row = []
    for column, cell in zip(field.columns, _cells(field, value), strict=True):
        path = f"{field.name}.{column.name}"
        if cell is None:
            cell = column.default
        if cell is None:
            raise Unfit(path, "required", f"The column “{column.name}” needs a value.")
        if column.choices and isinstance(cell, str):
            row.append(float(column.choices.index(_choice(path, column.choices, cell))))
        elif column.choices:
            row.append(_index(path, column.choices, cell))
        else:
            row.append(_number(path, cell, bounds(column, field.dtype)))
    return row
