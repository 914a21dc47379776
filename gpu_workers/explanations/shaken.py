"""Pixels that are moved: seen through glass, shaken, and bent. Published for pictures of 224 × 224."""

import numpy as np

from .filters import SIDE, Values, blurred, dragged

GLASS = ((0.7, 1, 2), (0.9, 2, 1), (1.0, 2, 3), (1.1, 3, 2), (1.5, 4, 2))
"""Sigma, how far a pixel comes from, how often."""
MOTION = ((10, 3), (15, 5), (15, 8), (15, 12), (20, 15))
"""Radius, sigma."""
BENT = (12.5, 16.25, 21.25, 25.0, 30.0)


def glass_blur(values: Values, at: int, random: np.random.Generator) -> Values:
    """Each pixel is taken from beside it, one after another from the last on, and so some from where another came.

    That is what the published code does to a picture of colours, where it means to swap the two. Of a larger picture
    squares of pixels are taken.
    """
    sigma, far, rounds = GLASS[at]
    height, width = values.shape[:2]
    side = max(1, round(min(height, width) / SIDE))
    scale = min(height, width) / SIDE
    # cut off, as the published code does; what was 8 bits and not blurred is not to fall below it by a rounding error
    soft = np.floor(blurred(values, sigma * scale) * 255 + 1e-6) / 255
    rows, columns = -(-height // side), -(-width // side)
    came = _came_from(rows, columns, far, rounds, random)
    y, x = np.arange(height)[:, None], np.arange(width)[None, :]
    source = came[y // side, x // side]
    moved = soft[
        np.minimum(source // columns * side + y % side, height - 1),
        np.minimum(source % columns * side + x % side, width - 1),
    ]
    return blurred(moved, sigma * scale)


def _came_from(rows: int, columns: int, far: int, rounds: int, random: np.random.Generator) -> np.ndarray:
    """(rows, columns): the place that each square is taken from, row · columns + column."""
    came = list(range(rows * columns))
    down, across = range(rows - far, far, -1), range(columns - far, far, -1)
    for _ in range(rounds):
        moves = random.integers(-far, far, size=(len(down) * len(across), 2))
        steps = (moves[:, 1] * columns + moves[:, 0]).tolist()
        taken = iter(steps)
        for row in down:
            for place in range(row * columns + across.start, row * columns + across.stop, -1):
                came[place] = came[place + next(taken)]
    return np.array(came).reshape(rows, columns)


def motion_blur(values: Values, at: int, random: np.random.Generator) -> Values:
    radius, sigma = MOTION[at]
    scale = min(values.shape[:2]) / SIDE
    return dragged(values, radius * scale, sigma * scale, random.uniform(-45, 45))


def elastic_transform(values: Values, at: int, random: np.random.Generator) -> Values:
    """Bent by a smooth field; what comes from beyond the picture is the picture mirrored at its edge."""
    height, width = values.shape[:2]
    most = height * 0.005
    across, down = (
        blurred(random.uniform(-most, most, (height, width)), (height * 0.01, width * 0.01), "symmetric", 3) * BENT[at]
        for _ in range(2)
    )
    y, x = np.arange(height)[:, None] + down, np.arange(width)[None, :] + across
    (top, bottom, fall), (left, right, drift) = _between(y, height), _between(x, width)
    above = values[top, left] * (1 - drift) + values[top, right] * drift
    below = values[bottom, left] * (1 - drift) + values[bottom, right] * drift
    bent: Values = above * (1 - fall) + below * fall
    return bent


def _between(at: Values, side: int) -> tuple[np.ndarray, np.ndarray, Values]:
    """The two pixels that places lie between, and how far they are on the way, (height, width, 1)."""
    low = np.floor(at).astype(int)
    return _mirrored(low, side), _mirrored(low + 1, side), (at - low)[:, :, None]


def _mirrored(places: np.ndarray, side: int) -> np.ndarray:
    turned = places % (2 * side)
    return np.where(turned < side, turned, 2 * side - 1 - turned)
