"""A small picture of a stored one, for lists and strips."""

from PIL import Image

from gpu_workers.protocol.rendering import Made

from .decode import open_original, picture


def thumbnail(data: bytes, side: int) -> Made:
    """A picture whose longer side is at most `side` pixels; never enlarged, never thinner than one pixel."""
    image = open_original(data)
    longer = max(image.size)
    if longer > side:
        width, height = (max(1, round(length * side / longer)) for length in image.size)
        image = image.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return picture(image)
