"""Whether two groups differ in a feature by more than chance, by dealing the rows out again.

The rows are known by their bins only, and that is enough: to shuffle the rows' group is to draw the first group's
counts from the multivariate hypergeometric distribution, which costs the same for a thousand rows as for a hundred
million.
"""

import math
from collections.abc import Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from .arrays import Counts, Floats
from .blocks import spread

ENOUGH = 40
"""It ends when one in so many of the draws that it may make was as far apart: of a thousand the 25th, with which a
p-value is right to a fifth of itself (one standard error)."""
MANY, ENOUGH_OF_MANY = 500, 10
"""From so many features on it ends with the tenth, right to a third."""
RESOLVED = 40
"""Of features that no draw decides, the least q-value that draws can give is 1 / 40 or less."""
BEYOND = 8.0
"""Standard deviations beyond which no draw is waited for: one in 10^15 would get there."""
_AT_ONCE = 2000
_TABLED = 1 << 16


def permutation_p_value(a: Any, b: Any, permutations: int = 1000, seed: Any = 0) -> float:
    """How often shuffles of the rows bring the groups as far apart as they are, with this one counted.

    a, b: whole numbers of rows (bins,) of two groups that share no row, nulls as a bin. Apart by the likelihood
    ratio of independence (the G statistic: 2n times the Jensen–Shannon divergence weighted by the groups' rows).
    Draws end with the h-th that is as far apart, h = permutations / ENOUGH but 10 at least, and p is h / draws (Besag
    and Clifford 1991); else it is (1 + hits) / (1 + draws), so never 0 (Phipson and Smyth 2010); NaN where a group is
    empty. None are needed where each group has ten rows a bin and G lies eight standard deviations beyond what chance
    brings (Wilson and Hilferty 1931), which is 1 / (1 + permutations). The same seed gives the same. ValueError: a
    billion rows or more.
    """
    test = _Test(a, b, seed)
    test.draw(permutations, _enough(permutations))
    return test.p(permutations)


def permutation_p_values(pairs: Sequence[tuple[Any, Any]], permutations: int = 1000, seed: int = 0) -> list[float]:
    """`permutation_p_value` of each feature's groups, to be corrected for their number.

    A thousand draws cannot tell one feature of five thousand from chance: 1 / 1001 is reached by five of them anyway.
    So where features are left that no draw has decided, draws go on for these, until their q-values after Benjamini
    and Hochberg would be 1 / RESOLVED or less (Sandve, Ferkingstad and Nygård 2011). Each has a generator of its own.
    """
    tests = spread(lambda number: _Test(*pairs[number], [seed, number]), range(len(pairs)))
    enough = _enough(permutations) if len(tests) < MANY else ENOUGH_OF_MANY
    tested, most = sum(not test.empty for test in tests), permutations
    while True:
        spread(partial(_Test.draw, most=most, enough=enough), [test for test in tests if test.open])
        left = sum(test.open or test.beyond for test in tests)
        if most * left >= RESOLVED * tested or not left:
            return [test.p(most) for test in tests]
        most *= 2


def _enough(permutations: int) -> int:
    return max(permutations // ENOUGH, ENOUGH_OF_MANY)


class _Test:
    """One feature's draws. empty: one of its groups is. beyond: none are needed. open: more of them would tell more."""

    def __init__(self, a: Any, b: Any, seed: Any) -> None:
        a, b = _whole(a), _whole(b)
        self.empty = a.sum() == 0 or b.sum() == 0
        self.beyond, self.hits, self.drawn, self._p = False, 0, 0, math.nan
        self.open = not self.empty
        if self.empty:
            return
        total = a + b
        filled = total > 0
        self._total = total[filled]
        # The counts of one group are those of all less the other's: the smaller one is drawn, which costs less.
        self._small = (a if a.sum() <= b.sum() else b)[filled]
        self._observed = float(_apart(self._small[None], self._total)[0])
        self.beyond = bool(self._small.sum() >= 10 * len(self._total)) and _beyond(
            self._observed, self._small, self._total
        )
        self.open = not self.beyond
        self._random = np.random.default_rng(seed)

    def draw(self, most: int, enough: int) -> None:
        """Up to `most` draws altogether, or to the `enough`-th hit."""
        while self.open and self.drawn < most:
            size = min(max(2 * enough, self.drawn // 2), _AT_ONCE, most - self.drawn)
            counts = self._random.multivariate_hypergeometric(
                self._total, int(self._small.sum()), size=size, method="marginals"
            )
            # Equal counts in another order of the bins may differ in the last bits.
            least = self._observed - 1e-9 * float(self._total.sum())
            hits = np.flatnonzero(_apart(counts, self._total) >= least)
            if self.hits + len(hits) >= enough:
                self._p = enough / (self.drawn + int(hits[enough - self.hits - 1]) + 1)
                self.open = False
            self.hits, self.drawn = self.hits + len(hits), self.drawn + size

    def p(self, most: int) -> float:
        """most: draws that those had which are open yet."""
        if self.beyond:
            return 1 / (1 + most)
        return (1 + self.hits) / (1 + self.drawn) if self.open else self._p


def _apart(counts: Counts, total: Counts) -> Floats:
    """Half of G but for what is the same in all draws, (m,), of one group's counts (m, bins) of all rows' (bins,)."""
    known = _tabled() if total.max() < _TABLED else None
    of = _n_log_n if known is None else known.__getitem__
    apart: Floats = of(counts).sum(-1) + of(total - counts).sum(-1)
    return apart


@cache
def _tabled() -> Floats:
    """`_n_log_n` of small numbers, which takes a fraction of the time to look up."""
    return _n_log_n(np.arange(_TABLED))


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
