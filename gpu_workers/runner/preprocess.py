"""Input values to tensors, exactly as the interface declares.

Pictures are our own PNGs (8 bits, L or RGB). Resizing is Pillow's on 8-bit pixels: `bilinear` and `bicubic` are
antialiased when they shrink (as torchvision's default), `area` is the box filter, `nearest` takes the pixel under the
centre. Arithmetic is in float64 and rounded once to the declared type; integer types are rounded to nearest and
clipped to their range.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from io import BytesIO

import numpy as np
from PIL import Image

from gpu_workers.protocol.interface import (
    BytesInput,
    ChoiceInput,
    DicomInput,
    FileColumn,
    ImageInput,
    Input,
    NumberInput,
    TableFileInput,
    TableInput,
    TextInput,
)
from gpu_workers.protocol.messages import Blob, Value
from gpu_workers.protocol.signals import AudioInput, SeriesInput

from . import rows, signals, studies
from .binding import Bound
from .failure import Mismatch
from .sight import FILTERS, resized
from .tensors import Array
from .tokens import IDS, Tokenizers


def prepare(field: Input, value: Value, rank: int | None) -> Array:
    """The tensor of one case, its batch axis of size 1 included.

    rank: how many axes the model's input has where it says so; one less than the interface's drops the batch axis,
    and a text or number follows it between (), (1,) and (1, 1). Of a study given frame by frame its frames stand on the
    batch axis: `studies.split` parts them.
    """
    if isinstance(field, ImageInput):
        return _fit_rank(_image(field, value), rank, field.name)
    if isinstance(field, BytesInput):
        return _fit_rank(_bytes(field, value), rank, field.name)
    if isinstance(field, DicomInput):
        tensor = _cast(studies.values_of(field, value), field.dtype)
        return tensor if field.frames == "each" else _fit_rank(tensor, rank, field.name)
    if isinstance(field, AudioInput | SeriesInput):
        taken = signals.recording(field, value) if isinstance(field, AudioInput) else signals.series(field, value)
        return _fit_rank(_cast(taken, field.dtype), rank, field.name)
    if isinstance(field, TableInput):
        return _fit_rank(_row(field, value), rank, field.name)
    assert not isinstance(field, TableFileInput)  # whose tensors may be several: `rows_placed`
    return _single(field, value).reshape((1,) * (1 if rank is None else min(rank, 2)))


def _bytes(field: BytesInput, value: Value) -> Array:
    """(1, numbers)"""
    if not isinstance(value, Blob) or value.data is None:
        raise Mismatch(f"“{field.name}” takes a file")
    if not field.first and not field.last:
        whole = value.data.strip() if field.strip else value.data
        return _cast(np.frombuffer(whole, np.uint8).astype(np.float64), field.dtype).reshape(1, -1)
    begin, end = value.data[: field.block], value.data[-field.block :]
    if field.strip:
        begin, end = begin.lstrip(), end.rstrip()
    numbers = np.full(field.first + field.last, field.fill)
    front = np.frombuffer(begin[: field.first], np.uint8)
    back = np.frombuffer(end[len(end) - min(field.last, len(end)) :], np.uint8)
    numbers[: front.size] = front
    numbers[numbers.size - back.size :] = back
    return _cast(numbers, field.dtype).reshape(1, -1)


def prepare_picture(field: ImageInput, picture: Image.Image, rank: int | None) -> Array:
    """As `prepare`, of a picture that is open."""
    return _fit_rank(picture_tensor(field, picture), rank, field.name)


def opened(field: ImageInput, value: Value) -> Image.Image:
    """The picture, not yet read; whoever opens it closes it."""
    if not isinstance(value, Blob) or value.data is None:
        raise Mismatch(f"“{field.name}” takes a picture")
    return Image.open(BytesIO(value.data), formats=["PNG"])


def _image(field: ImageInput, value: Value) -> Array:
    """(1, C, H, W), (1, H, W, C) or (1, H, W) as the layout says."""
    with opened(field, value) as picture:
        return picture_tensor(field, picture)


def picture_tensor(field: ImageInput, opened: Image.Image) -> Array:
    """As `prepare`, of a picture that is open."""
    picture: Image.Image = opened if opened.mode == field.mode else opened.convert(field.mode)
    pixels = np.asarray(_resized(field, picture))
    tensor = _normalised(field, pixels)
    if field.resize == "height" and field.size is not None and pixels.shape[1] < field.size[1]:
        missing = [(0, field.size[1] - pixels.shape[1]) if axis == "W" else (0, 0) for axis in field.layout]
        tensor = np.pad(tensor, missing)
    return tensor


def _normalised(field: ImageInput, pixels: Array) -> Array:
    """pixels: uint8 (height, width) or (height, width, 3)."""
    tables = _tables(field.dtype, field.mode, field.scale, field.mean, field.std)
    if field.mode == "L":
        plane: Array = tables[0][pixels]
        return plane.reshape(_shape(field.layout, 1, *plane.shape))
    channels = (2, 1, 0) if field.order == "BGR" else (0, 1, 2)
    tensor = np.empty(_shape(field.layout, 3, *pixels.shape[:2]), dtype=tables[0].dtype)
    for target, source in enumerate(channels):
        # mean and std stand in the tensor's order, as the model's author wrote them
        plane = tables[target][pixels[:, :, source]]
        if field.layout == "NCHW":
            tensor[0, target] = plane
        else:
            tensor[0, :, :, target] = plane
    return tensor


def _shape(layout: str, channels: int, height: int, width: int) -> tuple[int, ...]:
    sides = {"N": 1, "C": channels, "H": height, "W": width}
    return tuple(sides[axis] for axis in layout)


@lru_cache(maxsize=256)
def _tables(dtype: str, mode: str, scale: float, mean: tuple[float, ...], std: tuple[float, ...]) -> tuple[Array, ...]:
    """For each channel of the tensor what each of the 256 pixel values becomes."""
    channels = 1 if mode == "L" else 3
    pixels = np.arange(256, dtype=np.float64) * scale
    return tuple(
        _cast((pixels - mean[channel % len(mean)]) / std[channel % len(std)], dtype) for channel in range(channels)
    )


def _resized(field: ImageInput, picture: Image.Image) -> Image.Image:
    became = resized(field, *picture.size)
    if became.scaled != picture.size:
        picture = picture.resize(became.scaled, FILTERS[field.interpolation])
    if became.target == became.scaled or field.resize == "height":
        return picture
    if field.resize == "fit":
        canvas = Image.new(picture.mode, became.target)
        canvas.paste(picture)
        return canvas
    left, top = became.left, became.top
    return picture.crop((left, top, left + became.target[0], top + became.target[1]))


def _row(field: TableInput, value: Value) -> Array:
    """(1, columns)"""
    if not isinstance(value, list) or len(value) != len(field.columns):
        raise Mismatch(f"“{field.name}” takes {len(field.columns)} numbers")
    return _cast(np.asarray(value, dtype=np.float64), field.dtype).reshape(1, -1)


def _single(field: TextInput | NumberInput | ChoiceInput, value: Value) -> Array:
    """One element, of any shape."""
    if isinstance(field, NumberInput):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise Mismatch(f"“{field.name}” takes a number")
        return _cast(np.asarray([value], dtype=np.float64), field.dtype)
    if not isinstance(value, str):
        raise Mismatch(f"“{field.name}” takes text")
    if isinstance(field, ChoiceInput) and value not in field.choices:
        raise Mismatch(f"“{field.name}” has no choice “{value[:80]}”")
    if isinstance(field, TextInput) or field.dtype == "string":
        return np.asarray([value], dtype=object)
    return _cast(np.asarray([field.choices.index(value)], dtype=np.float64), field.dtype)


def _cast(values: Array, dtype: str) -> Array:
    if dtype == "string":
        return np.asarray([str(value) for value in values.tolist()], dtype=object)
    target = np.dtype(dtype)
    if target.kind in "iu":
        limits = np.iinfo(target)
        rounded = np.rint(values.astype(np.float64))
        if not np.isfinite(rounded).all():
            raise Mismatch("a number is not finite")
        # float64 cannot hold the largest int64; the next one below it can
        highest = np.nextafter(float(limits.max), 0) if target.itemsize == 8 else float(limits.max)
        whole: Array = np.clip(rounded, float(limits.min), highest).astype(target)
        return whole
    with np.errstate(over="ignore"):
        cast: Array = values.astype(target)
    if target.kind == "f" and not np.isfinite(cast).all():
        raise Mismatch(f"a number is beyond what {dtype} holds")
    return cast


def _fit_rank(tensor: Array, rank: int | None, name: str) -> Array:
    if rank is None or rank == tensor.ndim:
        return tensor
    if rank == tensor.ndim - 1:
        return tensor.reshape(tensor.shape[1:])
    raise Mismatch(f"“{name}” becomes a tensor with {tensor.ndim} axes, but the model takes {rank}")


def prepare_all(fields: Sequence[Bound], values: Mapping[str, Value], tokens: Tokenizers) -> dict[str, Array]:
    """The tensors of one case by the model's names."""
    missing = next((bound.field.name for bound in fields if bound.field.name not in values), None)
    if missing is not None:
        raise Mismatch(f"“{missing}” is missing")
    tensors: dict[str, Array] = {}
    for bound in fields:
        value = values[bound.field.name]
        if isinstance(bound.field, TextInput) and bound.field.tokenizer:
            if not isinstance(value, str):
                raise Mismatch(f"“{bound.field.name}” takes text")
            tensors |= tokens_placed(bound, tokens(bound.field, value))
        elif isinstance(bound.field, TableFileInput):
            tensors |= rows_placed(bound, value)
        else:
            tensors[bound.tensor] = prepare(bound.field, value, bound.rank)
    return tensors


def rows_placed(bound: Bound, value: Value) -> dict[str, Array]:
    """What the rows of a file are, at the model's names and as it takes them."""
    field = bound.field
    assert isinstance(field, TableFileInput)
    columns = rows.columns_of(field, value)
    if field.tensors == "one":
        given = [_column(each, cells, field.dtype) for each, cells in zip(field.columns, columns, strict=True)]
        return {bound.tensor: np.stack(given, axis=1)}
    tensors: dict[str, Array] = {}
    for each, cells in zip(field.columns, columns, strict=True):
        info = bound.beside.get(each.name, bound.info)
        tensor = _column(each, cells, info.dtype)
        tensors[info.name] = tensor if len(info.shape) == 1 else tensor.reshape(-1, 1)
    return tensors


def _column(column: FileColumn, cells: Array, dtype: str) -> Array:
    """(rows,); an empty cell is NaN, among strings "" or “nan”."""
    if dtype == "string":
        return cells if cells.dtype == object else _cast(cells, dtype)
    numbers = rows.as_numbers(column, cells).astype(np.float64)
    empty = np.isnan(numbers)
    if not empty.any():
        return _cast(numbers, dtype)
    if np.dtype(dtype).kind != "f":
        raise Mismatch(f"the column “{column.name}” has an empty cell, for which {dtype} has no value")
    tensor = _cast(np.where(empty, 0.0, numbers), dtype)
    tensor[empty] = np.nan
    return tensor


def tokens_placed(bound: Bound, found: Mapping[str, Array]) -> dict[str, Array]:
    """What a text's tokens are, at the model's names and as it takes them."""
    placed = {bound.tensor: _fit_rank(_cast(found[IDS], bound.dtype), bound.rank, bound.field.name)}
    for what, info in bound.beside.items():
        placed[info.name] = _fit_rank(_cast(found[what], info.dtype), len(info.shape) or None, bound.field.name)
    return placed
