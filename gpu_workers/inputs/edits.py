"""Renders a list of edits on a stored original: painting, then geometry, then tone.

Occlusions, blurs, noise and lines are painted in the original's frame in their order; crop, rotate and flip compose to
one affine map that is resampled once, bilinear, with black beyond the original; adjustments come last. All edits given
are applied, whatever input they name: choosing those of one input is the caller's. The same list on the same bytes
gives the same bytes.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from PIL import Image

from gpu_workers.protocol.edits import Blur, Draw, Edit, Noise, Occlude
from gpu_workers.protocol.geometry import Geometry, geometry
from gpu_workers.protocol.rendering import Made

from . import noise, painting, tone
from .decode import open_original, picture


def render(data: bytes, edits: Sequence[Edit]) -> Made:
    """data: a PNG that `decode` made; raises `Refusal` where it is not."""
    return picture(apply(open_original(data), edits))


def apply(original: Image.Image, edits: Sequence[Edit]) -> Image.Image:
    """An image of the original's mode, L or RGB, and of the size that the crops leave."""
    placed = geometry(edits, *original.size)
    image = _moved(_painted(original, edits, placed), placed)
    values = tone.table(edits)
    return image if values is None else image.point(values.tolist() * len(image.getbands()))


def _painted(original: Image.Image, edits: Sequence[Edit], placed: Geometry) -> Image.Image:
    paints = [edit for edit in edits if isinstance(edit, Occlude | Blur | Noise | Draw)]
    if not paints and not placed.kept:
        return original
    pixels = np.array(original)
    for edit in paints:
        match edit:
            case Occlude():
                mean = _mean(original) if edit.fill == "mean" else np.zeros(1, np.uint8)
                painting.occlude(pixels, edit, mean)
            case Blur():
                painting.blur(pixels, edit.sigma)
            case Noise():
                noise.add(pixels, edit.sigma, edit.seed)
            case Draw():
                painting.draw(pixels, edit)
    for corners in placed.kept:
        painting.keep_only(pixels, painting.polygon(np.array(corners), *original.size))
    return Image.fromarray(pixels)


def covered(original: Image.Image, mask: painting.Mask, fill: Literal["mean", "black", "blur"]) -> Image.Image:
    """With the same paint as an occlusion's where the mask, (height, width), says."""
    pixels = np.array(original)
    painting.cover(pixels, painting.Region(0, 0, mask), fill, _mean(original))
    return Image.fromarray(pixels)


def _mean(original: Image.Image) -> painting.Pixels:
    """One value a channel, rounded."""
    counts = np.array(original.histogram(), np.int64).reshape(-1, 256)
    means = counts @ np.arange(256) / (original.width * original.height)
    return np.floor(means + 0.5).astype(np.uint8)


def _moved(image: Image.Image, placed: Geometry) -> Image.Image:
    if placed.is_identity:
        return image
    return image.transform(
        (placed.width, placed.height),
        Image.Transform.AFFINE,
        placed.inverse,
        resample=Image.Resampling.NEAREST if placed.exact else Image.Resampling.BILINEAR,
        fillcolor=0,
    )
