"""Named points of a picture, given as coordinates or as one map a point."""

import numpy as np
from numpy.typing import NDArray

from gpu_workers.protocol.findings import MOST, PointsAnswer, PointsOutput, Spot
from gpu_workers.runner.sight import Sight
from gpu_workers.runner.tensors import Raw

from .boxes import DIGITS
from .unanswered import pieces, shaped, unfit
from .values import activated

Floats = NDArray[np.float64]


def points(field: PointsOutput, raw: Raw, sight: Sight) -> PointsAnswer:
    """Points that lie beyond the original are left out. Raises Unanswered."""
    name = field.name
    first, *others = pieces(name, raw, 1, 2)
    scores: Floats | None
    if field.layout == "heatmaps":
        found, scores = _peaks(shaped(name, first, 3, "one map a point"))
        found = found * sight.model
    else:
        rows = shaped(name, first, 2, "rows of coordinates")
        if rows.shape[1] not in (2, 3):
            raise unfit(f"“{name}” should have two or three numbers a point, but has {rows.shape[1]}.")
        found, scores = rows[:, :2], rows[:, 2] if rows.shape[1] == 3 else None
        if field.order == "yx":
            found = found[:, ::-1]
        if field.relative:
            found = found * sight.model
    if others:
        scores = others[0].ravel()
    if len(found) > MOST:
        raise unfit(f"“{name}” has {len(found):,} points; {MOST:,} are the most.")
    if scores is not None and len(scores) != len(found):
        raise unfit(f"“{name}” has {len(found)} points, but {len(scores)} scores.")
    if field.classes and len(field.classes) != len(found):
        raise unfit(f"“{name}” names {len(field.classes)} points, but the model answered {len(found)}.")
    if scores is not None:
        scores = activated(field.activation, scores)
    placed = sight.to_original(found)
    answered = []
    for index, (x, y) in enumerate(placed.tolist()):
        score = None if scores is None else float(scores[index])
        if 0 <= x <= 1 and 0 <= y <= 1 and (score is None or score >= field.score_threshold):
            called = field.classes[index] if field.classes else str(index)
            answered.append(Spot(f"p{index}", called, round(x, DIGITS), round(y, DIGITS), score))
    return PointsAnswer(tuple(answered))


def _peaks(maps: Floats) -> tuple[Floats, Floats]:
    """(x, y) in fractions of each map where it is highest, and that value.

    Moved by a quarter of a pixel towards the higher neighbour, as keypoint networks are read since Newell et al. 2016.
    """
    count, height, width = maps.shape
    flat = maps.reshape(count, -1)
    if not flat.size:
        return np.zeros((count, 2)), np.zeros(count)
    at = flat.argmax(axis=1)
    y, x = np.divmod(at, width)
    every = np.arange(count)
    aside = _towards(maps[every, y, np.minimum(x + 1, width - 1)], maps[every, y, np.maximum(x - 1, 0)], x, width)
    up = _towards(maps[every, np.minimum(y + 1, height - 1), x], maps[every, np.maximum(y - 1, 0), x], y, height)
    found = np.stack([(x + 0.5 + aside) / width, (y + 0.5 + up) / height], axis=1)
    return found, flat[every, at]


def _towards(after: Floats, before: Floats, at: NDArray[np.intp], side: int) -> Floats:
    inside = (at > 0) & (at < side - 1)
    return np.where(inside, np.sign(after - before) * 0.25, 0.0)
