"""Whether two groups differ in a feature by more than chance, by dealing the rows out again.

The rows are known by their bins only, and that is enough: to shuffle the rows' group is to draw the first group's
counts from the multivariate hypergeometric distribution, which costs the same for a thousand rows as for a hundred
million.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from .arrays import Counts, Floats
from .divergences import jensen_shannon

Statistic = Callable[[Any, Any], Floats]
"""Of counts (m, b) and (m, b), (m,): greater is further apart."""


def permutation_p_value(
    a: Any, b: Any, statistic: Statistic = jensen_shannon, permutations: int = 1000, seed: Any = 0
) -> float:
    """How often `permutations` shuffles of the rows bring the groups as far apart as they are, with this one counted.

    a, b: whole numbers of rows (bins,) of two groups that share no row, nulls as a bin. (1 + hits) / (1 +
    permutations), so never 0 (Phipson and Smyth 2010); NaN where a group is empty. The same seed gives the same.
    ValueError: a billion rows or more.
    """
    a, b = _whole(a), _whole(b)
    if a.sum() == 0 or b.sum() == 0:
        return float("nan")
    filled = a + b > 0
    a, b = a[filled], b[filled]
    observed = statistic(a[None], b[None])[0]
    # From the smaller group: the draws of one are the rest of the other's, and cost by their number.
    small, total = (a if a.sum() <= b.sum() else b), a + b
    random = np.random.default_rng(seed)
    drawn = random.multivariate_hypergeometric(total, int(small.sum()), size=permutations, method="marginals")
    rest = total - drawn
    found = statistic(drawn, rest) if small is a else statistic(rest, drawn)
    # Equal counts in another order may differ in the last bit.
    return float((1 + np.count_nonzero(found >= observed * (1 - 1e-9) - 1e-15)) / (1 + permutations))


def _whole(counts: Any) -> Counts:
    counts = np.asarray(counts)
    if (counts < 0).any() or (counts != np.floor(counts)).any():
        raise ValueError("Permutations need whole numbers of rows.")
    whole: Counts = counts.astype(np.int64)
    return whole
