"""What remains of many p-values when one knows how many were looked at."""

from typing import Any

import numpy as np

from .arrays import Floats


def benjamini_hochberg(p_values: Any) -> Floats:
    """q-values, float64 of the same shape: calling all with q ≤ 0.05 makes 5 % false calls on average at most.

    For tests that are independent or positively dependent (Benjamini and Hochberg 1995), as
    scipy.stats.false_discovery_control. NaN stays NaN and does not count as a test. ValueError: a p outside 0..1.
    """
    p = np.asarray(p_values, dtype=np.float64)
    tested = p[~np.isnan(p)]
    if ((tested < 0) | (tested > 1)).any():
        raise ValueError("A p-value is a number from 0 to 1.")
    order = np.argsort(tested, kind="stable")
    scaled = tested[order] * len(tested) / np.arange(1, len(tested) + 1)
    q = np.full(p.shape, np.nan)
    values = np.empty(len(tested))
    values[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    q[~np.isnan(p)] = np.minimum(values, 1.0)
    return q
