"""Studies as the inputs process serves them; see `decode`, `edits` and `cover`."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import numpy as np
from PIL import Image

from gpu_workers.inputs.decode import picture
from gpu_workers.inputs.refusal import Refusal, called_of
from gpu_workers.inputs.thumbnail import smaller
from gpu_workers.protocol.edits import Edit
from gpu_workers.protocol.rendering import MAX_BYTES, Made
from gpu_workers.protocol.study import Box, Damaged, Reader, Study, Suspicion

from . import cover as covering
from . import decode as decoding
from .edits import edited
from .stored import values_of

__all__ = ["cover", "decode", "look", "render", "thumbnail"]


def decode(data: bytes, options: Mapping[str, Any], name: str = "") -> Made:
    """options: none."""
    if len(data) > MAX_BYTES:
        raise Refusal(
            "input_too_large",
            f"The study has {len(data) / 1e6:.1f} MB; 25 MB may be sent at once. Send fewer of its pictures, or pack "
            "them as a zip.",
        )
    return _made(*decoding.decode(data, called_of(name)))


def render(data: bytes, edits: Sequence[Edit]) -> Made:
    """Pictures' shapes, at full depth, and the window; see `edits`."""
    with _of_ours():
        made, study = edited(Reader(data), edits)
    return _made(made, study, Suspicion())


def thumbnail(data: bytes, side: int) -> Made:
    """The middle frame by the study's first window."""
    with _of_ours():
        reader = Reader(data)
        return _small(reader, reader.study.frames // 2, side)


def look(data: bytes, frame: int, side: int) -> Made:
    """One frame, the last where it has not so many."""
    with _of_ours():
        reader = Reader(data)
        return _small(reader, min(frame, reader.study.frames - 1), side)


def cover(data: bytes, boxes: Sequence[Box]) -> Made:
    with _of_ours():
        return _made(*covering.cover(data, boxes))


def _small(reader: Reader, frame: int, side: int) -> Made:
    return picture(smaller(Image.fromarray(shown(reader, frame)), side))


def shown(reader: Reader, frame: int) -> Any:
    """A frame as 8-bit pixels, (rows, columns) or (rows, columns, 3), grey through the first window."""
    values = values_of(reader, frame)
    if values.ndim == 3:
        return values
    slope, intercept = reader.study.rescale_of(frame)
    window = reader.study.windows[0]
    share = (values * slope + intercept - window.center) / window.width + 0.5
    return np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)


@contextmanager
def _of_ours() -> Iterator[None]:
    try:
        yield
    except Damaged as damaged:
        raise Refusal("input_damaged", f"{damaged} Send the files again.") from damaged


def _made(data: bytes, study: Study, suspicion: Suspicion) -> Made:
    facts = {
        "frames": study.frames,
        "rows": study.rows,
        "columns": study.columns,
        "spacing_mm": study.spacing_mm,
        "modality": study.modality,
        "photometric": study.photometric,
    }
    return Made(data, sha256(data).hexdigest(), "study", facts, suspicion)
