"""Whether two groups differ in a feature by more than chance, by dealing the rows out again.

The rows are known by their bins only, and that is enough: to shuffle the rows' group is to draw the first group's
counts from the multivariate hypergeometric distribution, which costs the same for a thousand rows as for a hundred
million.
"""

from typing import Any

import numpy as np

from .arrays import Counts, Floats

FIRST = 100
"""Draws after which it ends where a quarter of them are as far apart: the p-value is great, whatever follows."""
BEYOND = 8.0
"""Standard deviations beyond which no draw is waited for: one in 10^15 would get there."""


def permutation_p_value(a: Any, b: Any, permutations: int = 1000, seed: Any = 0) -> float:
    """How often shuffles of the rows bring the groups as far apart as they are, with this one counted.

    a, b: whole numbers of rows (bins,) of two groups that share no row, nulls as a bin. Apart by the likelihood
    ratio of independence (the G statistic: 2n times the Jensen–Shannon divergence weighted by the groups' rows).
    (1 + hits) / (1 + draws), so never 0 (Phipson and Smyth 2010); NaN where a group is empty. Two short cuts:
    the first hundred draws are enough where p is about a quarter and more, and none are needed where each group has
    ten rows a bin and G lies eight standard deviations beyond what chance brings (Wilson and Hilferty 1931), which
    is 1 / (1 + permutations). The same seed gives the same. ValueError: a billion rows or more.
    """
    a, b = _whole(a), _whole(b)
    if a.sum() == 0 or b.sum() == 0:
        return float("nan")
    total = a + b
    filled = total > 0
    total = total[filled]
    # The counts of one group are those of all less the other's: the smaller one is drawn, which costs less.
    small = (a if a.sum() <= b.sum() else b)[filled]
    observed = float(_apart(small[None], total)[0])
    if small.sum() >= 10 * len(total) and _beyond(observed, small, total):
        return 1 / (1 + permutations)
    random = np.random.default_rng(seed)
    hits = drawn = 0
    for size in (min(FIRST, permutations), max(permutations - FIRST, 0)):
        counts = random.multivariate_hypergeometric(total, int(small.sum()), size=size, method="marginals")
        # Equal counts in another order of the bins may differ in the last bits.
        hits += int(np.count_nonzero(_apart(counts, total) >= observed - 1e-9 * total.sum()))
        drawn += size
        if hits * 4 >= drawn:
            break
    return (1 + hits) / (1 + drawn)


def _apart(counts: Counts, total: Counts) -> Floats:
    """Half of G but for what is the same in all draws, (m,), of one group's counts (m, bins) of all rows' (bins,)."""
    apart: Floats = _n_log_n(counts).sum(-1) + _n_log_n(total - counts).sum(-1)
    return apart


def _n_log_n(counts: Counts) -> Floats:
    rows = counts.astype(np.float64)
    terms: Floats = rows * np.log(np.maximum(rows, 1.0))
    return terms


def _beyond(observed: float, small: Counts, total: Counts) -> bool:
    """Whether G is further out than chi-squared of its degrees of freedom gets."""
    freedom = len(total) - 1
    if freedom == 0:
        return False
    rows, part = float(total.sum()), float(small.sum())
    expected = part * np.log(part) + (rows - part) * np.log(rows - part) + _n_log_n(total).sum() - rows * np.log(rows)
    g = 2 * max(observed - float(expected), 0.0)
    spread = 2 / (9 * freedom)
    return bool(((g / freedom) ** (1 / 3) - (1 - spread)) / np.sqrt(spread) > BEYOND)


def _whole(counts: Any) -> Counts:
    counts = np.asarray(counts)
    if (counts < 0).any() or (counts != np.floor(counts)).any():
        raise ValueError("Permutations need whole numbers of rows.")
    whole: Counts = counts.astype(np.int64)
    return whole
