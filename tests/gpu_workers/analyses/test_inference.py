"""Intervals hold what they promise, p-values are even where nothing is there, and few of the discoveries are false."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gpu_workers.analyses import (
    Interval,
    benjamini_hochberg,
    bootstrap_interval,
    permutation,
    permutation_p_value,
    permutation_p_values,
    wilson,
)
from gpu_workers.analyses.intervals import of_mean
from gpu_workers.analyses.quantile import mean_of_counts
from tests.gpu_workers.analyses.laws import Array, law


class TestBenjaminiHochberg:
    @law
    @given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
    def test_is_scipys(self, p: list[float]) -> None:
        assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p), abs=1e-12)

    def test_what_was_not_tested_does_not_count(self) -> None:
        found = benjamini_hochberg([0.01, np.nan, 0.02])
        assert found[[0, 2]] == pytest.approx([0.02, 0.02])
        assert np.isnan(found[1])
        assert benjamini_hochberg([]).shape == (0,)

    def test_refuses_what_is_no_p_value(self) -> None:
        with pytest.raises(ValueError, match="from 0 to 1"):
            benjamini_hochberg([1.1])


class TestPermutation:
    def test_is_even_where_both_groups_are_of_one_distribution(self) -> None:
        random = np.random.default_rng(4)
        rates = random.dirichlet(np.full(12, 3.0))
        found = [
            permutation_p_value(random.multinomial(300, rates), random.multinomial(200, rates), permutations=99, seed=s)
            for s in range(200)
        ]
        assert stats.kstest(found, "uniform").pvalue > 0.01

    def test_is_the_share_of_all_shuffles(self) -> None:
        """Against each way of dealing out the rows, which for so few can be gone through."""
        rows = np.repeat([0, 1, 2], [4, 3, 3])
        total, a = np.bincount(rows), np.array([4, 1, 0])

        def apart(counts: Array) -> float:
            table = np.stack([counts, total - counts])[:, total > 0]
            return float(stats.contingency.chi2_contingency(table, correction=False, lambda_="log-likelihood")[0])

        dealt = [np.bincount(rows[list(chosen)], minlength=3) for chosen in combinations(range(10), 5)]
        exact = np.mean([apart(counts) >= apart(a) - 1e-9 for counts in dealt])
        assert 0.01 < exact < 0.2
        assert permutation_p_value(a, total - a, permutations=20_000) == pytest.approx(exact, abs=0.006)

    def test_the_short_cuts_say_what_all_draws_would(self, monkeypatch: pytest.MonkeyPatch) -> None:
        random = np.random.default_rng(6)
        pairs = []
        for shift in (0.0, 0.3, 0.6, 3.0):
            rates = random.dirichlet(np.full(8, 5.0))
            other = rates * np.exp(shift * random.normal(size=8) / 5)
            pairs.append((random.multinomial(800, rates), random.multinomial(900, other / other.sum())))
        short = [permutation_p_value(*pair) for pair in pairs]
        monkeypatch.setattr(permutation, "BEYOND", math.inf)
        monkeypatch.setattr(permutation, "ENOUGH", 1)
        full = [permutation_p_value(*pair) for pair in pairs]
        assert short[3] == full[3] == 1 / 1001
        assert short == pytest.approx(full, abs=0.12)
        assert [p < 0.05 for p in short] == [p < 0.05 for p in full]

    def test_of_many_features_they_say_what_all_draws_would(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each to a third of itself at one standard error: of fifty none is off by more than a factor of e."""
        random = np.random.default_rng(8)
        rates = random.dirichlet(np.full(9, 4.0), 600)
        pairs = [(random.multinomial(90, one), random.multinomial(400, one)) for one in rates]
        found = permutation_p_values(pairs)
        assert found == permutation_p_values(pairs)
        for level in (0.05, 0.2, 0.5):
            assert np.mean(np.array(found) <= level) == pytest.approx(level, abs=3 * (level * (1 - level) / 600) ** 0.5)
        monkeypatch.setattr(permutation, "ENOUGH", 1)
        full = [permutation_p_value(*pair, permutations=3000, seed=1) for pair in pairs[:50]]
        assert np.abs(np.log(np.divide(found[:50], full))).max() < 1.0

    def test_one_feature_of_many_is_told_from_chance(self) -> None:
        random = np.random.default_rng(9)
        pairs = [(random.multinomial(100, [0.25] * 4), random.multinomial(300, [0.25] * 4)) for _ in range(600)]
        pairs[5] = (np.array([5, 15, 30, 50]), np.array([90, 80, 70, 60]))
        q = benjamini_hochberg(permutation_p_values(pairs))
        assert np.flatnonzero(q <= 0.05).tolist() == [5]
        alone = benjamini_hochberg([permutation_p_value(*pair) for pair in pairs])
        assert alone[5] > 0.05, "a thousand draws are too few"

    def test_a_difference_is_found_at_once_and_never_certain(self) -> None:
        assert permutation_p_value([900, 100], [500, 500]) == pytest.approx(1 / 1001)
        assert permutation_p_value([500, 500, 0], [5000, 5000, 0], permutations=200) > 0.5

    def test_the_same_seed_gives_the_same(self) -> None:
        pair = ([30, 20, 9], [25, 30, 4])
        assert permutation_p_value(*pair, seed=3) == permutation_p_value(*pair, seed=3)

    def test_of_an_empty_group_is_not_known(self) -> None:
        assert math.isnan(permutation_p_value([0, 0], [1, 2]))

    def test_needs_whole_rows(self) -> None:
        with pytest.raises(ValueError, match="whole numbers"):
            permutation_p_value([0.5, 1], [1, 2])


class TestIntervals:
    @law
    @given(st.integers(0, 40), st.integers(1, 40))
    def test_wilsons_is_scipys(self, hits: int, more: int) -> None:
        rows = hits + more - 1
        found = wilson(hits, rows)
        if rows == 0:
            assert all(math.isnan(value) for value in found)
            return
        theirs = stats.binomtest(hits, rows).proportion_ci(method="wilson")
        assert found.low == pytest.approx(theirs.low, abs=1e-12)
        assert found.high == pytest.approx(theirs.high, abs=1e-12)
        assert found.low <= found.estimate <= found.high

    def test_of_a_mean_is_scipys_of_many_rows(self) -> None:
        values = np.random.default_rng(0).gamma(2.0, size=5000)
        found = of_mean(len(values), values.sum(), (values**2).sum())
        theirs = stats.norm.interval(0.95, values.mean(), stats.sem(values))
        assert found == pytest.approx((values.mean(), *theirs))

    def test_of_a_mean_of_one_row_has_no_bounds(self) -> None:
        found = of_mean(1, 3.0, 9.0)
        assert found.estimate == 3
        assert math.isnan(found.low)
        assert all(math.isnan(value) for value in of_mean(0, 0.0, 0.0))

    def test_a_level_that_is_none_is_refused(self) -> None:
        for level in (0, 1, 95):
            with pytest.raises(ValueError, match="between 0 and 1"):
                wilson(1, 2, level)
            with pytest.raises(ValueError, match="between 0 and 1"):
                bootstrap_interval([1], lambda counts: counts.sum(-1), level)


class TestBootstrap:
    EDGES = np.linspace(0, 1, 11)

    def interval(self, counts: object, seed: int = 0) -> Interval:
        return bootstrap_interval(counts, lambda drawn: mean_of_counts(drawn, self.EDGES), seed=seed)

    def test_of_a_mean_is_the_normal_one(self) -> None:
        counts = np.array([5, 10, 40, 100, 200, 220, 180, 90, 30, 10])
        values = np.repeat((self.EDGES[1:] + self.EDGES[:-1]) / 2, counts)
        low, high = stats.norm.interval(0.95, values.mean(), stats.sem(values))
        found = self.interval(counts)
        assert found.estimate == pytest.approx(values.mean())
        assert (found.low, found.high) == pytest.approx((low, high), abs=0.1 * (high - low))

    def test_holds_the_truth_as_often_as_it_says(self) -> None:
        random = np.random.default_rng(9)
        rates = random.dirichlet(np.full(10, 2.0))
        truth = float(mean_of_counts(rates, self.EDGES))
        found = [self.interval(random.multinomial(400, rates), seed) for seed in range(200)]
        held = sum(one.low <= truth <= one.high for one in found)
        assert stats.binomtest(held, 200, 0.95).pvalue > 0.01

    def test_the_same_seed_gives_the_same_and_no_rows_nothing(self) -> None:
        assert self.interval([1, 2] * 5, 4) == self.interval([1, 2] * 5, 4)
        assert all(math.isnan(value) for value in self.interval([0] * 10))

    def test_one_row_has_no_width(self) -> None:
        assert self.interval([0, 1, *[0] * 8]) == pytest.approx((0.15, 0.15, 0.15))
