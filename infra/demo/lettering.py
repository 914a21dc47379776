"""Lead letters as they are burned into a film: strokes on a 4 by 6 grid, drawn as round-ended lines."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.floating[Any]]
Stroke = tuple[tuple[float, float], ...]

WIDTH, HEIGHT, ADVANCE = 4.0, 6.0, 5.5

_BOWL: Stroke = ((0, 0), (2.6, 0), (3.6, 0.5), (4, 1.5), (3.6, 2.5), (2.6, 3), (0, 3))
_LETTERS: dict[str, tuple[Stroke, ...]] = {
    "A": (((0, 6), (2, 0), (4, 6)), ((0.8, 3.8), (3.2, 3.8))),
    "B": (((0, 0), (0, 6)), _BOWL, ((2.6, 3), (3.6, 3.5), (4, 4.5), (3.6, 5.5), (2.6, 6), (0, 6))),
    "E": (((4, 0), (0, 0), (0, 6), (4, 6)), ((0, 3), (3, 3))),
    "L": (((0, 0), (0, 6), (4, 6)),),
    "O": (((2, 0), (3.4, 0.6), (4, 2), (4, 4), (3.4, 5.4), (2, 6), (0.6, 5.4), (0, 4), (0, 2), (0.6, 0.6), (2, 0)),),
    "P": (((0, 6), (0, 0)), _BOWL),
    "R": (((0, 6), (0, 0)), _BOWL, ((2, 3), (4, 6))),
    "T": (((0, 0), (4, 0)), ((2, 0), (2, 6))),
}


def width(text: str, height: float) -> float:
    """How wide the text is, in the unit of its height."""
    return (len(text) * ADVANCE - (ADVANCE - WIDTH)) * height / HEIGHT


def line(field: Grey, start: tuple[float, float], end: tuple[float, float], radius: float, value: float) -> None:
    """Raise `field` to a round-ended line of `value`: start and end as (x, y) in pixels, edges one pixel soft."""
    (x0, y0), (x1, y1) = start, end
    margin = radius + 1.5
    left, right = int(max(min(x0, x1) - margin, 0)), int(min(max(x0, x1) + margin + 1, field.shape[1]))
    top, bottom = int(max(min(y0, y1) - margin, 0)), int(min(max(y0, y1) + margin + 1, field.shape[0]))
    if left >= right or top >= bottom:
        return
    y, x = np.ogrid[top:bottom, left:right]
    dx, dy = x1 - x0, y1 - y0
    along = np.clip(((x - x0) * dx + (y - y0) * dy) / max(dx * dx + dy * dy, 1e-9), 0, 1)
    distance = np.hypot(x - x0 - along * dx, y - y0 - along * dy)
    part = field[top:bottom, left:right]
    np.maximum(part, value * np.clip(radius + 0.5 - distance, 0, 1), out=part)


def write(field: Grey, text: str, x: float, y: float, height: float) -> None:
    """Write capitals with their top left corner at (x, y), all in pixels. A letter without strokes is an error."""
    unit = height / HEIGHT
    for index, letter in enumerate(text):
        left = x + index * ADVANCE * unit
        for stroke in _LETTERS[letter]:
            for a, b in pairwise(stroke):
                start, end = (left + a[0] * unit, y + a[1] * unit), (left + b[0] * unit, y + b[1] * unit)
                line(field, start, end, 0.42 * unit, 1.0)
