"""Deep grey pixels (16 and 32 bits, fractions) brought to eight bits by a rule that does not stretch contrast.

Whole numbers: a picture is taken to have 8, 12, 16 or 32 bits, the fewest that hold its largest value, and keeps the
upper eight of them. So pictures of a 12-bit detector in 16-bit files are seen as bright as their viewer shows them at
full width, those that use 16 bits lose their lower byte, and one series keeps one scale. Fractions must lie within
0..1 and are rounded to 0..255. Where a TIFF says that zero is white, the values are turned round first.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

from .refusal import Refusal

DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
_PHOTOMETRIC, _SAMPLE_FORMAT = 262, 339
_BITS = (8, 12, 16, 32)


def to_eight_bits(image: Image.Image) -> Image.Image:
    """An image of mode L from one of a mode in `DEEP`."""
    tags = getattr(image, "tag_v2", {})
    zero_is_white = tags.get(_PHOTOMETRIC) == 0
    values: npt.NDArray[np.generic] = np.asarray(image)
    if image.mode == "F":
        return Image.fromarray(_fractions(values.astype(np.float32, copy=False), zero_is_white))
    if image.mode == "I" and _first(tags.get(_SAMPLE_FORMAT)) != 2 and tags:
        values = values.view(np.uint32)
    return Image.fromarray(_whole_numbers(values, zero_is_white))


def _whole_numbers(values: npt.NDArray[np.generic], zero_is_white: bool) -> npt.NDArray[np.uint8]:
    if np.issubdtype(values.dtype, np.signedinteger) and int(values.min()) < 0:
        raise Refusal(
            "input_unsupported",
            "The picture holds negative values (Hounsfield units, perhaps), which have no brightness by themselves. "
            "Choose a window in your viewer and save the picture as 8-bit PNG.",
        )
    top = int(values.max())
    bits = next(bits for bits in _BITS if top < 1 << bits)
    whole: npt.NDArray[np.uint32] = values.astype(np.uint32, copy=False)
    if zero_is_white:
        whole = np.subtract(np.uint32((1 << bits) - 1), whole)
    return np.right_shift(whole, bits - 8).astype(np.uint8)


def _fractions(values: npt.NDArray[np.float32], zero_is_white: bool) -> npt.NDArray[np.uint8]:
    low, high = float(values.min()), float(values.max())
    if not (low >= 0 and high <= 1):
        raise Refusal(
            "input_unsupported",
            f"The picture holds fractional values from {low:g} to {high:g}; they must lie between 0 and 1. "
            "Scale them, or save the picture as 8-bit or 16-bit.",
        )
    share = 1 - values if zero_is_white else values
    return np.floor(share * 255 + 0.5).astype(np.uint8)


def _first(value: object) -> object:
    return value[0] if isinstance(value, tuple) and value else value
