"""Values as a notebook holds them, by the inputs' names, turned into what the API takes."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .errors import Invalid
from .fields import Bytes, Choice, Dicom, Field, Image, Number, Table, TableFile, Text
from .files import GRID, File, is_picture_file, picture, plain_file, recording, rows, series, study
from .signals import Audio, Series


def by_name(fields: Sequence[Field], value: Any) -> dict[str, Any]:
    """Values by input name. value: a dict of names, a row of a frame, a list in the inputs' order, or the value of the
    only input."""
    names = [field.name for field in fields]
    if len(fields) > 1:
        value = _record(value, "The model")
    if isinstance(value, Mapping) and set(value) <= set(names) and value:
        return dict(value)
    if len(fields) == 1 and not (isinstance(value, Mapping) and isinstance(fields[0], Image | Audio)):
        only = fields[0]
        is_whole = isinstance(only, TableFile) or _is_bare_row(only, value)
        wrapped = isinstance(value, list | tuple) and len(value) == 1 and not is_whole
        return {only.name: value[0] if wrapped else value}
    if isinstance(value, list | tuple) and len(value) == len(fields):
        return dict(zip(names, value, strict=True))
    expected = ", ".join(names)
    if isinstance(value, Mapping):
        unknown = ", ".join(map(str, set(value) - set(names))) or "nothing"
        raise Invalid(f"The model takes {expected}; {unknown} was given. Use the names of its inputs.")
    raise Invalid(f"The model has {len(fields)} inputs; give a dict with the names {expected}.")


def _record(value: Any, taker: str) -> Any:
    """One row of a frame, alone or in a list of one, as a dict; what is neither as it is."""
    only = value[0] if isinstance(value, list | tuple) and len(value) == 1 else value
    if hasattr(only, "iloc") and hasattr(only, "columns"):
        if len(only) != 1:
            raise Invalid(f"{taker} takes one row, and {len(only)} were given; give one, such as frame.iloc[0].")
        only = only.iloc[0]
    return only.to_dict() if hasattr(only, "iloc") else value


def encode(field: Field, value: Any) -> Any:
    """The value of one input as the API takes it: a File where it takes one, else a JSON value. Raises Invalid."""
    if isinstance(field, Image):
        return picture(field.name, value)
    if isinstance(field, Dicom):
        return study(field.name, value)
    if isinstance(field, Bytes):
        return plain_file(field.name, value)
    if isinstance(field, Audio):
        return recording(field.name, value)
    if isinstance(field, Series):
        return series(field.name, value)
    if isinstance(field, TableFile):
        return rows(field.name, value)
    if isinstance(field, Table):
        return {"columns": column_names(field), "rows": [row(field, value)]}
    if isinstance(field, Number):
        return number(field.name, value)
    if isinstance(field, Text | Choice):
        if not isinstance(value, str):
            raise Invalid(f"“{field.name}” takes a string, not {type(value).__name__}.")
        if isinstance(field, Choice) and value not in field.choices:
            raise Invalid(f"“{field.name}” takes one of {', '.join(field.choices)}; {value!r} is none of them.")
        return value
    raise Invalid(f"{type(field).__name__} is no input type.")


def encode_json(fields: Sequence[Field], value: Any) -> dict[str, Any]:
    """Values by input name as JSON alone, files as base64 data URLs."""
    inputs = {field.name: field for field in fields}
    encoded = {name: encode(inputs[name], item) for name, item in by_name(fields, value).items()}
    return {name: item.data_url() if isinstance(item, File) else item for name, item in encoded.items()}


def by_tensor(names: Sequence[str], value: Any) -> dict[str, Any]:
    """Values by the names of a model's tensors, where no interface is declared."""
    if isinstance(value, Mapping):
        return {str(name): item for name, item in value.items()}
    if len(names) == 1:
        return {names[0]: value[0] if isinstance(value, list | tuple) and len(value) == 1 else value}
    if isinstance(value, list | tuple) and len(value) == len(names):
        return dict(zip(names, value, strict=True))
    raise Invalid(f"The model has the inputs {', '.join(names)}; give the example as a dict of those names.")


def bare(name: str, value: Any) -> Any:
    """A value by what it looks like: a picture (the path of one too), a text, a number or a row of numbers, as JSON."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.reshape(-1)[0].item()
    if isinstance(value, str):
        return picture(name, value).data_url() if is_picture_file(value) else value
    if isinstance(value, int | float | np.number):
        return number(name, value)
    shape = np.shape(value) if isinstance(value, np.ndarray | list | tuple) else ()
    if len(shape) == 1 or (len(shape) == 2 and shape[0] == 1):
        return [number(name, item) for item in np.asarray(value, dtype=object).reshape(-1)]
    return picture(name, value).data_url()


def number(name: str, value: Any) -> float:
    try:
        result = float(value)
    except (TypeError, ValueError):
        raise Invalid(f"“{name}” takes a number, not {value!r}.") from None
    if not math.isfinite(result):
        raise Invalid(f"“{name}” takes a finite number, not {value!r}.")
    return result


def row(table: Table, value: Any) -> list[float]:
    """The numbers of one row in the columns' order, from a dict, a sequence, an array, a Series or a DataFrame.

    A column that a dict leaves out has its default.
    """
    names = column_names(table)
    value = _record(value, f"“{table.name}”")
    if isinstance(value, Mapping):
        if set(value) == GRID:
            value = dict(zip(value["columns"], value["rows"][0], strict=True))
        defaults = {column.name: column.default for column in table.columns if not isinstance(column, str)}
        missing = [item for item in names if item not in value and defaults.get(item) is None]
        if missing:
            raise Invalid(f"“{table.name}” lacks the column {missing[0]}; its columns are {', '.join(names)}.")
        items = [value.get(item, defaults.get(item)) for item in names]
    else:
        items = list(np.asarray(value, dtype=object).reshape(-1))
    if len(items) != len(names):
        raise Invalid(
            f"“{table.name}” has {len(names)} columns; {len(items)} values were given. Give one row at a time."
        )
    return [_cell(table, index, item) for index, item in enumerate(items)]


def column_names(table: Table | TableFile) -> list[str]:
    return [item.name if not isinstance(item, str) else item for item in table.columns]


def _cell(table: Table, index: int, value: Any) -> float:
    column = table.columns[index]
    if not isinstance(column, str) and column.choices and isinstance(value, str):
        if value not in column.choices:
            raise Invalid(f"“{column.name}” takes one of {', '.join(column.choices)}; {value!r} is none of them.")
        return float(list(column.choices).index(value))
    return number(column_names(table)[index], value)


def _is_bare_row(field: Field, value: Any) -> bool:
    """Whether [v] is a one-column row itself rather than a list of one example."""
    is_one = isinstance(field, Table) and len(field.columns) == 1
    return is_one and isinstance(value, list | tuple) and len(value) > 0 and isinstance(value[0], int | float)
