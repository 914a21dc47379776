"""Values as a notebook holds them, turned into what the API takes."""

import base64
import io
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import png, studies
from .errors import Invalid
from .fields import Bytes, Choice, Dicom, Field, Image, Number, Table, TableFile, Text
from .frames import as_file
from .signals import Audio, Series
from .sounds import Signal, Sound

LARGEST_INPUT = 25_000_000
_GRID = {"columns", "rows"}  # a table in the API's form
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)


@dataclass(frozen=True)
class File:
    """The bytes of a file that is an input, and their media type."""

    data: bytes
    media_type: str
    name: str = "image"

    def data_url(self) -> str:
        return f"data:{self.media_type};base64,{base64.b64encode(self.data).decode()}"


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
        return picture(name, value).data_url() if _is_picture_file(value) else value
    if isinstance(value, int | float | np.number):
        return number(name, value)
    shape = np.shape(value) if isinstance(value, np.ndarray | list | tuple) else ()
    if len(shape) == 1 or (len(shape) == 2 and shape[0] == 1):
        return [number(name, item) for item in np.asarray(value, dtype=object).reshape(-1)]
    return picture(name, value).data_url()


def picture(name: str, value: Any) -> File:
    """A picture from a path, encoded bytes, a PIL image or an array (see `atrium_client.png.encode`)."""
    if _is_pil(value):
        stream = io.BytesIO()
        (value if value.mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16") else value.convert("RGB")).save(
            stream, "PNG"
        )
        return File(stream.getvalue(), "image/png", "image.png")
    if hasattr(value, "detach"):  # a torch tensor, without importing torch
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray):
        return File(png.encode(value), "image/png", "image.png")
    return _file(name, value, "a PIL image or an array")


def plain_file(name: str, value: Any) -> File:
    """A file of any kind, from its path or its bytes."""
    if isinstance(value, bytes | bytearray | memoryview):
        data = _bounded(name, bytes(value))
        return File(data, "application/octet-stream", "file.bin")
    if isinstance(value, str | os.PathLike):
        made = _from_file(name, Path(value))
        return File(made.data, "application/octet-stream", made.name)
    raise Invalid(f"“{name}” takes the path of a file or its bytes, not {type(value).__name__}.")


def study(name: str, value: Any) -> File:
    """De-identified DICOM; see `atrium_client.studies.packed`."""
    if isinstance(value, File):
        return value
    data, media_type = studies.packed(name, value)
    if len(data) > LARGEST_INPUT:
        raise Invalid(f"“{name}” takes at most 25 MB; {len(data) / 1e6:.0f} MB are left. Send fewer of its pictures.")
    return File(data, media_type, "study")


def recording(name: str, value: Any) -> File:
    """From a path, encoded bytes, a Sound, or an array with its rate: (samples, rate_hz)."""
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], int | float | np.number):
        value = Sound(np.asarray(value[0]), int(value[1]))
    if isinstance(value, Sound):
        return File(value.wav(), "audio/wav", "recording.wav")
    return _file(name, value, "a Sound, or an array with its rate: (samples, rate_hz)")


def series(name: str, value: Any) -> File:
    """From a path (CSV, JSON, DICOM, a zip of a WFDB record), encoded bytes, a Signal, or a mapping of its parts."""
    if isinstance(value, Mapping):
        if not {"values", "rate_hz"} <= set(value) <= {"values", "rate_hz", "leads", "unit"}:
            raise Invalid(f"“{name}” takes values and rate_hz, and may name leads and unit; not {', '.join(value)}.")
        value = Signal(**value)
    if isinstance(value, Signal):
        return File(value.json(), "application/json", "series.json")
    return _file(name, value, "a Signal, or a dict of values and rate_hz")


def rows(name: str, value: Any) -> File:
    """From a path, a file's bytes, a frame, an Arrow table, {columns, rows}, or a list of dicts; a file and a
    frame also in a list of one."""
    value = unwrapped(value)
    if isinstance(value, Mapping) and set(value) == _GRID:
        cells = [[_json_cell(cell) for cell in row] for row in value["rows"]]
        return _rows_as_json(name, {"columns": list(value["columns"]), "rows": cells})
    if isinstance(value, Mapping):
        value = [value]
    if isinstance(value, list | tuple):
        if not all(isinstance(each, Mapping) for each in value):
            raise Invalid(f"“{name}” takes a list of dicts, one a row, by the names of its columns.")
        return _rows_as_json(name, [{str(key): _json_cell(cell) for key, cell in each.items()} for each in value])
    if isinstance(value, str | os.PathLike | bytes | bytearray | memoryview | File):
        return _file(name, value, "a frame, an Arrow table, or a list of dicts")
    with as_file(value) as table:
        return File(_bounded(name, table.path.read_bytes()), "application/octet-stream", table.path.name)


def unwrapped(value: Any) -> Any:
    """A file or a frame out of a list of one; a list of dicts as it is."""
    is_one = isinstance(value, list | tuple) and len(value) == 1 and not isinstance(value[0], Mapping)
    return value[0] if is_one else value


def _rows_as_json(name: str, given: Any) -> File:
    try:
        data = json.dumps(given, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        told = f"“{name}” takes texts, finite numbers, true and false in its cells, and None for an empty one"
        raise Invalid(f"{told}: {error}.") from None
    return File(_bounded(name, data), "application/json", "rows.json")


def _json_cell(value: Any) -> Any:
    """NumPy's own types as Python's, and NaN as nothing."""
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and math.isnan(plain) else plain


def _file(name: str, value: Any, also: str) -> File:
    if isinstance(value, File):
        return value
    if isinstance(value, str | os.PathLike):
        return _from_file(name, Path(value))
    if isinstance(value, bytes | bytearray | memoryview):
        return _from_bytes(name, bytes(value))
    raise Invalid(f"“{name}” takes a path, encoded bytes, {also}, not {type(value).__name__}.")


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
        if set(value) == _GRID:
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


def _from_file(name: str, path: Path) -> File:
    try:
        if path.stat().st_size > LARGEST_INPUT:
            raise Invalid(f"“{path}” is larger than 25 MB, the most that “{name}” takes.")
        data = path.read_bytes()
    except OSError as error:
        raise Invalid(f"“{path}” for “{name}” cannot be read: {error.strerror or error}.") from None
    return File(data, _media_type(data), path.name)


def _is_picture_file(text: str) -> bool:
    try:
        with Path(text).open("rb") as stream:
            return _media_type(stream.read(16)).startswith("image/")
    except (OSError, ValueError):  # a text that no file has for its name
        return False


def _from_bytes(name: str, data: bytes) -> File:
    return File(_bounded(name, data), _media_type(data))


def _bounded(name: str, data: bytes) -> bytes:
    if len(data) > LARGEST_INPUT:
        raise Invalid(f"“{name}” takes at most 25 MB.")
    return data


def _media_type(data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _SIGNATURES if data.startswith(start)), "application/octet-stream")


def _is_pil(value: object) -> bool:
    return any(kind.__module__.startswith("PIL.") for kind in type(value).__mro__)
