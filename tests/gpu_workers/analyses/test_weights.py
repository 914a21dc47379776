"""Rows with weights: beside scikit-learn's sample_weight, beside the rows repeated, and beside the sums written out."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from gpu_workers.analyses import (
    Interval,
    accuracy,
    auroc_of_counts,
    bias,
    bootstrap_interval,
    coded_scores,
    confusion,
    effective_rows,
    f1,
    macro_auroc,
    mae,
    moments,
    one_against_rest,
    paired_difference,
    performance,
    r2,
    rmse,
    weighted_means,
    weighted_performance,
)
from gpu_workers.analyses.seams import joint_counts, joint_sums

RANDOM = np.random.default_rng(12)
ROWS = 600
WEIGHTS = RANDOM.exponential(size=ROWS).round(3)
WEIGHTS[:20] = 0
WHOLE = RANDOM.integers(0, 4, ROWS).astype(float)
GROUPS = RANDOM.integers(0, 3, ROWS).astype(np.uint8)
TARGET = RANDOM.normal(50, 10, ROWS)
SAID = TARGET + RANDOM.normal(1, 4, ROWS)
Z = 1.959963984540054


def close(found: Interval, wanted: Interval, tolerance: float = 1e-9) -> None:
    for one, other in zip(found, wanted, strict=True):
        assert one == pytest.approx(other, rel=tolerance, abs=tolerance, nan_ok=True)


def error_of(interval: Interval) -> float:
    return (interval.high - interval.estimate) / Z


class TestRegression:
    def held(self, weights: Any) -> Any:
        return moments(TARGET, SAID, 50.0, GROUPS, 3, weights)

    @pytest.mark.parametrize("group", [0, 1, 2])
    def test_is_scikit_learns(self, group: int) -> None:
        held, rows = self.held(WEIGHTS), group == GROUPS
        y, said, w = TARGET[rows], SAID[rows], WEIGHTS[rows]
        assert mae(held, group).estimate == pytest.approx(metrics.mean_absolute_error(y, said, sample_weight=w))
        assert rmse(held, group).estimate == pytest.approx(metrics.root_mean_squared_error(y, said, sample_weight=w))
        assert r2(held, group).estimate == pytest.approx(metrics.r2_score(y, said, sample_weight=w))
        assert bias(held, group).estimate == pytest.approx(np.average(said - y, weights=w))

    @pytest.mark.parametrize("metric", [mae, rmse, r2, bias])
    def test_one_weight_for_all_changes_nothing(self, metric: Callable[..., Interval]) -> None:
        plain = moments(TARGET, SAID, 50.0, GROUPS, 3)
        for group in range(3):
            close(metric(self.held(np.full(ROWS, 2.5)), group), metric(plain, group))

    def test_the_errors_are_those_of_the_linearised_means(self) -> None:
        """What a row adds to the estimate, weighted, squared and summed up."""
        y, e, w = TARGET, SAID - TARGET, WEIGHTS
        held = moments(TARGET, SAID, 50.0, None, 1, WEIGHTS)

        def error(values: Any) -> float:
            apart = values - np.average(values, weights=w)
            return math.sqrt((w**2 * apart**2).sum() / (w.sum() ** 2 - (w**2).sum()))

        assert error_of(mae(held)) == pytest.approx(error(abs(e)), rel=1e-9)
        assert error_of(bias(held)) == pytest.approx(error(e), rel=1e-9)
        spread = np.average((y - np.average(y, weights=w)) ** 2, weights=w)
        rest = np.average(e**2, weights=w) / spread
        added = (e**2 - rest * (y - np.average(y, weights=w)) ** 2) / spread
        assert error_of(r2(held)) == pytest.approx(math.sqrt((w**2 * added**2).sum()) / w.sum(), rel=1e-9)

    def test_nobody_counts(self) -> None:
        held = moments(TARGET, SAID, 50.0, None, 1, np.zeros(ROWS))
        assert all(math.isnan(metric(held).estimate) for metric in (mae, rmse, r2, bias))


class TestScores:
    def test_a_mean_is_numpys_and_one_weight_for_all_changes_nothing(self) -> None:
        scores = RANDOM.exponential(size=ROWS).astype(np.float32)
        scores[::17] = np.nan
        coded = coded_scores([scores, scores * 2])
        found = weighted_performance(coded, WEIGHTS, GROUPS, 3)
        known = np.isfinite(scores)
        for group in range(3):
            rows = known & (group == GROUPS)
            assert found.mean(0, group).estimate == pytest.approx(np.average(scores[rows], weights=WEIGHTS[rows]))
            assert found.counts[0, group].sum() == pytest.approx(WEIGHTS[group == GROUPS].sum())
            assert found.counts[0, group, -1] == pytest.approx(WEIGHTS[(group == GROUPS) & ~known].sum())
        alike, plain = weighted_performance(coded, np.full(ROWS, 0.3), GROUPS, 3), performance(coded, GROUPS, 3)
        for group in range(3):
            close(alike.mean(1, group), plain.mean(1, group))
        np.testing.assert_allclose(alike.counts, plain.counts * 0.3, rtol=1e-12)

    def test_quartiles_are_those_of_the_rows_repeated(self) -> None:
        scores = RANDOM.exponential(size=ROWS).astype(np.float32)
        found = weighted_performance(coded_scores([scores]), WHOLE).quantiles()[0, 0]
        wanted = np.quantile(np.repeat(scores, WHOLE.astype(int)), (0.25, 0.5, 0.75))
        assert found == pytest.approx(wanted, abs=0.05)

    def test_a_paired_difference(self) -> None:
        first, second = RANDOM.normal(size=(2, ROWS)).astype(np.float32)
        found = weighted_means(first - second, WEIGHTS, GROUPS, 3)
        alike = weighted_means(first - second, np.ones(ROWS), GROUPS, 3)
        for group, plain in enumerate(paired_difference(first, second, GROUPS, 3)):
            rows = group == GROUPS
            assert found[group].estimate == pytest.approx(
                np.average((first - second)[rows], weights=WEIGHTS[rows]), rel=1e-6
            )
            close(alike[group], plain, 1e-6)

    def test_the_interval_covers(self) -> None:
        """Of 400 samples whose weights go with their values, about 95 of a hundred intervals hold the true mean."""
        random = np.random.default_rng(2)
        held = 0
        for _ in range(400):
            values = random.exponential(size=300)
            weights = np.where(values > 1, 3.0, 1.0) * random.uniform(0.5, 1.5, 300)
            low, high = weighted_means(values, weights)[0][1:]
            # Of an exponential with density e^-x, weighted by 3 beyond 1.
            true = ((1 - 2 / math.e) + 3 * 2 / math.e) / ((1 - 1 / math.e) + 3 / math.e)
            held += low <= true <= high
        assert 0.91 <= held / 400 <= 0.98


class TestClasses:
    y = RANDOM.integers(0, 2, ROWS)
    said = np.where(RANDOM.uniform(size=ROWS) < 0.8, y, 1 - y)
    score = (RANDOM.normal(size=ROWS) + y).round(1)

    def table(self) -> Any:
        return confusion(self.y, self.said, 2, weights=WEIGHTS)[0]

    def test_are_scikit_learns(self) -> None:
        table = self.table()
        scaled = table * effective_rows(WEIGHTS.sum(), (WEIGHTS**2).sum()) / table.sum()
        right = metrics.accuracy_score(self.y, self.said, sample_weight=WEIGHTS)
        assert accuracy(scaled).estimate == pytest.approx(right, rel=1e-12)
        assert f1(scaled).estimate == pytest.approx(metrics.f1_score(self.y, self.said, sample_weight=WEIGHTS))

    def test_an_interval_is_as_wide_as_of_so_many_effective_rows(self) -> None:
        """Kish: of weights 1 and 3 half each, 100 rows leave as much open as 80."""
        weights = np.repeat([1.0, 3.0], 50)
        rows = effective_rows(weights.sum(), (weights**2).sum())
        assert rows == pytest.approx(80)
        assert accuracy([[rows / 2, rows / 2], [0, 0]]) == accuracy(np.array([[40, 40], [0, 0]]))

    def auroc(self, weights: Any) -> Interval:
        edges = np.append(np.unique(self.score), 1e9)
        place = (np.searchsorted(edges, self.score) * 2 + self.y).astype(np.uint16)
        width = 2 * len(edges)
        sums, squares = (joint_sums(w, [place], [width])[0].reshape(-1, 2).T for w in (weights, weights**2))
        return auroc_of_counts(sums[0], sums[1], squares=squares)

    def test_the_area_is_scikit_learns_and_its_error_that_of_the_placements(self) -> None:
        found = self.auroc(WEIGHTS)
        assert found.estimate == pytest.approx(metrics.roc_auc_score(self.y, self.score, sample_weight=WEIGHTS))
        positive, negative = self.y == 1, self.y == 0
        won = (self.score[positive][:, None] > self.score[negative]) * 1.0
        won += 0.5 * (self.score[positive][:, None] == self.score[negative])
        w1, w0 = WEIGHTS[positive], WEIGHTS[negative]
        area = w1 @ won @ w0 / w1.sum() / w0.sum()
        variance = 0.0
        for w, placed in ((w1, won @ w0 / w0.sum()), (w0, w1 @ won / w1.sum())):
            variance += (w**2 * (placed - area) ** 2).sum() / (w.sum() ** 2 - (w**2).sum())
        assert error_of(found) == pytest.approx(math.sqrt(variance), rel=1e-9)

    def test_one_weight_for_all_changes_nothing(self) -> None:
        close(self.auroc(np.full(ROWS, 7.0)), self.auroc(np.ones(ROWS)))
        table = confusion(self.y, self.said, 2)[0]
        close(f1(confusion(self.y, self.said, 2, weights=np.ones(ROWS))[0]), f1(table))

    def test_a_bootstrap_draws_as_many_rows_as_the_counts_sum_up_to(self) -> None:
        def share(counts: Any) -> Any:
            return counts[..., 0] / counts.sum(-1)

        wide, narrow = (bootstrap_interval(np.array([0.3, 0.7]) * rows, share) for rows in (50.4, 5000.0))
        assert (wide.estimate, narrow.estimate) == pytest.approx((0.3, 0.3))
        assert wide.high - wide.low > 5 * (narrow.high - narrow.low)


class TestMacro:
    classes = 4
    y = RANDOM.integers(0, 4, ROWS).astype(np.float32)
    logits = RANDOM.normal(size=(ROWS, 4)) + 1.5 * (y[:, None] == np.arange(4))
    probability = (np.exp(logits) / np.exp(logits).sum(1, keepdims=True)).astype(np.float32)

    def areas(self, groups: Any, count: int, weights: Any = None, y: Any = None) -> list[Interval]:
        edges = [np.append(np.unique(one), 2.0).astype(np.float64) for one in self.probability.T]
        coded = one_against_rest(self.y if y is None else y, self.probability, edges)
        return macro_auroc(coded, [2 * len(one) - 1 for one in edges], groups, count, weights)

    @pytest.mark.parametrize("weights", [None, WEIGHTS])
    def test_is_scikit_learns(self, weights: Any) -> None:
        for group, found in enumerate(self.areas(GROUPS, 3, weights)):
            rows = group == GROUPS
            wanted = metrics.roc_auc_score(
                self.y[rows],
                self.probability[rows].astype(np.float64) / self.probability[rows].sum(1, dtype=np.float64)[:, None],
                multi_class="ovr",
                sample_weight=None if weights is None else weights[rows],
            )
            assert found.estimate == pytest.approx(wanted, abs=1e-6)
            assert found.low < found.estimate < found.high

    def test_of_two_classes_it_is_delongs(self) -> None:
        y = (self.y > 1).astype(np.float32)
        edges = np.append(np.unique(self.probability[:, 0]), 2.0).astype(np.float64)
        both = np.stack([1 - self.probability[:, 0], self.probability[:, 0]], 1)
        of_other = np.append(np.unique(both[:, 0]), 2.0).astype(np.float64)
        coded = one_against_rest(y, both, [of_other, edges])
        [found] = macro_auroc(coded, [2 * len(of_other) - 1, 2 * len(edges) - 1], np.zeros(ROWS, np.uint8), 1)
        place = np.searchsorted(edges, self.probability[:, 0])
        rest, own = (np.bincount(place[y == side], minlength=len(edges)) for side in (0, 1))
        close(found, auroc_of_counts(rest, own), 1e-6)

    def test_the_error_is_what_rows_drawn_anew_show(self) -> None:
        """Within a fifth of the spread over 200 bootstraps of the rows, which keep each row with all of its classes."""
        [found] = self.areas(np.zeros(ROWS, np.uint8), 1)
        random = np.random.default_rng(1)
        drawn = [random.multinomial(ROWS, np.full(ROWS, 1 / ROWS)).astype(float) for _ in range(200)]
        spread = np.std([self.areas(np.zeros(ROWS, np.uint8), 1, one)[0].estimate for one in drawn])
        assert error_of(found) == pytest.approx(spread, rel=0.2)

    def test_a_class_without_rows_is_left_out(self) -> None:
        y = np.where(self.y == 3, np.nan, self.y).astype(np.float32)
        [found] = self.areas(np.zeros(ROWS, np.uint8), 1, y=y)
        rows = ~np.isnan(y)
        each = [metrics.roc_auc_score(y[rows] == number, self.probability[rows, number]) for number in range(3)]
        assert found.estimate == pytest.approx(np.mean(each), abs=1e-6)
        [alone] = self.areas(np.zeros(ROWS, np.uint8), 1, y=np.where(self.y == 1, 1.0, np.nan).astype(np.float32))
        assert all(math.isnan(value) for value in alone)

    def test_one_weight_for_all_changes_nothing(self) -> None:
        for found, plain in zip(self.areas(GROUPS, 3, np.full(ROWS, 3.0)), self.areas(GROUPS, 3), strict=True):
            close(found, plain)


def test_counts_and_sums_of_ones_are_the_same() -> None:
    codes = RANDOM.integers(0, 9, ROWS).astype(np.uint8)
    counts = joint_counts([codes], [9], GROUPS, 3)
    np.testing.assert_array_equal(joint_sums(np.ones(ROWS), [codes], [9], GROUPS, 3), counts)
