"""Spatter: drops of water, and of mud from the fourth severity on. Published for pictures of 224 × 224.

A drop of water is bright along its rim. How far a pixel lies from a rim, and where rims are, is told by the steps of
the published code: Canny's edges (1986) and a chamfer distance (Borgefors 1986) with its weights for 5 × 5 places.
"""

import numpy as np
from numpy.typing import NDArray

from .filters import LUMA, Values, at_scale, blurred, stretched

SPATTER = ((0.65, 0.3, 4, 0.69, 0.6), (0.65, 0.3, 3, 0.68, 0.6), (0.65, 0.3, 2, 0.68, 0.5))
MUD = ((0.65, 0.3, 1, 0.65, 1.5), (0.67, 0.4, 1, 0.65, 1.5))
"""Mean and spread of the noise that becomes drops, how it is blurred, from where on it is one; of water how bright,
of mud how it is blurred again."""
WATER_COLOUR = np.array([175, 238, 238]) / 255
MUD_COLOUR = np.array([63, 42, 20]) / 255
WEAK, STRONG = 50, 150
FARTHEST = 20
TAN = 13573 / 2**15
"""Of 22.5°, as Canny's directions are told apart."""
RIDGE = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]])
STEPS = {1.0: ((0, 1), (1, 0)), 1.4: ((1, 1), (1, -1)), 2.1969: ((1, 2), (2, 1), (1, -2), (2, -1))}
Levels = NDArray[np.int64]


def spatter(values: Values, at: int, random: np.random.Generator) -> Values:
    mean, spread, sigma, least, more = (SPATTER + MUD)[at]
    liquid = blurred(random.normal(mean, spread, at_scale(*values.shape[:2])), sigma)
    size = values.shape[0], values.shape[1]
    if at < len(SPATTER):
        drops = stretched(_shining(np.where(liquid < least, 0, liquid)) * more, *size)[:, :, None]
        wet: Values = values + drops * _like(values, WATER_COLOUR)
        return wet
    thick = blurred((liquid > least).astype(np.float64), more)
    mud = stretched(np.where(thick < 0.8, 0, thick), *size)[:, :, None]
    muddy: Values = values * (1 - mud) + mud * _like(values, MUD_COLOUR)
    return muddy


def _like(values: Values, colour: Values) -> Values:
    return colour if values.shape[2] == 3 else (colour * LUMA).sum(keepdims=True)


def _shining(liquid: Values) -> Values:
    """How bright the water is, 0..1."""
    levels = (liquid * 255).astype(np.int64)
    far = np.minimum(_distance(_edges(levels)), FARTHEST)
    spread = _equalised(_boxed(far).astype(np.int64))
    ridges = np.clip(_filtered(spread, RIDGE), 0, 255)
    shining = levels * np.rint(_boxed(ridges))
    bright: Values = shining / max(float(shining.max()), 1.0)
    return bright


def _edges(levels: Levels) -> NDArray[np.bool_]:
    """Canny's: where the slope is a ridge and steep, and what hangs together with that and is less steep."""
    padded = np.pad(levels, 1, mode="edge")
    rows = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    columns = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    across, down = rows[:, 2:] - rows[:, :-2], columns[2:] - columns[:-2]
    slope = np.abs(across) + np.abs(down)

    def beside(y: int, x: int) -> Levels:
        around = np.pad(slope, 1)
        return around[1 + y : 1 + y + slope.shape[0], 1 + x : 1 + x + slope.shape[1]]

    flat = np.abs(down) < np.abs(across) * TAN
    steep = np.abs(down) > np.abs(across) * (TAN + 2)
    falls = (across < 0) != (down < 0)
    ridge = np.where(
        flat,
        (slope > beside(0, -1)) & (slope >= beside(0, 1)),
        np.where(
            steep,
            (slope > beside(-1, 0)) & (slope >= beside(1, 0)),
            np.where(
                falls,
                (slope > beside(-1, 1)) & (slope > beside(1, -1)),
                (slope > beside(-1, -1)) & (slope > beside(1, 1)),
            ),
        ),
    )
    may_be = ridge & (slope > WEAK)
    found = may_be & (slope > STRONG)
    while True:
        around = np.pad(found, 1)
        grown = np.zeros_like(found)
        for y in range(3):
            for x in range(3):
                grown |= around[y : y + found.shape[0], x : x + found.shape[1]]
        grown &= may_be
        if (grown == found).all():
            return found
        found = grown


def _distance(edges: NDArray[np.bool_]) -> Values:
    """Of each pixel to the next edge, in steps of the chamfer; FARTHEST and more alike."""
    rows, columns = edges.shape
    far: Values = np.where(edges, 0.0, FARTHEST)
    moves = [(y * sign, x * sign, cost) for cost, ways in STEPS.items() for y, x in ways for sign in (1, -1)]
    while True:
        around = np.pad(far, 2, constant_values=FARTHEST)
        nearer = far
        for y, x, cost in moves:
            nearer = np.minimum(nearer, around[2 + y : 2 + y + rows, 2 + x : 2 + x + columns] + cost)
        if (nearer == far).all():
            return far
        far = nearer


def _boxed(values: Values | Levels) -> Values:
    """The mean of 3 × 3."""
    mean: Values = _filtered(values, np.ones((3, 3))) / 9
    return mean


def _filtered(values: Values | Levels, kernel: Values | Levels) -> Values:
    padded = np.pad(values, 1, mode="reflect" if min(values.shape) > 1 else "edge")
    rows, columns = values.shape
    summed: Values = np.sum(
        [kernel[y, x] * padded[y : y + rows, x : x + columns] for y in range(3) for x in range(3)], axis=0
    )
    return summed


def _equalised(levels: Levels) -> Levels:
    """So that each level is as frequent as another."""
    counts = np.bincount(levels.ravel(), minlength=256)
    first = int(np.flatnonzero(counts)[0])
    rest = levels.size - counts[first]
    if rest == 0:
        return levels
    summed = np.cumsum(counts) - counts[first]
    spread: Levels = np.rint(summed * (255 / rest)).astype(np.int64)[levels]
    return spread
