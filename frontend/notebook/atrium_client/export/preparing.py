"""What a model receives for a value, in numpy: used to run the original beside its export, nowhere else.

The server renders pictures itself; here a plain bilinear resize is enough, since both models see the same array.
"""

import io
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from atrium_client.errors import Invalid
from atrium_client.fields import Bytes, Choice, Dicom, Field, Image, Number, Table, TableFile, Text
from atrium_client.files import File
from atrium_client.signals import Audio, Series
from atrium_client.values import number, row

Array = npt.NDArray[Any]
_OPEN_SIDE = 64  # pixels of a stand-in where the interface leaves the size open


def prepare(field: Field, value: Any) -> Array:
    """One value as a batch of one: images in their layout, tables (1, columns), everything else (1, 1)."""
    if isinstance(field, Image):
        return _image(field, _pixels(field.name, value))
    if isinstance(field, Table):
        return np.array([row(field, value)], dtype=field.dtype or "float32")
    if isinstance(field, Number):
        return np.array([[number(field.name, value)]], dtype=field.dtype or "float32")
    if isinstance(field, Choice) and field.dtype not in (None, "string"):
        if value not in field.choices:
            raise Invalid(f"“{field.name}” takes one of {', '.join(field.choices)}; {value!r} is none of them.")
        return np.array([[list(field.choices).index(value)]], dtype=field.dtype)
    if isinstance(field, Text | Choice):
        return np.array([[str(value)]], dtype=object)
    if isinstance(field, Audio | Bytes | Dicom | Series | TableFile):
        raise Invalid(
            f"“{field.name}” is made of a file by the server. Export the module yourself, as by torch.onnx.export, "
            "and give the ONNX file."
        )
    raise Invalid(f"{type(field).__name__} is no input type.")


def stand_in(field: Field) -> Array:
    """A batch of one that the interface alone allows: noise for a picture, the default or the least for the rest."""
    if isinstance(field, Image):
        height, width = field.size or (_rounded(_OPEN_SIDE, field), _rounded(_OPEN_SIDE, field))
        noise = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
        return prepare(field, noise)
    if isinstance(field, Table):
        columns = [column for column in field.columns if not isinstance(column, str)]
        return prepare(field, [_least(column.default, column.minimum) for column in columns])
    if isinstance(field, Number):
        return prepare(field, _least(field.default, field.minimum))
    if isinstance(field, Choice):
        return prepare(field, field.default or field.choices[0])
    return prepare(field, getattr(field, "default", None) or "text")


def like(array: Array) -> Array:
    """An array that an exporter may see instead of the example, which can be a patient: same shape, type and range."""
    if array.dtype.kind == "f" and array.size:
        low, high = float(array.min()), float(array.max())
        return np.random.default_rng(1).uniform(low, high, array.shape).astype(array.dtype)
    if array.dtype.kind in "iu" and array.size:
        return np.full_like(array, array.min())
    return array


def _least(default: float | None, minimum: float | None) -> float:
    if default is not None:
        return default
    return minimum if minimum is not None else 0.0


def _pixels(name: str, value: Any) -> Array:
    """Float pixels of 0..255, (height, width, 1 or 3)."""
    if isinstance(value, File):
        value = value.data
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if isinstance(value, str | os.PathLike | bytes | bytearray):
        value = _opened(name, value)
    if hasattr(value, "convert"):  # a PIL image, without importing PIL
        value = np.asarray(value if value.mode in ("L", "RGB") else value.convert("RGB"))
    if not isinstance(value, np.ndarray) or value.ndim not in (2, 3):
        raise Invalid(
            f"The example of “{name}” takes a path, encoded bytes, a PIL image or an array of (height, width) or "
            f"(height, width, channels), not {_described(value)}."
        )
    pixels: Array = value.astype(np.float64)
    if value.dtype == np.uint16:
        pixels /= 257.0
    elif value.dtype.kind in "fb":
        pixels *= 255.0
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    return pixels[:, :, :3] if pixels.shape[2] == 4 else pixels


def _described(value: Any) -> str:
    return f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else type(value).__name__


def _opened(name: str, value: Any) -> Any:
    try:
        from PIL import Image as Pillow
        from PIL import ImageOps
    except ImportError:
        raise Invalid(
            f"To compare the model with its export, “{name}” has to be opened here: `pip install pillow`, "
            "or give the example as an array."
        ) from None
    try:
        opened = Pillow.open(io.BytesIO(value) if isinstance(value, bytes | bytearray) else Path(value))
        return ImageOps.exif_transpose(opened)
    except OSError as error:
        why = error.strerror or str(error)
        raise Invalid(
            f"The example of “{name}” cannot be opened: {value if error.filename else 'it'}: {why}."
        ) from None


def _image(field: Image, pixels: Array) -> Array:
    mode = field.mode or "RGB"
    if mode == "L" and pixels.shape[2] == 3:
        pixels = pixels @ np.array([[0.299], [0.587], [0.114]])
    elif mode == "RGB" and pixels.shape[2] == 1:
        pixels = np.repeat(pixels, 3, axis=2)
    pixels = _resized(field, pixels)
    empty = max(field.size[1] - pixels.shape[1], 0) if field.resize == "height" and field.size else 0
    if field.order == "BGR":
        pixels = pixels[:, :, ::-1]
    values = (pixels * _or(field.scale, 1.0) - np.array(field.mean or (0.0,))) / np.array(field.std or (1.0,))
    values = np.pad(values, ((0, 0), (0, empty), (0, 0)))
    dtype = np.dtype(field.dtype or "float32")
    if dtype.kind in "iu":
        values = np.rint(values)
    layout = field.layout or "NCHW"
    if layout == "NCHW":
        values = np.moveaxis(values, 2, 0)
    elif layout == "NHW":
        values = values[:, :, 0]
    return np.ascontiguousarray(values[None].astype(dtype))


def _resized(field: Image, pixels: Array) -> Array:
    height, width = pixels.shape[:2]
    if field.size is None:
        return _bilinear(pixels, _rounded(height, field), _rounded(width, field))
    tall, wide = field.size
    if field.resize in (None, "stretch"):
        return _bilinear(pixels, tall, wide)
    if field.resize == "height":
        reached = math.ceil(width * tall / height)
        return _bilinear(pixels, tall, reached if field.free_width else min(reached, wide))
    pick = min if field.resize == "fit" else max
    factor = pick(tall / height, wide / width)
    scaled = _bilinear(pixels, max(1, round(height * factor)), max(1, round(width * factor)))
    if field.resize == "cover":
        top, left = (scaled.shape[0] - tall) // 2, (scaled.shape[1] - wide) // 2
        return scaled[top : top + tall, left : left + wide]
    padded = np.zeros((tall, wide, pixels.shape[2]))
    padded[: scaled.shape[0], : scaled.shape[1]] = scaled[:tall, :wide]
    return padded


def _bilinear(pixels: Array, height: int, width: int) -> Array:
    if pixels.shape[:2] == (height, width):
        return pixels
    for axis, size in ((0, height), (1, width)):
        old = pixels.shape[axis]
        at = np.clip((np.arange(size) + 0.5) * old / size - 0.5, 0, old - 1)
        low = np.floor(at).astype(int)
        share = (at - low).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        high = np.minimum(low + 1, old - 1)
        pixels = pixels.take(low, axis) * (1 - share) + pixels.take(high, axis) * share
    return pixels


def _rounded(side: int, field: Image) -> int:
    step = field.multiple_of or 1
    return -(-side // step) * step


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
