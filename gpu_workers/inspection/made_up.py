"""A value of a declared input, made up for the trial where the uploader gave none."""

from io import BytesIO

import numpy as np
from PIL import Image

from gpu_workers.protocol.interface import (
    BytesInput,
    ChoiceInput,
    Column,
    DicomInput,
    ImageInput,
    Input,
    NumberInput,
    TableFileInput,
    TableInput,
    TextInput,
)
from gpu_workers.protocol.messages import Blob, Value
from gpu_workers.protocol.rendering import KINDS
from gpu_workers.protocol.signals import AudioInput, SeriesInput
from gpu_workers.protocol.study import Rescale, Study, packed

from . import signals

FREE_SIDE = 224
_FREE_DEPTH = 16
TEXT = "An example of a text."


def made_up(field: Input) -> Value:
    """Its default where it has one; of what has no size, one that most models take."""
    if isinstance(field, ImageInput):
        height, width = field.size or (FREE_SIDE, FREE_SIDE)
        return _picture(height, width, field.mode)
    if isinstance(field, BytesInput):
        return Blob("", KINDS["bytes"], TEXT.encode())
    if isinstance(field, DicomInput):
        return _study(field)
    if isinstance(field, AudioInput | SeriesInput):
        return signals.made_up(field)
    if isinstance(field, TextInput):
        return field.default or TEXT
    if isinstance(field, ChoiceInput):
        return field.default or field.choices[0]
    if isinstance(field, TableFileInput):
        return _rows(field)
    if isinstance(field, TableInput):
        return [_number(column) for column in field.columns]
    assert isinstance(field, NumberInput)
    return _number(field)


def _number(of: NumberInput | Column) -> float:
    return of.default if of.default is not None else of.minimum or 0.0


def _rows(field: TableFileInput) -> Blob:
    """Two rows, or as many as there may be."""
    from gpu_workers.rows import Rows, packed

    count = min(2, field.max_rows)
    cells: list[list[str | float | None]] = []
    for column in field.columns:
        if column.choices:
            cells.append([column.choices[int(column.default or 0)]] * count)
        elif column.type == "text":
            cells.append([TEXT] * count)
        else:
            cells.append([_number(column)] * count)
    return Blob("", KINDS["rows"], packed(Rows(field.columns, field.dtype, cells)))


def _study(field: DicomInput) -> Blob:
    """A CT of two spheres in air, whose frames differ."""
    height, width = field.size or (FREE_SIDE, FREE_SIDE)
    frames = (field.depth or _FREE_DEPTH) if field.frames == "volume" else 2
    across = np.hypot(*np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j])
    planes = [np.where(across < 0.5 + 0.3 * index / frames, 1064, 0).astype("<i2").tobytes() for index in range(frames)]
    study = Study(
        rules="",
        modality="CT",
        frames=frames,
        rows=height,
        columns=width,
        photometric="MONOCHROME2",
        bits=12,
        rescale=Rescale(1.0, -1024.0, "HU"),
    )
    return Blob("", KINDS["study"], packed(study, planes))


def _picture(height: int, width: int, mode: str) -> Blob:
    ramp = np.add.outer(np.linspace(0, 128, height), np.linspace(0, 127, width)).astype(np.uint8)
    pixels = ramp if mode == "L" else np.stack([ramp, ramp[::-1], ramp[:, ::-1]], axis=-1)
    written = BytesIO()
    Image.fromarray(pixels).save(written, "PNG")
    return Blob("", "image/png", written.getvalue())
