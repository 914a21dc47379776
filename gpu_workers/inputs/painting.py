"""Shapes as pixels, and what is painted there.

A pixel belongs to a shape when its centre lies inside, so the same fractions cover the same region at any resolution.
"""

from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from gpu_workers.protocol.edits import Draw, Occlude

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
BLUR_SHARE = 1 / 32
_REDUCED_SIGMA = 6


class Region:
    """A mask and where it lies: rows top.. and columns left.. of the picture."""

    def __init__(self, left: int, top: int, mask: Mask) -> None:
        self.left, self.top, self.mask = left, top, mask
        self.rows = slice(top, top + mask.shape[0])
        self.columns = slice(left, left + mask.shape[1])


def occlude(pixels: Pixels, edit: Occlude, mean: Pixels) -> None:
    """Paints into `pixels`, (height, width) or (height, width, 3). mean: the original's, one value a channel.

    blur takes what is there at that moment, earlier paint included, with a sigma of 1/32 of the shorter side and the
    outermost pixels repeated beyond the edge.
    """
    height, width = pixels.shape[:2]
    cover(pixels, region_of(edit, width, height), edit.fill, mean)


def cover(pixels: Pixels, region: Region, fill: str, mean: Pixels) -> None:
    """The same with a region that is there already."""
    if not region.mask.any():
        return
    paint: npt.NDArray[np.uint8] | int = 0
    if fill == "mean":
        paint = mean
    elif fill == "blur":
        paint = _blurred(pixels, region, BLUR_SHARE)
    where = region.mask if pixels.ndim == 2 else region.mask[:, :, None]
    np.copyto(pixels[region.rows, region.columns], paint, where=where)


def blur(pixels: Pixels, share: float) -> None:
    """The whole picture, with a sigma of `share` of its shorter side."""
    height, width = pixels.shape[:2]
    pixels[...] = _blurred(pixels, Region(0, 0, np.ones((height, width), np.bool_)), share)


def draw(pixels: Pixels, edit: Draw) -> None:
    """A pixel belongs to the line when its centre is at most half the width away; a single point is a dot."""
    height, width = pixels.shape[:2]
    reach = edit.width * min(height, width) / 2
    points = np.array(edit.points, np.float64) * (width, height)
    for start, end in zip(points, points[1:] if len(points) > 1 else points, strict=False):
        left, top = np.clip(np.floor(np.minimum(start, end) - reach), 0, (width, height)).astype(int)
        right, bottom = np.clip(np.ceil(np.maximum(start, end) + reach) + 1, 0, (width, height)).astype(int)
        x = np.arange(left, right)[None, :] + 0.5 - start[0]
        y = np.arange(top, bottom)[:, None] + 0.5 - start[1]
        dx, dy = end - start
        along = np.clip((x * dx + y * dy) / ((dx * dx + dy * dy) or 1.0), 0, 1)
        near = (x - along * dx) ** 2 + (y - along * dy) ** 2 <= reach * reach
        pixels[top:bottom, left:right][near] = floor(255 * edit.value + 0.5)


def polygon(points: npt.NDArray[np.float64], width: int, height: int) -> Region:
    """Even-odd inside of a closed polygon, (n, 2) points in pixel coordinates that may lie beyond the picture."""
    left, top = (int(edge) for edge in np.clip(np.floor(points.min(0)), 0, (width, height)))
    right, bottom = (int(edge) for edge in np.clip(np.ceil(points.max(0)), 0, (width, height)))
    flips = np.zeros((bottom - top, right - left + 1), np.uint8)
    for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0), strict=True):
        if y0 > y1:
            x0, y0, x1, y1 = x1, y1, x0, y0
        first, last = (min(max(ceil(y - 0.5), top), bottom) for y in (y0, y1))
        if last <= first:
            continue
        rows = np.arange(first, last)
        crossings = x0 + (rows + 0.5 - y0) * ((x1 - x0) / (y1 - y0))
        columns = np.clip(np.ceil(crossings - 0.5), left, right).astype(np.intp) - left
        flips[rows - top, columns] ^= 1
    inside = np.bitwise_xor.accumulate(flips, axis=1)[:, :-1].astype(np.bool_)
    return Region(left, top, inside)


def mask_of(edit: Occlude, width: int, height: int) -> Mask:
    """(height, width): what it covers of a whole picture."""
    region = region_of(edit, width, height)
    mask = np.zeros((height, width), np.bool_)
    mask[region.rows, region.columns] = region.mask
    return mask


def region_of(edit: Occlude, width: int, height: int) -> Region:
    """What it covers of a picture of width × height pixels."""
    if edit.shape == "polygon":
        return polygon(np.array(edit.points, np.float64) * (width, height), width, height)
    left, right = _covered(edit.x, edit.w, width)
    top, bottom = _covered(edit.y, edit.h, height)
    if edit.shape == "box":
        return Region(left, top, np.ones((bottom - top, right - left), np.bool_))
    across = ((np.arange(left, right) + 0.5) / width - edit.x) / edit.w * 2 - 1
    down = ((np.arange(top, bottom) + 0.5) / height - edit.y) / edit.h * 2 - 1
    return Region(left, top, (down**2)[:, None] + (across**2)[None, :] <= 1)


def _covered(start: float, length: float, side: int) -> tuple[int, int]:
    """First and last (exclusive) pixel whose centre lies within start .. start + length."""
    first, last = (min(max(ceil(edge * side - 0.5 - 1e-9), 0), side) for edge in (start, start + length))
    return first, last


def keep_only(pixels: npt.NDArray[Any], region: Region, dark: int = 0) -> None:
    """What lies outside the region becomes dark."""
    pixels[: region.rows.start] = dark
    pixels[region.rows.stop :] = dark
    pixels[region.rows, : region.columns.start] = dark
    pixels[region.rows, region.columns.stop :] = dark
    pixels[region.rows, region.columns][~region.mask] = dark


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What of a picture can reach into a region by a blur, edges repeated.

    factor: by which it is reduced before. sigma, box: of the blur, and where the region's box lies, in reduced pixels.
    """

    pixels: npt.NDArray[Any]
    factor: int
    sigma: float
    box: tuple[float, float, float, float]


def surroundings(pixels: npt.NDArray[Any], region: Region, share: float) -> Surroundings:
    """For a blur by `share` of the picture's shorter side.

    A wide blur works on a reduced picture, whose averaging and enlargement widen it by less than a hundredth: quick at
    any size, within a few levels of the Gaussian. The grid of the reduction is the picture's, so that neighbouring
    regions meet without a seam.
    """
    sigma = min(pixels.shape[:2]) * share
    factor = max(1, floor(sigma / _REDUCED_SIGMA))
    reach = ceil(4 * sigma) + 2 * factor
    left, top = ((edge - reach) // factor * factor for edge in (region.left, region.top))
    right, bottom = (-(-(edge.stop + reach) // factor) * factor for edge in (region.columns, region.rows))
    box = (
        (region.left - left) / factor,
        (region.top - top) / factor,
        (region.columns.stop - left) / factor,
        (region.rows.stop - top) / factor,
    )
    return Surroundings(_extended(pixels, left, top, right, bottom), factor, sigma / factor, box)


def _blurred(pixels: Pixels, region: Region, share: float) -> Pixels:
    """The region's box of the blurred picture."""
    around = surroundings(pixels, region, share)
    image = Image.fromarray(around.pixels).reduce(around.factor).filter(ImageFilter.GaussianBlur(around.sigma))
    rows, columns = region.mask.shape
    return np.asarray(image.resize((columns, rows), Image.Resampling.BILINEAR, box=around.box))


def _extended(pixels: npt.NDArray[Any], left: int, top: int, right: int, bottom: int) -> npt.NDArray[Any]:
    """That window of the picture, its outermost pixels repeated where the window reaches beyond it."""
    height, width = pixels.shape[:2]
    inside = pixels[max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)]
    beyond = [(max(-top, 0), max(bottom - height, 0)), (max(-left, 0), max(right - width, 0))]
    return np.pad(inside, beyond + [(0, 0)] * (pixels.ndim - 2), mode="edge")
