"""What lies between the borders of windows that are moved along one side: the finest parts that they tell apart."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


def cells(begins: Sequence[float], window: float) -> tuple[tuple[float, ...], NDArray[np.float64]]:
    """(borders of the cells that the windows' borders cut one side into; (windows, cells), 1 where one covers one)."""
    ends = [begin + window for begin in begins]
    borders: list[float] = []
    for border in sorted((*begins, *ends)):
        if not borders or border - borders[-1] > 1e-9:
            borders.append(border)
    middles = np.array([(left + right) / 2 for left, right in pairwise(borders)])
    covered = (np.array(begins)[:, None] < middles) & (middles < np.array(ends)[:, None])
    return tuple(borders), covered.astype(np.float64)
