"""Boxes around what stands out on a map of scores, as detectors of text answer one (DB: Liao et al. 2020).

Places above a threshold that touch, at corners too, are one region; its box is upright, and grown by the distance
area * ratio / perimeter on each side, as the shrunk regions that those detectors learn are grown back.
"""

import numpy as np
from numpy.typing import NDArray

from gpu_workers.connected import extents, labelled

Floats = NDArray[np.float64]


def regions(scores: Floats, *, threshold: float, least: float, side: int, grow: float, most: int) -> Floats:
    """(n, 5): left, top, right, bottom in places of the map, and the mean score; in the order in which one reads.

    scores: (height, width). least: of the mean score inside a box. side: of a box before it is grown, in places.
    grow: the ratio. most: the highest are kept. Raises Noise.
    """
    runs = labelled(scores > threshold)
    height, width = scores.shape
    left, top, right, bottom = extents(runs)
    sums = np.zeros((height + 1, width + 1))
    sums[1:, 1:] = scores.cumsum(axis=0).cumsum(axis=1)
    inside = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    wide, high = right - left, bottom - top
    means = inside / np.maximum(wide * high, 1)
    kept = np.flatnonzero((means >= least) & (np.minimum(wide, high) >= side))
    kept = kept[np.argsort(-means[kept], kind="stable")][:most]
    distance = (wide * high * grow / (2 * np.maximum(wide + high, 1)))[kept]
    boxes = np.stack(
        [
            np.maximum(left[kept] - distance, 0),
            np.maximum(top[kept] - distance, 0),
            np.minimum(right[kept] + distance, width),
            np.minimum(bottom[kept] + distance, height),
            means[kept],
        ],
        axis=1,
    ).astype(np.float64)
    return boxes[reading_order(boxes)]


def reading_order(boxes: Floats) -> list[int]:
    """Line by line: a box belongs to the line whose first box its middle lies in; each line from left to right."""
    lines: list[list[int]] = []
    for place in np.argsort(boxes[:, 1], kind="stable").tolist():
        middle = (boxes[place, 1] + boxes[place, 3]) / 2
        line = next((line for line in lines if boxes[line[0], 1] <= middle < boxes[line[0], 3]), None)
        if line is None:
            lines.append([place])
        else:
            line.append(place)
    return [place for line in lines for place in sorted(line, key=lambda each: float(boxes[each, 0]))]
