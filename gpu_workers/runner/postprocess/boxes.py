"""Boxes as detectors give them, to boxes on the original: decoded, thinned out, carried back."""

import numpy as np
from numpy.typing import NDArray

from gpu_workers.protocol.findings import Box, BoxesAnswer, BoxesOutput
from gpu_workers.runner.sight import Sight
from gpu_workers.runner.tensors import Raw

from . import grids
from .unanswered import pieces, shaped, unfit, without_batch
from .values import activated

Floats = NDArray[np.float64]
CANDIDATES = 30_000
"""The highest that are compared with each other."""
DIGITS = 6
"""Of a fraction: a hundredth of a pixel of the largest picture."""


def boxes(field: BoxesOutput, raw: Raw, sight: Sight) -> BoxesAnswer:
    """Raises Unanswered."""
    corners, scores, labels = _decoded(field, raw, sight.model)
    names = _names(field, labels)
    if field.relative and field.grid == "none":
        corners = corners * np.tile(np.asarray(sight.model, np.float64), 2)
    corners = sight.clipped(corners.reshape(-1, 2)).reshape(-1, 4)
    is_there = (corners[:, 2] > corners[:, 0]) & (corners[:, 3] > corners[:, 1]) & (scores >= field.score_threshold)
    order = np.flatnonzero(is_there)
    order = order[np.argsort(-scores[order], kind="stable")][:CANDIDATES]
    kept, truncated = thinned(corners[order], labels[order], field.iou_threshold, field.most)
    answered: list[Box] = []
    for place in order[kept].tolist():
        x0, y0, x1, y1 = _upright(corners[place], sight)
        if x1 > x0 and y1 > y0:
            score = float(scores[place])
            answered.append(
                Box(
                    f"b{len(answered)}",
                    names[int(labels[place])],
                    round(x0, DIGITS),
                    round(y0, DIGITS),
                    round(x1 - x0, DIGITS),
                    round(y1 - y0, DIGITS),
                    score,
                )
            )
    return BoxesAnswer(tuple(answered), truncated)


def _decoded(field: BoxesOutput, raw: Raw, model: tuple[int, int]) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """(corners x0 y0 x1 y1 of each box, its score, the index of its class)"""
    name = field.name
    if field.layout == "separate":
        given = _of_strides(field, raw) if field.boxes_tensors else pieces(name, raw, 2, 3)
        four, scores = shaped(name, given[0], 2, "boxes of four numbers"), without_batch(given[1], 2)
        if scores.ndim == 1 or scores.shape == (1, len(four)):
            scores = scores.reshape(-1, 1)
        if scores.ndim != 2 or len(scores) != len(four):
            raise unfit(f"“{name}” has {len(four)} boxes, but scores of the shape {list(given[1].shape)}.")
        if len(given) == 3:
            indices = given[2].ravel()
            if len(indices) != len(four) or scores.shape[1] != 1:
                raise unfit(f"“{name}” has {len(four)} boxes, but {len(indices)} labels and {scores.size} scores.")
            return _corners(field, four, model), activated(field.activation, scores.ravel()), _whole(name, indices)
    else:
        table = shaped(name, pieces(name, raw, 1, 1)[0], 2, "a table of boxes")
        if field.layout == "columns":
            table = table.T
        if field.layout == "detections":
            if table.shape[1] != 6:
                raise unfit(f"“{name}” should have six numbers a box, but has {table.shape[1]}.")
            return (
                _corners(field, table[:, :4], model),
                activated(field.activation, table[:, 4]),
                _whole(name, table[:, 5]),
            )
        if table.shape[1] < 5:
            raise unfit(f"“{name}” should have four numbers and scores a box, but has {table.shape[1]}.")
        four, scores = table[:, :4], table[:, 4:]
    best, labels = _best(field, scores)
    return _corners(field, four, model), best, labels


def _of_strides(field: BoxesOutput, raw: Raw) -> list[Floats]:
    """Boxes and scores of all strides, one behind the other."""
    count = 2 * len(field.strides)
    given = [shaped(field.name, each, 2, "numbers of each cell") for each in pieces(field.name, raw, count, count)]
    sides = given[: len(field.strides)], given[len(field.strides) :]
    if any(len({each.shape[1] for each in side}) > 1 for side in sides):
        raise unfit(f"The tensors of “{field.name}” have different numbers for a cell.")
    return [np.concatenate(side) for side in sides]


def _best(field: BoxesOutput, scores: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Each box's highest class, and its score."""
    share: Floats | float = 1.0
    if field.objectness:
        share, scores = activated(field.activation, scores[:, 0]), scores[:, 1:]
        if scores.shape[1] == 0:  # one class, which needs no score of its own
            return share, np.zeros(len(scores), np.int64)
    scores = activated(field.activation, scores)
    if field.background:
        scores = scores[:, 1:]
    if scores.shape[1] == 0:
        raise unfit(f"“{field.name}” has no scores beside the background's.")
    labels = scores.argmax(axis=1)
    return scores[np.arange(len(scores)), labels] * share, labels


def _corners(field: BoxesOutput, four: Floats, model: tuple[int, int]) -> Floats:
    if field.grid != "none":
        return grids.corners(field, four, model)
    if four.shape[1:] != (4,):
        raise unfit(f"“{field.name}” should have four numbers a box, but has {four.shape[1]}.")
    a, b = four[:, :2], four[:, 2:]
    match field.format:
        case "xywh":
            return np.hstack([a, a + b])
        case "cxcywh":
            return np.hstack([a - b / 2, a + b / 2])
        case "yxyx":
            return np.hstack([a[:, ::-1], b[:, ::-1]])
    return four


def _whole(name: str, labels: Floats) -> NDArray[np.int64]:
    if (labels != np.rint(labels)).any() or (labels < 0).any():
        raise unfit(f"The labels of “{name}” are no indices of classes.")
    return labels.astype(np.int64)


def _names(field: BoxesOutput, labels: NDArray[np.int64]) -> list[str]:
    """By index. One class alone needs no name."""
    highest = int(labels.max(initial=0))
    if field.classes and highest >= len(field.classes):
        raise unfit(f"“{field.name}” names {len(field.classes)} classes, but the model answered class {highest}.")
    return list(field.classes) or ([str(index) for index in range(highest + 1)] if highest else [field.name])


def thinned(corners: Floats, labels: NDArray[np.int64], most_overlap: float, most: int) -> tuple[list[int], bool]:
    """Which of the boxes, the highest first, are kept: no two of one class overlap more; and whether `most` cut some.

    Overlap is intersection over union, kept where it is equal to most_overlap.
    """
    areas = (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1])
    kept: list[int] = []
    left = np.arange(len(corners))
    while len(left):
        if len(kept) == most:
            return kept, True
        first, left = int(left[0]), left[1:]
        kept.append(first)
        low = np.maximum(corners[first, :2], corners[left, :2])
        high = np.minimum(corners[first, 2:], corners[left, 2:])
        shared = np.prod(np.clip(high - low, 0, None), axis=1)
        overlap = shared / (areas[first] + areas[left] - shared)
        left = left[(labels[left] != labels[first]) | (overlap <= most_overlap)]
    return kept, False


def _upright(corners: Floats, sight: Sight) -> tuple[float, float, float, float]:
    """The upright box around a box of the model's picture, in fractions of the original."""
    x0, y0, x1, y1 = corners.tolist()
    ends = np.clip(sight.to_original(np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])), 0, 1)
    (left, top), (right, bottom) = ends.min(axis=0).tolist(), ends.max(axis=0).tolist()
    return left, top, right, bottom
