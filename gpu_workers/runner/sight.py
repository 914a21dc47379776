"""How what a model saw of a picture lies on the original: the way back for places that it answers.

Points are continuous pixel coordinates, the first pixel spans 0..1. The model's picture is the rendered one, resized as
the input declares; the rendered one is the original after its crops, turns and flips.
"""

import struct
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpu_workers.protocol.geometry import geometry
from gpu_workers.protocol.interface import DicomInput, ImageInput, Input
from gpu_workers.protocol.messages import Blob, Value
from gpu_workers.protocol.study import Reader

Points = NDArray[np.float64]
FILTERS = {
    "bilinear": Image.Resampling.BILINEAR,
    "nearest": Image.Resampling.NEAREST,
    "bicubic": Image.Resampling.BICUBIC,
    "area": Image.Resampling.BOX,
}
"""By an interface's `interpolation`; `preprocess` says what each is."""


@dataclass(frozen=True)
class Resized:
    """target: (width, height) of the model's picture. scaled: of the whole picture in it. left, top: cut off it."""

    target: tuple[int, int]
    scaled: tuple[int, int]
    left: int = 0
    top: int = 0


def resized(field: ImageInput, width: int, height: int) -> Resized:
    """What a picture of width × height pixels becomes, as the input's `size` and `resize` say."""
    if field.size is None:
        step = field.multiple_of
        target = (-(-width // step) * step, -(-height // step) * step)
        return Resized(target, target)
    target = (field.size[1], field.size[0])
    if field.resize == "stretch" or target == (width, height):
        return Resized(target, target)
    if field.resize == "height":
        wide = ceil(width * target[1] / height)
        if field.free_width:  # filled up at the right to the least width
            return Resized((max(wide, target[0]), target[1]), (wide, target[1]))
        return Resized(target, (min(wide, target[0]), target[1]))
    ratios = (target[0] / width, target[1] / height)
    ratio = min(ratios) if field.resize == "fit" else max(ratios)
    wide, high = max(1, round(width * ratio)), max(1, round(height * ratio))
    if field.resize == "fit":
        return Resized(target, (min(wide, target[0]), min(high, target[1])))
    scaled = (max(wide, target[0]), max(high, target[1]))
    return Resized(target, scaled, (scaled[0] - target[0]) // 2, (scaled[1] - target[1]) // 2)


@dataclass(frozen=True, eq=False)
class Sight:
    """width, height: of the original in pixels. model: (width, height) of the model's picture.

    seen: (left, top, right, bottom) in the model's picture where the original's pixels lie, not the padding.
    back: 2 × 3, from points of the model's picture to points of the original. spacing_mm: of rows, of columns.
    """

    width: int
    height: int
    model: tuple[int, int]
    seen: tuple[float, float, float, float]
    back: NDArray[np.float64]
    spacing_mm: tuple[float, float] | None = None

    def to_original(self, points: Points) -> Points:
        """(n, 2) points of the model's picture to (n, 2) fractions of the original; beyond 0..1 it is not of it."""
        moved: Points = (points @ self.back[:, :2].T + self.back[:, 2]) / (self.width, self.height)
        return moved

    def clipped(self, points: Points) -> Points:
        """Moved to where the original's pixels lie."""
        left, top, right, bottom = self.seen
        return np.clip(points, (left, top), (right, bottom))

    @property
    def forth(self) -> NDArray[np.float64]:
        """2 × 3, from points of the original to points of the model's picture."""
        return np.linalg.inv(np.vstack([self.back, (0, 0, 1)]))[:2]


def sight(field: Input, value: Value | None) -> Sight | None:
    """None where the value is no picture of ours, its bytes in it. Of a study it is that of each of its frames."""
    if not isinstance(value, Blob) or value.data is None:
        return None
    spacing = None if value.origin is None else value.origin.spacing_mm
    if isinstance(field, DicomInput):
        study = Reader(value.data).study
        width, height = study.columns, study.rows
        target = (width, height) if field.size is None else (field.size[1], field.size[0])
        became = Resized(target, target)
    elif isinstance(field, ImageInput):
        width, height = struct.unpack(">II", value.data[16:24])
        became = resized(field, width, height)
    else:
        return None
    wide, high = became.scaled
    right, bottom = min(became.target[0], wide - became.left), min(became.target[1], high - became.top)
    seen = (0.0, 0.0, float(right), float(bottom))
    to_rendered = np.array(
        [[width / wide, 0, became.left * width / wide], [0, height / high, became.top * height / high], [0, 0, 1]]
    )
    if value.origin is None:
        return Sight(width, height, became.target, seen, to_rendered[:2])
    placed = geometry(value.origin.edits, value.origin.width, value.origin.height)
    back = np.reshape(placed.inverse, (2, 3)) @ to_rendered
    return Sight(*placed.original, became.target, seen, back, spacing)
