"""A segmentation's scores or indices, to a mask of class indices in the original's frame.

The way back is one map from the original's pixel centres to the model's: scores are taken bilinearly there (half-pixel
centres, the border repeated, as `align_corners=False`) as the model gave them, before activation and choice; indices by
the nearest. What the model did not see, beyond a crop or in the padding's place, is background.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpu_workers.masks import Indices, classes_in, png
from gpu_workers.protocol.answers import MaskAnswer
from gpu_workers.protocol.findings import MOST_CLASSES, MaskOutput
from gpu_workers.runner.sight import Sight
from gpu_workers.runner.tensors import Raw

from .pictures import MAX_PIXELS, Unplaced
from .unanswered import not_finite, unfit
from .values import activated

Floats = NDArray[np.float32]


def mask(field: MaskOutput, raw: Raw, sight: Sight) -> Unplaced:
    """Raises Unanswered."""
    planes = _planes(field, raw)
    count, height, width = planes.shape
    _check_names(field, planes)
    target = (sight.width, sight.height) if field.resize_back else (width, height)
    if not 0 < target[0] * target[1] <= MAX_PIXELS:
        raise unfit(f"“{field.name}” is a mask of {target[0]} × {target[1]} pixels, which is out of bounds.")
    place = _Place(sight, (width, height), target) if field.resize_back else None
    if field.channels == "indices":
        indices = _indices(field, planes[0], place)
    else:
        indices = _chosen(field, count, (_placed(field.name, plane, place) for plane in planes), target)
    if place is not None:
        indices[~place.seen] = 0
    spacing = sight.spacing_mm if field.resize_back else None
    classes = classes_in(indices, field.classes, spacing)
    return Unplaced(png(indices), MaskAnswer("", "", 0, target[0], target[1], classes))


def _planes(field: MaskOutput, raw: Raw) -> NDArray[np.generic]:
    """(C, H, W) as the model gave them; of indices one."""
    name = field.name
    if not isinstance(raw, np.ndarray) or raw.dtype.kind not in "fiub":
        raise unfit(f"“{name}” holds no mask.")
    array = raw
    while array.ndim > 2 and array.shape[0] == 1 and array.ndim > len(field.layout) - 1:
        array = array[0]
    if field.layout == "NHWC" and array.ndim == 3:
        array = np.moveaxis(array, -1, 0)
    if array.ndim == 2:
        array = array[None]
    is_single = field.channels == "indices" or field.layout == "NHW"
    if array.ndim != 3 or (is_single and len(array) != 1) or not array.size:
        raise unfit(f"“{name}” is declared as a mask in {field.layout}, but has the shape {list(raw.shape)}.")
    if array.shape[1] * array.shape[2] > MAX_PIXELS:
        raise unfit(f"“{name}” is a mask of {array.shape[2]} × {array.shape[1]} pixels, which is out of bounds.")
    return array


def _check_names(field: MaskOutput, planes: NDArray[np.generic]) -> None:
    if field.channels == "indices":
        lowest, highest = float(planes.min()), float(planes.max()) + (not field.background)
        most = len(field.classes) or MOST_CLASSES
        if lowest < 0 or highest > most or (planes.dtype.kind == "f" and (planes != np.rint(planes)).any()):
            raise unfit(f"“{field.name}” has {most} classes, but the model answered {lowest:g} to {planes.max():g}.")
        return
    classes = len(planes) - (_has_background(field, len(planes)))
    if not 0 < classes <= MOST_CLASSES:
        raise unfit(f"“{field.name}” has {classes} classes; a mask holds 1 to {MOST_CLASSES}.")
    if field.classes and len(field.classes) != classes:
        more = ", the first of them the background" if _has_background(field, len(planes)) else ""
        raise unfit(f"“{field.name}” names {len(field.classes)} classes, but the model has {len(planes)} planes{more}.")


def _has_background(field: MaskOutput, count: int) -> bool:
    """One plane alone is a class's."""
    return field.background and count > 1


class _Place:
    """Where in the model's planes each pixel of the original lies. seen: (H, W), whether the model saw it."""

    def __init__(self, sight: Sight, size: tuple[int, int], target: tuple[int, int]) -> None:
        forth, self.target = sight.forth, target
        share = np.array([[size[0] / sight.model[0]], [size[1] / sight.model[1]]])
        self._forth = (forth * share).ravel().tolist()
        left, top, right, bottom = sight.seen
        seen = Image.new("L", sight.model)
        seen.paste(255, (round(left), round(top), round(right), round(bottom)))
        found = seen.transform(target, Image.Transform.AFFINE, forth.ravel().tolist(), Image.Resampling.NEAREST)
        self.seen: NDArray[np.bool_] = np.asarray(found) > 0

    def bilinear(self, plane: Floats) -> Floats:
        return self._taken(Image.fromarray(plane), Image.Resampling.BILINEAR).astype(np.float32)

    def nearest(self, plane: Indices) -> Indices:
        return self._taken(Image.fromarray(plane), Image.Resampling.NEAREST).astype(np.uint8)

    def _taken(self, plane: Image.Image, resample: Image.Resampling) -> NDArray[np.generic]:
        return np.asarray(plane.transform(self.target, Image.Transform.AFFINE, self._forth, resample))


def _placed(name: str, plane: NDArray[np.generic], place: _Place | None) -> Floats:
    scores = np.ascontiguousarray(plane, dtype=np.float32)
    if not np.isfinite(scores).all():
        raise not_finite(name)
    return scores if place is None else place.bilinear(scores)


def _indices(field: MaskOutput, plane: NDArray[np.generic], place: _Place | None) -> Indices:
    indices = np.ascontiguousarray(plane.astype(np.int64) + (not field.background)).astype(np.uint8)
    return indices if place is None else place.nearest(indices)


def _chosen(field: MaskOutput, count: int, planes: Iterator[Floats], target: tuple[int, int]) -> Indices:
    """The index of the highest plane, 0 where it does not reach the threshold."""
    background = _has_background(field, count)
    least = field.threshold if field.threshold is not None else None if background else 0.5
    best = next(planes).copy()
    indices = np.full((target[1], target[0]), 0 if background else 1, np.uint8)
    whole = np.ones_like(best) if field.activation == "softmax" and least is not None else None
    for number, plane in enumerate(planes, 1):
        higher = plane > best
        if whole is not None:  # the sum of exp(score - best), kept as best grows
            with np.errstate(over="ignore"):
                whole = np.where(higher, whole * np.exp(best - plane) + 1, whole + np.exp(plane - best))
        best[higher] = plane[higher]
        indices[higher] = number if background else number + 1
    if least is not None:
        indices[_share(field, best, whole) < least] = 0
    return indices


def _share(field: MaskOutput, best: Floats, whole: Floats | None) -> Floats:
    if whole is not None:
        return np.asarray(1 / whole, np.float32)
    return activated(field.activation, best)
