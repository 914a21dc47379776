"""Deep grey pixels (16 and 32 bits, fractions) brought to eight bits by a rule that does not stretch contrast.

Whole numbers: a picture is taken to have 8, 12, 16 or 32 bits, the fewest that hold its largest value, and keeps the
upper eight of them. So pictures of a 12-bit detector in 16-bit files are seen as bright as their viewer shows them at
full width, those that use 16 bits lose their lower byte, and one series keeps one scale. Fractions must lie within
0..1 and are rounded to 0..255. Where a TIFF says that zero is white, the values are turned round first.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from .refusal import Refusal

DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
_PHOTOMETRIC, _SAMPLE_FORMAT = 262, 339
_BITS = (8, 12, 16, 32)
_BAND_PIXELS = 1 << 18


def to_eight_bits(image: Image.Image) -> Image.Image:
    """An image of mode L from one of a mode in `DEEP`. Works band by band, so that a large one is not held twice."""
    tags = getattr(image, "tag_v2", {})
    zero_is_white = tags.get(_PHOTOMETRIC) == 0
    unsigned = image.format == "TIFF" and _first(tags.get(_SAMPLE_FORMAT)) != 2
    extremes = [(band.min(), band.max()) for _, band in _bands(image, unsigned)]
    low, high = np.min(extremes), np.max(extremes)  # NaN wins, unlike in Python's own
    shown = np.empty((image.height, image.width), np.uint8)
    if image.mode == "F":
        _refuse_beyond_one(float(low), float(high))
        for rows, band in _bands(image, unsigned):
            shown[rows] = np.floor((1 - band if zero_is_white else band) * 255 + 0.5)
    else:
        bits = _bits(int(low), int(high))
        for rows, band in _bands(image, unsigned):
            shown[rows] = (((1 << bits) - 1 - band) if zero_is_white else band) >> (bits - 8)
    return Image.fromarray(shown)


def _bands(image: Image.Image, unsigned: bool) -> Iterator[tuple[slice, npt.NDArray[Any]]]:
    """Rows of the picture with their values, as int64 or float32."""
    step = max(1, _BAND_PIXELS // image.width)
    for top in range(0, image.height, step):
        bottom = min(image.height, top + step)
        band = np.asarray(image.crop((0, top, image.width, bottom)))
        if image.mode == "I" and unsigned:
            band = band.view(np.uint32)
        yield slice(top, bottom), band if image.mode == "F" else band.astype(np.int64)


def _bits(low: int, high: int) -> int:
    if low < 0:
        raise Refusal(
            "input_unsupported",
            "The picture holds negative values (Hounsfield units, perhaps), which have no brightness by themselves. "
            "Choose a window in your viewer and save the picture as 8-bit PNG.",
        )
    return next(bits for bits in _BITS if high < 1 << bits)


def _refuse_beyond_one(low: float, high: float) -> None:
    if not (low >= 0 and high <= 1):
        raise Refusal(
            "input_unsupported",
            f"The picture holds fractional values from {low:g} to {high:g}; they must lie between 0 and 1. "
            "Scale them, or save the picture as 8-bit or 16-bit.",
        )


def _first(value: object) -> object:
    return value[0] if isinstance(value, tuple) and value else value
