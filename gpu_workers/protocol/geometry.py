"""Crop, rotate and flip as one affine map, so that pixels are resampled once and marks find their way back.

Points are continuous pixel coordinates: x to the right, y down, the first pixel spans 0..1. A crop is moved to whole
pixels; a map made of quarter turns, flips and crops alone is moved to whole pixels too (by half a pixel at most,
where a quarter turn of a frame with an odd sum of sides would fall between them), so that no pixel is blended.
What a crop has cut away stays away when the frame is turned later. Plain Python: the web side carries answers of
functions back by it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, floor, radians, sin

from .edits import Crop, Edit, Flip, Rotate

Affine = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f): x' = a x + b y + c, y' = d x + e y + f."""
Point = tuple[float, float]
IDENTITY: Affine = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
_QUARTERS = {0.0: (1.0, 0.0), 90.0: (0.0, 1.0), 180.0: (-1.0, 0.0), 270.0: (0.0, -1.0)}


@dataclass(frozen=True)
class Geometry:
    """affine: from the original's points to the rendered picture's. width, height: of the rendered picture.

    original: (width, height) it starts from. exact: every rendered pixel is one pixel of the original, or black.
    kept: quadrilaterals in the original's points, outside of which a crop before a rotation has cut all away.
    """

    affine: Affine
    width: int
    height: int
    original: tuple[int, int]
    exact: bool
    kept: tuple[tuple[Point, ...], ...] = ()

    @property
    def inverse(self) -> Affine:
        return inverse(self.affine)

    @property
    def is_identity(self) -> bool:
        return self.exact and (self.width, self.height) == self.original and self.affine == IDENTITY

    def to_original(self, points: Iterable[Sequence[float]]) -> list[Point]:
        """Fractions of the rendered picture to fractions of the original."""
        (wide, high), back = self.original, self.inverse
        placed = (moved(back, x * self.width, y * self.height) for x, y in points)
        return [(x / wide, y / high) for x, y in placed]

    def to_rendered(self, points: Iterable[Sequence[float]]) -> list[Point]:
        """Fractions of the original to fractions of the rendered picture; beyond 0..1 it is not seen."""
        wide, high = self.original
        placed = (moved(self.affine, x * wide, y * high) for x, y in points)
        return [(x / self.width, y / self.height) for x, y in placed]


def geometry(edits: Iterable[Edit], width: int, height: int) -> Geometry:
    """The map that the geometry edits among `edits` make, in their order, on an original of width × height pixels."""
    affine = IDENTITY
    original = (width, height)
    cut: tuple[Point, ...] | None = None
    kept: list[tuple[Point, ...]] = []
    for edit in edits:
        if isinstance(edit, Crop):
            left, right = _whole(edit.x, edit.w, width)
            top, bottom = _whole(edit.y, edit.h, height)
            back = inverse(affine)
            corners = ((left, top), (right, top), (right, bottom), (left, bottom))
            cut = tuple(moved(back, x, y) for x, y in corners)
            affine = after(_shift(-left, -top), affine)
            width, height = right - left, bottom - top
        elif isinstance(edit, Rotate):
            if cut is not None:
                kept.append(cut)
                cut = None
            turned = after(_turn(edit.degrees), after(_shift(-width / 2, -height / 2), affine))
            affine = after(_shift(width / 2, height / 2), turned)
        elif isinstance(edit, Flip):
            mirror: Affine = (-1, 0, width, 0, 1, 0) if edit.axis == "x" else (1, 0, 0, 0, -1, height)
            affine = after(mirror, affine)
    affine, exact = _settled(affine)
    return Geometry(affine, width, height, original, exact, tuple(kept))


def moved(affine: Affine, x: float, y: float) -> Point:
    a, b, c, d, e, f = affine
    return a * x + b * y + c, d * x + e * y + f


def after(outer: Affine, inner: Affine) -> Affine:
    """First inner, then outer."""
    a, b, c, d, e, f = outer
    p, q, r, s, t, u = inner
    return (
        a * p + b * s,
        a * q + b * t,
        a * r + b * u + c,
        d * p + e * s,
        d * q + e * t,
        d * r + e * u + f,
    )


def inverse(affine: Affine) -> Affine:
    a, b, c, d, e, f = affine
    whole = a * e - b * d
    p, q, s, t = e / whole, -b / whole, -d / whole, a / whole
    return p, q, -(p * c + q * f), s, t, -(s * c + t * f)


def _whole(start: float, length: float, side: int) -> tuple[int, int]:
    """First and last (exclusive) pixel of a crop along one side: at least one, all inside."""
    first = min(floor(start * side + 0.5), side - 1)
    return first, min(max(floor((start + length) * side + 0.5), first + 1), side)


def _turn(degrees: float) -> Affine:
    """Clockwise as seen, since y points down."""
    angle = degrees % 360
    cosine, sine = _QUARTERS.get(angle) or (cos(radians(angle)), sin(radians(angle)))
    return cosine, -sine, 0.0, sine, cosine, 0.0


def _shift(x: float, y: float) -> Affine:
    return 1.0, 0.0, x, 0.0, 1.0, y


def _settled(affine: Affine) -> tuple[Affine, bool]:
    """The map, on whole pixels where it only permutes them, and whether it does."""
    a, b, c, d, e, f = affine
    whole = [float(round(value)) + 0.0 for value in (a, b, d, e)]
    if any(abs(value - near) > 1e-9 for value, near in zip((a, b, d, e), whole, strict=True)):
        return affine, False
    x, y = (float(floor(value + 0.5 - 1e-9)) for value in (c, f))
    return (whole[0], whole[1], x, whole[2], whole[3], y), True
