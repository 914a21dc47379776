"""The numbers of a comparison beside independent ones: scipy, scikit-learn, and Krippendorff's published example.

Equal to 1e-12: both are IEEE doubles, and add in another order.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from apps.comparisons.agreement import (
    LEAST_DECIDED,
    cohens_kappa,
    holm,
    krippendorffs_alpha,
    limits_of_agreement,
    share,
    sign_test,
)

CLOSE = pytest.approx
COUNTS = st.integers(0, 200)
RATERS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=40)

PUBLISHED = [
    "123321412...",
    "1233224125.3",
    ".3332342251.",
    "12332441251.",
]
"""Four observers of twelve units, a dot where one was not asked: Krippendorff, Computing Krippendorff's Alpha-
Reliability (2011), part C, where the nominal alpha is 0.743."""


def units_of(observers: list[str]) -> list[list[str]]:
    return [[said for said in unit if said != "."] for unit in zip(*observers, strict=True)]


@given(COUNTS, COUNTS)
def test_intervals_are_scipys(hits: int, more: int) -> None:
    if not hits + more:
        assert share(0, 0).low is None
        return
    found = share(hits, hits + more)
    theirs = stats.binomtest(hits, hits + more).proportion_ci(method="wilson")
    assert found.low == CLOSE(theirs.low, abs=1e-12)
    assert found.high == CLOSE(theirs.high, abs=1e-12)


@given(COUNTS, COUNTS)
def test_the_sign_test_is_scipys(first: int, second: int) -> None:
    found = sign_test(first, second)
    if not first + second:
        assert found is None
        return
    assert found == CLOSE(stats.binomtest(first, first + second, 0.5).pvalue, rel=1e-12)


def test_below_so_many_nothing_can_be_told_from_chance() -> None:
    assert (sign_test(LEAST_DECIDED - 1, 0) or 0) > 0.05
    assert (sign_test(LEAST_DECIDED, 0) or 1) < 0.05


@given(RATERS)
def test_kappa_is_scikit_learns(rated: list[tuple[str, str]]) -> None:
    first, second = zip(*rated, strict=True)
    found = cohens_kappa(first, second)
    if len({*first, *second}) == 1:
        assert found is None  # theirs is not a number, with a warning
        return
    assert found == CLOSE(cohen_kappa_score(first, second), abs=1e-12)


def test_alpha_is_the_published_one() -> None:
    assert krippendorffs_alpha(units_of(PUBLISHED)) == CLOSE(0.743, abs=5e-4)


@given(RATERS)
def test_alpha_of_two_observers_is_the_one_by_hand(rated: list[tuple[str, str]]) -> None:
    """Of two without gaps it is 1 − observed / expected disagreement, which pairs of all values give at once."""
    values = [value for pair in rated for value in pair]
    observed = sum(a != b for a, b in rated) / len(rated)
    unequal = sum(a != b for place, a in enumerate(values) for b in values[place + 1 :])
    expected = unequal / math.comb(len(values), 2)
    found = krippendorffs_alpha(rated)
    assert found is None if not expected else found == CLOSE(1 - observed / expected, abs=1e-12)


def test_where_nothing_can_be_said() -> None:
    assert krippendorffs_alpha([["a"], ["b"]]) is None
    assert krippendorffs_alpha([["a", "a"], ["a", "a"]]) is None
    assert krippendorffs_alpha([]) is None
    assert cohens_kappa([], []) is None
    assert limits_of_agreement([1.0]) is None
    assert holm([None, None]) == [None, None]


def test_limits_of_agreement_are_mean_and_deviations() -> None:
    found = limits_of_agreement([1.0, 2.0, 4.0, -1.0])
    assert found is not None
    low, high = stats.norm.interval(0.95, loc=1.5, scale=stats.tstd([1.0, 2.0, 4.0, -1.0]))
    assert found.mean == CLOSE(1.5)
    assert found.low == CLOSE(low, rel=1e-12)
    assert found.high == CLOSE(high, rel=1e-12)


def test_holm_steps_down() -> None:
    assert holm([0.01, 0.04, None, 0.03]) == [CLOSE(0.03), CLOSE(0.06), None, CLOSE(0.06)]
