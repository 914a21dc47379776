"""How far two ways to put the same rows into segments agree."""

from typing import Any

import numpy as np

from .arrays import on_host


def adjusted_rand(first: Any, second: Any) -> float:
    """The adjusted Rand index (Hubert and Arabie 1985) of two segmentations: 1 where they are the same but for the
    segments' numbers, about 0 where they agree by chance alone.

    first, second: (n,) whole numbers from 0. As scikit-learn's `adjusted_rand_score`; 1 for fewer than two rows.
    """
    first, second = on_host(first).astype(np.int64), on_host(second).astype(np.int64)
    if len(first) < 2:
        return 1.0
    wide = int(second.max()) + 1
    together = np.bincount(first * wide + second).astype(np.float64)
    pairs = (together * (together - 1) / 2).sum()
    of_first, of_second = (np.bincount(one).astype(np.float64) for one in (first, second))
    in_first, in_second = ((one * (one - 1) / 2).sum() for one in (of_first, of_second))
    expected = in_first * in_second / (len(first) * (len(first) - 1) / 2)
    most = (in_first + in_second) / 2
    return 1.0 if most == expected else float((pairs - expected) / (most - expected))
