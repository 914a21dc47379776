"""Files that are inputs, made of what a notebook holds: paths, bytes, pictures, arrays, recordings, frames."""

import base64
import io
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import png, studies
from .errors import Invalid
from .frames import as_file
from .sounds import Signal, Sound

LARGEST_INPUT = 25_000_000
"""Bytes of one file."""
GRID = {"columns", "rows"}
"""What a table has in the API's form."""
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
    if isinstance(value, Mapping) and set(value) == GRID:
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


def _from_file(name: str, path: Path) -> File:
    path = path.expanduser()
    try:
        if path.stat().st_size > LARGEST_INPUT:
            raise Invalid(f"“{path}” is larger than 25 MB, the most that “{name}” takes.")
        data = path.read_bytes()
    except OSError as error:
        raise Invalid(f"“{path}” for “{name}” cannot be read: {error.strerror or error}.") from None
    return File(data, _media_type(data), path.name)


def is_picture_file(text: str) -> bool:
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
