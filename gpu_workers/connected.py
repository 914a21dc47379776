"""Regions of a mask: places that touch, at corners too, told by their runs side by side in a row."""

import numpy as np
from numpy.typing import NDArray

MOST_RUNS = 200_000
"""A map with more of them is noise."""
Runs = NDArray[np.int64]


class Noise(ValueError):
    """The map falls into too many pieces."""


def labelled(above: NDArray[np.bool_], most: int = MOST_RUNS) -> Runs:
    """runs (n, 4): row, first column, column behind the last, number of its region from 0. above: (height, width).

    Raises Noise for more runs than `most`.
    """
    padded = np.zeros((above.shape[0], above.shape[1] + 2), np.int8)
    padded[:, 1:-1] = above
    change = np.diff(padded, axis=1)
    rows, begins = np.nonzero(change == 1)
    ends = np.nonzero(change == -1)[1]
    if len(rows) > most:
        raise Noise(f"the map falls into {len(rows):,} pieces; {most:,} are the most")
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


def extents(runs: Runs) -> tuple[Runs, Runs, Runs, Runs]:
    """By region of `labelled` (left, top, right, bottom), the latter two behind the last."""
    region, most = runs[:, 3], np.iinfo(np.int64).max
    count = int(region.max(initial=-1)) + 1
    left, top = np.full(count, most), np.full(count, most)
    right, bottom = np.zeros(count, np.int64), np.zeros(count, np.int64)
    np.minimum.at(left, region, runs[:, 1])
    np.minimum.at(top, region, runs[:, 0])
    np.maximum.at(right, region, runs[:, 2])
    np.maximum.at(bottom, region, runs[:, 0] + 1)
    return left, top, right, bottom
