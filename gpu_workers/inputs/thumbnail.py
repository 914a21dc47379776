"""A small picture of a stored one, for lists and strips."""

from PIL import Image

from gpu_workers.protocol.rendering import Made

from .decode import open_original, picture


def thumbnail(data: bytes, side: int) -> Made:
    return picture(smaller(open_original(data), side))


def smaller(image: Image.Image, side: int) -> Image.Image:
    """Its longer side at most `side` pixels; never enlarged, never thinner than one pixel."""
    longer = max(image.size)
    if longer <= side:
        return image
    width, height = (max(1, round(length * side / longer)) for length in image.size)
    return image.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)
