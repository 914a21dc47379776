"""Metrics of groups, made of counts and sums: beside scikit-learn, and their intervals beside what they promise."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics

from gpu_workers.analyses import (
    Moments,
    accuracy,
    auroc,
    auroc_difference,
    auroc_of_counts,
    bias,
    class_counts,
    confusion,
    expected_calibration_error,
    f1,
    mae,
    moments,
    r2,
    reliability,
    rmse,
)
from gpu_workers.analyses.edges import uniform_edges
from tests.gpu_workers.analyses.laws import Array, cuts, law

RANDOM = np.random.default_rng(8)


def ranked(rows: int, seed: int, ties: bool = False) -> tuple[Array, Array]:
    random = np.random.default_rng(seed)
    target = random.integers(0, 2, rows)
    score = random.normal(size=rows) + target
    return target, np.round(score) if ties else score


class TestAuroc:
    @law
    @given(st.integers(4, 80), st.integers(0, 9999), st.booleans())
    def test_is_scikit_learns(self, rows: int, seed: int, ties: bool) -> None:
        target, score = ranked(rows, seed, ties)
        found = auroc(target, score)
        if 0 < target.sum() < rows:
            assert found.estimate == pytest.approx(metrics.roc_auc_score(target, score), abs=1e-12)
        else:
            assert math.isnan(found.estimate)

    def test_the_error_is_delongs(self) -> None:
        """Against the definition: the variances of each row's share of won pairs."""
        target, score = ranked(60, 3, ties=True)
        positive, negative = score[target == 1], score[target == 0]
        won = (positive[:, None] > negative) + 0.5 * (positive[:, None] == negative)
        variance = won.mean(1).var(ddof=1) / len(positive) + won.mean(0).var(ddof=1) / len(negative)
        found = auroc(target, score)
        assert found.high - found.estimate == pytest.approx(stats.norm.ppf(0.975) * math.sqrt(variance))

    def test_holds_the_truth_as_often_as_it_says(self) -> None:
        truth = stats.norm.cdf(1 / math.sqrt(2))
        found = [auroc(*ranked(200, seed)) for seed in range(200)]
        held = sum(one.low <= truth <= one.high for one in found)
        assert stats.binomtest(held, 200, 0.95).pvalue > 0.01

    def test_of_fine_bins_is_nearly_that_of_the_rows(self) -> None:
        target, score = ranked(20_000, 1)
        groups = np.arange(20_000) % 3
        counts = class_counts(target, score, uniform_edges(-4, 5, 1024), groups.astype(np.uint8), 2)
        for group in (0, 1):
            rows = auroc(target[groups == group], score[groups == group])
            assert auroc_of_counts(*counts[group]) == pytest.approx(rows, abs=1e-4)

    @law
    @given(st.data(), st.integers(0, 9999))
    def test_counts_of_parts_add_up(self, data: st.DataObject, seed: int) -> None:
        target, score = ranked(60, seed)
        target = np.where(np.arange(60) % 7 == 0, np.nan, target)
        edges = uniform_edges(-1, 2, 5)
        parts = [class_counts(target[part], score[part], edges) for part in cuts(data, 60)]
        whole = class_counts(target, score, edges)
        assert np.array_equal(np.sum(parts, 0), whole)
        assert whole.sum() == np.isfinite(target).sum()

    def test_of_perfect_and_of_single_rows(self) -> None:
        assert auroc([0, 0, 1, 1], [1, 2, 3, 4]) == (1, 1, 1)
        alone = auroc([0, 0, 1], [1, 2, 3])
        assert alone.estimate == 1
        assert math.isnan(alone.low)

    def test_nulls_are_left_out(self) -> None:
        assert auroc([0, 1, np.nan, 1], [1, 2, 3, np.nan]).estimate == 1


class TestPairedAuroc:
    def test_of_two_models_is_the_difference_of_their_areas(self) -> None:
        target, first = ranked(500, 5)
        second = first + RANDOM.normal(size=500)
        found = auroc_difference(target, first, second)
        expected = metrics.roc_auc_score(target, first) - metrics.roc_auc_score(target, second)
        assert found.difference.estimate == pytest.approx(expected)
        assert found.p < 0.01

    def test_is_narrower_than_of_two_samples_and_even_under_the_null(self) -> None:
        p_values = []
        for seed in range(150):
            random = np.random.default_rng(seed)
            target = random.integers(0, 2, 120)
            shared = target + random.normal(size=120)
            first, second = (shared + 0.5 * random.normal(size=120) for _ in range(2))
            found = auroc_difference(target, first, second)
            p_values.append(found.p)
        alone = [auroc(target, score) for score in (first, second)]
        assert found.difference.high - found.difference.low < min(one.high - one.low for one in alone)
        assert stats.kstest(p_values, "uniform").pvalue > 0.01

    def test_of_a_model_and_itself_is_none(self) -> None:
        target, score = ranked(50, 5)
        found = auroc_difference(target, score, score)
        assert found.difference == (0, 0, 0)
        assert found.p == 1
        assert math.isnan(auroc_difference([1, 1], [1, 2], [2, 1]).p)


class TestConfusion:
    TRUE = RANDOM.integers(0, 4, 600)
    SAID = np.where(RANDOM.random(600) < 0.6, TRUE, RANDOM.integers(0, 4, 600))

    def test_counts_and_rates_are_scikit_learns(self) -> None:
        table = confusion(self.TRUE, self.SAID, 4)[0]
        assert table.tolist() == metrics.confusion_matrix(self.TRUE, self.SAID).tolist()
        assert accuracy(table).estimate == pytest.approx(metrics.accuracy_score(self.TRUE, self.SAID))
        assert f1(table).estimate == pytest.approx(metrics.f1_score(self.TRUE, self.SAID, average="macro"))
        binary = confusion(self.TRUE > 1, self.SAID > 1, 2)[0]
        found = f1(binary)
        assert found.estimate == pytest.approx(metrics.f1_score(self.TRUE > 1, self.SAID > 1))
        assert found.low < found.estimate < found.high

    def test_by_group_without_what_is_no_class(self) -> None:
        groups = np.array([0, 0, 1, 2], np.uint8)
        found = confusion([0, 1, np.nan, 1], [0, 0, 1, 1], 2, groups, 2)
        assert found.tolist() == [[[1, 0], [1, 0]], [[0, 0], [0, 0]]]

    def test_of_nothing_is_not_known(self) -> None:
        assert math.isnan(f1(np.zeros((2, 2), int)).estimate)
        assert math.isnan(accuracy(np.zeros((2, 2), int)).estimate)
        assert math.isnan(f1([[5, 0], [0, 0]]).estimate)


class TestCalibration:
    TARGET = RANDOM.integers(0, 2, 800)
    CHANCE = np.clip(RANDOM.random(800), 0, 1).astype(np.float32)
    GROUPS = RANDOM.integers(0, 3, 800).astype(np.uint8)

    def by_loop(self, chosen: Array) -> float:
        target, chance = self.TARGET[chosen], self.CHANCE[chosen].astype(float)
        place = np.minimum((chance * 15).astype(int), 14)
        parts = [(place == number) for number in range(15)]
        return float(sum(abs(target[part].mean() - chance[part].mean()) * part.mean() for part in parts if part.any()))

    def test_is_that_of_a_loop_over_the_bins(self) -> None:
        held = reliability(self.TARGET, self.CHANCE, self.GROUPS, 2)
        for group in (0, 1):
            found = expected_calibration_error(held.rows[group], held.events[group], held.said[group])
            assert found.estimate == pytest.approx(self.by_loop(np.equal(self.GROUPS, group)))
            assert found.low <= found.high

    @law
    @given(st.data())
    def test_parts_add_up(self, data: st.DataObject) -> None:
        whole = reliability(self.TARGET, self.CHANCE, self.GROUPS, 2)
        parts = [reliability(self.TARGET[part], self.CHANCE[part], self.GROUPS[part], 2) for part in cuts(data, 800)]
        total = sum(parts[1:], parts[0])
        assert np.array_equal(total.rows, whole.rows)
        assert np.array_equal(total.events, whole.events)
        assert total.said == pytest.approx(whole.said, rel=1e-12)

    def test_a_null_is_left_out(self) -> None:
        held = reliability([1, np.nan, 0, 1], [0.5, 0.5, np.nan, 1.5])
        assert held.rows.sum() == 1
        assert math.isnan(expected_calibration_error([0], [0], [0]).estimate)

    @pytest.mark.parametrize(
        ("name", "happens"), [("calibrated", lambda said: said), ("too sure", lambda said: 0.5 + (said - 0.5) * 0.7)]
    )
    @pytest.mark.parametrize("rows", [150, 1500])
    def test_its_interval_holds_the_truth(self, name: str, happens: Callable[[Array], Array], rows: int) -> None:
        random = np.random.default_rng(5)
        every = (np.arange(150_000) + 0.5) / 150_000
        parts = (happens(every) - every).reshape(15, -1).mean(1)
        truth = float(np.abs(parts).mean())
        held, tables = 0, 100
        for _ in range(tables):
            said = random.random(rows)
            of_table = reliability(random.random(rows) < happens(said), said)
            found = expected_calibration_error(of_table.rows[0], of_table.events[0], of_table.said[0], resamples=200)
            assert found.low <= found.estimate <= found.high
            held += found.low <= truth + 1e-9 and truth <= found.high
        assert held >= 0.9 * tables, name

    def test_where_every_bin_is_right_it_ends_at_0(self) -> None:
        found = expected_calibration_error([40, 60], [10, 30], [10.0, 30.0])
        assert (found.estimate, found.low) == (0.0, 0.0)
        assert 0.0 < found.high < 0.2


class TestRegression:
    TARGET = RANDOM.normal(size=700) * 3 + 1e4
    SAID = TARGET + RANDOM.normal(size=700)

    def test_are_scikit_learns(self) -> None:
        held = moments(self.TARGET, self.SAID, 9990.0)
        assert mae(held).estimate == pytest.approx(metrics.mean_absolute_error(self.TARGET, self.SAID))
        assert rmse(held).estimate == pytest.approx(metrics.root_mean_squared_error(self.TARGET, self.SAID))
        assert r2(held).estimate == pytest.approx(metrics.r2_score(self.TARGET, self.SAID), rel=1e-9)
        assert bias(held).estimate == pytest.approx((self.SAID - self.TARGET).mean())

    @law
    @given(st.data())
    def test_parts_add_up(self, data: st.DataObject) -> None:
        groups = np.arange(700) % 3
        groups = groups.astype(np.uint8)
        whole = moments(self.TARGET, self.SAID, 1e4, groups, 2)
        parts = [moments(self.TARGET[p], self.SAID[p], 1e4, groups[p], 2) for p in cuts(data, 700)]
        total: Moments = sum(parts[1:], parts[0])
        assert total.rows.tolist() == whole.rows.tolist()
        scale = np.abs(whole.sums).max(1, keepdims=True)
        assert np.abs(total.sums - whole.sums).max() <= 1e-12 * scale.max()
        with pytest.raises(ValueError, match="do not add up"):
            _ = whole + moments([1], [1], 0.0)

    def test_intervals_hold_the_truth_as_often_as_they_say(self) -> None:
        held = {mae: 0, rmse: 0, r2: 0}
        truth = {mae: math.sqrt(2 / math.pi), rmse: 1.0, r2: 1 - 1 / 4}
        for seed in range(200):
            random = np.random.default_rng(seed)
            target = random.normal(size=500) * 2
            found = moments(target, target + random.normal(size=500), 0.0)
            for metric in held:
                interval = metric(found)
                held[metric] += interval.low <= truth[metric] <= interval.high
        for metric, times in held.items():
            assert stats.binomtest(times, 200, 0.95).pvalue > 0.01, metric.__name__

    def test_the_error_of_r2_is_that_of_its_influence_by_row(self) -> None:
        """Where errors grow with the target, about a centre that is not its mean."""
        target = RANDOM.gamma(2.0, size=900)
        said = 0.6 * target + target * RANDOM.normal(scale=0.3, size=900)
        error, away = (said - target) ** 2, (target - target.mean()) ** 2
        ratio = error.mean() / away.mean()
        influence = (error - error.mean()) / away.mean() - ratio * (away - away.mean()) / away.mean()
        found = r2(moments(target, said, 1.5))
        assert found.high - found.estimate == pytest.approx(
            stats.norm.ppf(0.975) * influence.std() / math.sqrt(900), rel=1e-9
        )

    def test_of_what_does_not_vary_or_is_not_there(self) -> None:
        constant = moments([5, 5, 5], [5, 6, 5], 4.0)
        assert math.isnan(r2(constant).estimate)
        assert mae(constant).estimate == pytest.approx(1 / 3)
        nothing = moments([np.nan, 1], [1, np.inf], 0.0)
        assert nothing.rows.tolist() == [0]
        assert math.isnan(rmse(nothing).estimate)
