"""Crop, rotate and flip as one affine map, so that pixels are resampled once and marks find their way back.

Points are continuous pixel coordinates: x to the right, y down, the first pixel spans 0..1. A crop is moved to whole
pixels; a map made of quarter turns, flips and crops alone is moved to whole pixels too (by half a pixel at most,
where a quarter turn of a frame with an odd sum of sides would fall between them), so that no pixel is blended.
What a crop has cut away stays away when the frame is turned later.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, floor, radians, sin

import numpy as np
import numpy.typing as npt

from gpu_workers.protocol.edits import Crop, Edit, Flip, Rotate

Matrix = npt.NDArray[np.float64]
Points = npt.NDArray[np.float64]
_QUARTERS = {0.0: (1.0, 0.0), 90.0: (0.0, 1.0), 180.0: (-1.0, 0.0), 270.0: (0.0, -1.0)}


@dataclass(frozen=True, eq=False)
class Geometry:
    """matrix: 3 × 3, from the original's points to the rendered picture's. width, height: of the rendered picture.

    original: (width, height) it starts from. exact: every rendered pixel is one pixel of the original, or black.
    kept: quadrilaterals (4, 2) in the original's points, outside of which a crop before a rotation has cut all away.
    """

    matrix: Matrix
    width: int
    height: int
    original: tuple[int, int]
    exact: bool
    kept: tuple[Points, ...] = ()

    @property
    def inverse(self) -> Matrix:
        return _inverse(self.matrix)

    @property
    def is_identity(self) -> bool:
        return self.exact and (self.width, self.height) == self.original and np.array_equal(self.matrix, np.eye(3))

    def to_original(self, points: Points) -> Points:
        """(n, 2) fractions of the rendered picture to (n, 2) fractions of the original."""
        return _moved(self.inverse, points * (self.width, self.height)) / self.original

    def to_rendered(self, points: Points) -> Points:
        """(n, 2) fractions of the original to (n, 2) fractions of the rendered picture; beyond 0..1 it is not seen."""
        return _moved(self.matrix, points * self.original) / (self.width, self.height)


def geometry(edits: Iterable[Edit], width: int, height: int) -> Geometry:
    """The map that the geometry edits among `edits` make, in their order, on an original of width × height pixels."""
    matrix: Matrix = np.eye(3)
    original = (width, height)
    cut: Points | None = None
    kept: list[Points] = []
    for edit in edits:
        if isinstance(edit, Crop):
            left, right = _whole(edit.x, edit.w, width)
            top, bottom = _whole(edit.y, edit.h, height)
            corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64)
            cut = _moved(_inverse(matrix), corners)
            matrix = _shift(-left, -top) @ matrix
            width, height = right - left, bottom - top
        elif isinstance(edit, Rotate):
            if cut is not None:
                kept.append(cut)
                cut = None
            matrix = _shift(width / 2, height / 2) @ _turn(edit.degrees) @ _shift(-width / 2, -height / 2) @ matrix
        elif isinstance(edit, Flip):
            mirror = (-1.0, 1.0) if edit.axis == "x" else (1.0, -1.0)
            side = (float(width), 0.0) if edit.axis == "x" else (0.0, float(height))
            matrix = _shift(*side) @ np.diag((*mirror, 1.0)) @ matrix
    matrix, exact = _settled(matrix)
    return Geometry(matrix, width, height, original, exact, tuple(kept))


def _whole(start: float, length: float, side: int) -> tuple[int, int]:
    """First and last (exclusive) pixel of a crop along one side: at least one, all inside."""
    first = min(floor(start * side + 0.5), side - 1)
    return first, min(max(floor((start + length) * side + 0.5), first + 1), side)


def _turn(degrees: float) -> Matrix:
    """Clockwise as seen, since y points down."""
    angle = degrees % 360
    cosine, sine = _QUARTERS.get(angle) or (cos(radians(angle)), sin(radians(angle)))
    return np.array([(cosine, -sine, 0), (sine, cosine, 0), (0, 0, 1)], np.float64)


def _shift(x: float, y: float) -> Matrix:
    return np.array([(1, 0, x), (0, 1, y), (0, 0, 1)], np.float64)


def _settled(matrix: Matrix) -> tuple[Matrix, bool]:
    """The matrix, on whole pixels where it only permutes them, and whether it does."""
    linear = np.round(matrix[:2, :2])
    if not np.allclose(matrix[:2, :2], linear, rtol=0, atol=1e-9):
        return matrix, False
    settled = np.eye(3)
    settled[:2, :2] = linear
    settled[:2, 2] = np.floor(matrix[:2, 2] + 0.5 - 1e-9)
    return settled + 0.0, True


def _moved(matrix: Matrix, points: Points) -> Points:
    return points @ matrix[:2, :2].T + matrix[:2, 2]


def _inverse(matrix: Matrix) -> Matrix:
    return np.linalg.inv(matrix).astype(np.float64, copy=False)
