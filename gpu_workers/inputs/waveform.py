"""A small picture of signals, for lists: each channel's lowest and highest value, column by column."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from gpu_workers.protocol.rendering import Made

from .decode import picture

SHOWN = 4
"""Channels; further ones are left out."""
PAPER, INK = 244, 70
"""Grey on light grey, which stands on a bright and on a dark page."""


def drawn(channels: npt.NDArray[np.float32], side: int) -> Made:
    """channels: (channels, samples). `side` pixels wide, and half as high."""
    height = side // 2
    pixels = np.full((height, side), PAPER, np.uint8)
    shown = channels[:SHOWN]
    edges = np.linspace(0, height, len(shown) + 1).astype(int)
    for channel, top, bottom in zip(shown, edges, edges[1:], strict=False):
        _draw(pixels[top:bottom], channel)
    return picture(Image.fromarray(pixels))


def _draw(pixels: npt.NDArray[np.uint8], samples: npt.NDArray[np.float32]) -> None:
    height, width = pixels.shape
    starts = np.minimum(np.arange(width) * samples.size // width, samples.size - 1)
    low, high = np.minimum.reduceat(samples, starts), np.maximum.reduceat(samples, starts)
    least, most = float(low.min()), float(high.max())
    margin, reach = 0.05 * height, 0.9 * height
    scale = reach / (most - least) if most > least else 0.0
    tops = margin + (most - high) * scale if scale else np.full(width, height / 2)
    bottoms = margin + (most - low) * scale if scale else tops
    rows = np.arange(height)[:, None]
    pixels[(rows >= np.floor(tops) - 0.5) & (rows <= np.maximum(np.floor(bottoms), np.floor(tops)))] = INK
