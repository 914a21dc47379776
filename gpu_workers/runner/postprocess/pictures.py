"""Pictures that a model made, and files on their way to storage."""

from io import BytesIO

import numpy as np
from PIL import Image

from gpu_workers.protocol.answers import ImageAnswer, InStore
from gpu_workers.protocol.interface import ImageOutput
from gpu_workers.runner.tensors import Raw

from .unanswered import not_finite, unfit

MAX_PIXELS = 50_000_000
_BAND = 1 << 20


class Unplaced:
    """An output's file on its way to storage. answer: without the place and what is read of the bytes."""

    def __init__(self, data: bytes, answer: InStore) -> None:
        self.data, self.answer = data, answer


def picture(field: ImageOutput, raw: Raw) -> Unplaced:
    name = field.name
    if not isinstance(raw, np.ndarray) or raw.dtype.kind not in "fiub":
        raise unfit(f"“{name}” holds no picture.")
    wanted = len(field.layout)
    array = raw[0] if raw.ndim == wanted and raw.shape[0] == 1 else raw
    if field.layout == "NCHW" and array.ndim == 3:
        array = np.moveaxis(array, 0, -1)
    if field.layout == "NHW" and array.ndim == 2:
        array = array[:, :, None]
    channels = 1 if field.mode == "L" else 3
    if array.ndim != 3 or array.shape[2] != channels:
        raise unfit(
            f"“{name}” is declared as a picture of {channels} channel(s) in {field.layout}, "
            f"but has the shape {list(raw.shape)}.",
        )
    height, width = array.shape[:2]
    if not 0 < height * width <= MAX_PIXELS:
        raise unfit(f"“{name}” is a picture of {width} × {height} pixels, which is out of bounds.")
    pixels = np.empty(array.shape, np.uint8)
    step = max(1, _BAND // (width * channels))
    for top in range(0, height, step):  # in bands, so that a large one is not held several times
        values = array[top : top + step].astype(np.float32)
        if not np.isfinite(values).all():
            raise not_finite(name)
        pixels[top : top + step] = np.rint(np.clip(values * field.scale + field.offset, 0, 255))
    written = BytesIO()
    Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels).save(written, "PNG", compress_level=3)
    return Unplaced(written.getvalue(), ImageAnswer("", "", 0, width, height))
