"""A map as a picture to be laid over another: red where covering lowers the score, blue where it raises it."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpu_workers.protocol.explained import Map, Regions

Values = NDArray[np.float64]
SIDE = 512
"""Pixels of either side; whoever shows it stretches it over the picture."""
LOWERS, RAISES = (214, 48, 49), (41, 98, 200)


def overlay(found: Map | Regions) -> bytes:
    """A PNG of SIDE × SIDE with transparency: nothing where covering changes nothing, full where it changes most."""
    spread = _of_map(found) if isinstance(found, Map) else _of_regions(found)
    largest = np.abs(spread).max()
    spread = spread / largest if largest > 0 else spread
    pixels = np.zeros((SIDE, SIDE, 4), np.uint8)
    pixels[..., :3] = np.where(spread[..., None] >= 0, np.array(LOWERS), np.array(RAISES))
    pixels[..., 3] = np.rint(np.abs(spread) * 255)
    written = BytesIO()
    Image.fromarray(pixels).save(written, "PNG", compress_level=6)
    return written.getvalue()


def _of_map(found: Map) -> Values:
    rows, columns = (_at(borders) for borders in (found.y, found.x))
    values: Values = np.array(found.values)[np.ix_(rows, columns)]
    return values


def _of_regions(found: Regions) -> Values:
    drops = np.array([found.score - region.covered for region in found.regions] + [0.0])  # the last for no region
    labels = np.array(found.labels)
    rows, columns = ((np.arange(SIDE) * side) // SIDE for side in labels.shape)
    spread: Values = drops[labels[np.ix_(rows, columns)]]
    return spread


def _at(borders: tuple[float, ...]) -> np.ndarray:
    """(SIDE,) the cell that each pixel's centre lies in."""
    centres = (np.arange(SIDE) + 0.5) / SIDE
    return np.clip(np.searchsorted(borders, centres, side="right") - 1, 0, len(borders) - 2)
