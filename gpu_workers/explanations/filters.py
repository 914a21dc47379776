"""What blurs a picture, and what is laid over it at one scale."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
"""(height, width, channels) in 0..1; of a layer (height, width)."""
SIDE = 224
"""Pixels of the shorter side for which lengths are published."""
LONGEST = 1024
Beyond = Literal["edge", "reflect", "symmetric"]
"""What lies beyond the picture: its outermost pixels, or the picture mirrored about their centres or their edges."""
LUMA = np.array([0.299, 0.587, 0.114])


def convolved(values: Values, kernel: Values, beyond: Beyond) -> Values:
    """By the Fourier transform, with a square kernel of an odd side."""
    reach = len(kernel) // 2
    rows, columns = (min(reach, side - 1) for side in values.shape[:2])
    padded = np.pad(values, ((rows, rows), (columns, columns), (0, 0)), mode=beyond)
    padded = np.pad(padded, ((reach - rows,) * 2, (reach - columns,) * 2, (0, 0)), mode="edge")
    shape = (padded.shape[0], padded.shape[1])
    spectrum = np.fft.rfft2(padded, axes=(0, 1)) * np.fft.rfft2(kernel, shape)[:, :, None]
    whole: Values = np.fft.irfft2(spectrum, shape, axes=(0, 1))
    return whole[2 * reach :, 2 * reach :][: values.shape[0], : values.shape[1]]


def blurred(values: Values, sigma: float | Sequence[float], beyond: Beyond = "edge", truncate: float = 4.0) -> Values:
    """By a Gaussian of so many pixels, of rows and of columns, cut off at `truncate` of them."""
    for axis, each in enumerate(np.broadcast_to(sigma, 2)):
        reach = max(1, int(truncate * each + 0.5))
        line = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * each**2))
        values = _along(values, line / line.sum(), axis, beyond)
    return values


def _along(values: Values, line: Values, axis: int, beyond: Beyond) -> Values:
    side, reach = values.shape[axis], len(line) // 2
    padded = values
    while (left := side + 2 * reach - padded.shape[axis]) > 0:  # what is mirrored is no longer than the picture
        most = padded.shape[axis] - (beyond == "reflect")
        step = left // 2 if most < 1 else min(left // 2, most)
        widths = [(0, 0)] * values.ndim
        widths[axis] = (step, step)
        padded = np.pad(padded, widths, mode="edge" if most < 1 else beyond)
    spectrum = np.fft.rfft(padded, axis=axis)
    shape = [1] * values.ndim
    shape[axis] = -1
    whole = np.fft.irfft(spectrum * np.fft.rfft(line, padded.shape[axis]).reshape(shape), padded.shape[axis], axis)
    inside: Values = whole.take(np.arange(2 * reach, 2 * reach + side), axis)
    return inside


def dragged(values: Values, radius: float, sigma: float, degrees: float) -> Values:
    """As by a shake in one direction, which fades away as one half of a Gaussian does. radius, sigma: pixels."""
    width = 2 * round(radius) + 1
    weights = np.exp(-(np.arange(width) ** 2) / (2 * sigma**2))
    angle = np.deg2rad(degrees)
    down, across = (-np.ceil(np.arange(width) * turned - 0.5).astype(int) for turned in (np.sin(angle), np.cos(angle)))
    reach = max(int(np.abs(down).max()), int(np.abs(across).max()), 1)
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1))
    np.add.at(kernel, (reach + down, reach + across), weights / weights.sum())
    return convolved(values, kernel, "edge")


def at_scale(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of a layer that looks the same over a picture of any size: its shorter side is SIDE."""
    ratio = min(SIDE / min(height, width), LONGEST / max(height, width))
    return max(1, round(height * ratio)), max(1, round(width * ratio))


def stretched(layer: Values, height: int, width: int) -> Values:
    """A layer over a picture of so many pixels, by interpolation between the pixels' centres."""
    for axis, side in enumerate((height, width)):
        had = layer.shape[axis]
        if had != side:
            layer = resampled(layer, (np.arange(side) + 0.5) * had / side - 0.5, axis)
    return layer


def resampled(layer: Values, at: Values, axis: int) -> Values:
    """At such places along one axis, between its pixels and no further than the outermost."""
    last = layer.shape[axis] - 1
    at = np.clip(at, 0, last)
    low = np.minimum(np.floor(at).astype(int), max(last - 1, 0))
    shape = [1] * layer.ndim
    shape[axis] = -1
    part = (at - low).reshape(shape)
    made: Values = layer.take(low, axis) * (1 - part) + layer.take(np.minimum(low + 1, last), axis) * part
    return made
