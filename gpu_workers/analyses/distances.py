"""How far two distributions over the same bins are apart where the order of the bins matters.

p and q: counts or rates (…, b) on the host, in ascending order of what the bins hold, without a bin for nulls.
Results (…,), NaN where a distribution is empty.
"""

from typing import Any

import numpy as np

from .arrays import Floats
from .divergences import rates


def wasserstein(p: Any, q: Any, positions: Any = None) -> Floats:
    """The first Wasserstein distance ∫ |F_p − F_q| dx, in the unit of `positions`: how far rows have to be moved.

    positions: ascending places of the bins (b,) or (…, b), such as `edges.middles`; none: 0, 1, 2 …, in bins. As
    scipy.stats.wasserstein_distance with the bins' places as values and the counts as weights (Vallender 1974).
    """
    apart = np.abs(_steps(p, q))[..., :-1]
    if positions is None:
        distance: Floats = apart.sum(-1)
    else:
        distance = (apart * np.diff(np.asarray(positions, dtype=np.float64))).sum(-1)
    return distance


def kolmogorov_smirnov(p: Any, q: Any) -> Floats:
    """The greatest distance of the two cumulative shares, 0 to 1, at the bins' upper edges.

    Where each bin holds one distinct value it is that of the rows (scipy.stats.ks_2samp), else at most that.
    """
    greatest: Floats = np.abs(_steps(p, q)).max(-1)
    return greatest


def _steps(p: Any, q: Any) -> Floats:
    return np.cumsum(rates(p), -1) - np.cumsum(rates(q), -1)
