"""Snow: flakes that fall aslant, and a paler picture. Published for pictures of 224 × 224."""

from math import ceil

import numpy as np

from .filters import LUMA, Values, at_scale, dragged, resampled, stretched

SNOW = (
    (0.1, 0.3, 3.0, 0.5, 10, 4, 0.8),
    (0.2, 0.3, 2.0, 0.5, 12, 4, 0.7),
    (0.55, 0.3, 4.0, 0.9, 12, 8, 0.7),
    (0.55, 0.3, 4.5, 0.85, 12, 8, 0.65),
    (0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
)
"""Mean and spread of the noise that becomes flakes, their size, from where on noise is one, radius and sigma of their
fall, how much of the picture's colour stays."""


def snow(values: Values, at: int, random: np.random.Generator) -> Values:
    mean, spread, size, least, radius, sigma, stays = SNOW[at]
    rows, columns = at_scale(*values.shape[:2])
    flakes = _enlarged(random.normal(mean, spread, (rows, columns)), size)
    flakes = np.clip(np.where(flakes < least, 0, flakes), 0, 1)
    fallen = dragged(flakes[:, :, None], radius, sigma, random.uniform(-135, -45))[:rows, :columns, 0]
    layer = stretched(np.round(fallen * 255) / 255, *values.shape[:2])[:, :, None]
    grey = values @ LUMA if values.shape[2] == 3 else values[:, :, 0]
    pale = np.maximum(values, grey[:, :, None] * 1.5 + 0.5)
    snowy: Values = stays * values + (1 - stays) * pale + layer + layer[::-1, ::-1]
    return snowy


def _enlarged(noise: Values, factor: float) -> Values:
    """The middle of it, so many times as large."""
    for axis in (0, 1):
        side = noise.shape[axis]
        part = ceil(side / factor)
        first, made = (side - part) // 2, round(part * factor)
        noise = noise.take(np.arange(first, first + part), axis)
        noise = resampled(noise, np.arange(made) * (part - 1) / max(made - 1, 1), axis)
    return noise
