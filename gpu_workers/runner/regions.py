"""Boxes around what stands out on a map of scores, as detectors of text answer one (DB: Liao et al. 2020).

Places above a threshold that touch, at corners too, are one region; its box is upright, and grown by the distance
area * ratio / perimeter on each side, as the shrunk regions that those detectors learn are grown back.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST_RUNS = 200_000
"""Of places side by side in a row; a map with more of them is noise."""


class Noise(ValueError):
    """The map falls into too many pieces."""


def labelled(above: NDArray[np.bool_]) -> NDArray[np.int64]:
    """runs (n, 4): row, first column, column behind the last, number of its region from 0. above: (height, width)."""
    padded = np.zeros((above.shape[0], above.shape[1] + 2), np.int8)
    padded[:, 1:-1] = above
    change = np.diff(padded, axis=1)
    rows, begins = np.nonzero(change == 1)
    ends = np.nonzero(change == -1)[1]
    if len(rows) > MOST_RUNS:
        raise Noise(f"the map falls into {len(rows):,} pieces; {MOST_RUNS:,} are the most")
    parent = list(range(len(rows)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    bounds = np.searchsorted(rows, np.arange(above.shape[0] + 1)).tolist()
    first, last = begins.tolist(), ends.tolist()
    for row in range(1, above.shape[0]):
        upper, lower = bounds[row - 1], bounds[row]
        while upper < bounds[row] and lower < bounds[row + 1]:
            if first[upper] <= last[lower] and first[lower] <= last[upper]:
                parent[root(upper)] = root(lower)
            if last[upper] < last[lower]:
                upper += 1
            else:
                lower += 1
    _, regions = np.unique([root(place) for place in range(len(rows))], return_inverse=True)
    return np.stack([rows, begins, ends, regions.reshape(-1)], axis=1).astype(np.int64)


def regions(scores: Floats, *, threshold: float, least: float, side: int, grow: float, most: int) -> Floats:
    """(n, 5): left, top, right, bottom in places of the map, and the mean score; in the order in which one reads.

    scores: (height, width). least: of the mean score inside a box. side: of a box before it is grown, in places.
    grow: the ratio. most: the highest are kept. Raises Noise.
    """
    runs = labelled(scores > threshold)
    height, width = scores.shape
    count = int(runs[:, 3].max(initial=-1)) + 1
    top, bottom = np.full(count, height), np.zeros(count, np.int64)
    left, right = np.full(count, width), np.zeros(count, np.int64)
    np.minimum.at(top, runs[:, 3], runs[:, 0])
    np.maximum.at(bottom, runs[:, 3], runs[:, 0] + 1)
    np.minimum.at(left, runs[:, 3], runs[:, 1])
    np.maximum.at(right, runs[:, 3], runs[:, 2])
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
