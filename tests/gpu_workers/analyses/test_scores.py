"""Scores of single rows, beside scikit-learn's and what is written down by hand."""

import numpy as np
import pytest
from sklearn import metrics

from gpu_workers.analyses import (
    absolute_error,
    brier_score,
    entropy,
    log_loss,
    margin,
    predicted_class,
    signed_error,
    squared_error,
    zero_one,
)

RANDOM = np.random.default_rng(5)
ROWS = 500
TARGET = RANDOM.normal(size=ROWS)
PREDICTION = TARGET + RANDOM.normal(size=ROWS)
BINARY = RANDOM.integers(0, 2, ROWS)
CHANCE = RANDOM.random(ROWS)
CLASSES = RANDOM.integers(0, 3, ROWS)
CHANCES = RANDOM.dirichlet([1, 1, 1], ROWS)


class TestRegression:
    def test_means_are_those_of_scikit_learn(self) -> None:
        assert absolute_error(TARGET, PREDICTION).mean(dtype=float) == pytest.approx(
            metrics.mean_absolute_error(TARGET, PREDICTION), rel=1e-6
        )
        assert squared_error(TARGET, PREDICTION).mean(dtype=float) == pytest.approx(
            metrics.mean_squared_error(TARGET, PREDICTION), rel=1e-6
        )

    def test_the_sign_says_that_the_model_said_too_much(self) -> None:
        assert signed_error([1, 2], [3, 1]).tolist() == [2, -1]

    def test_manifolds_own_vector(self) -> None:
        assert absolute_error([1, 2, 3], [5, 4, 3]).tolist() == [4, 2, 0]

    def test_are_stored_as_float32_and_computed_in_the_inputs_type(self) -> None:
        found = squared_error([1e8 + 1.0], [1e8 + 2.0])
        assert found.dtype == np.float32
        assert found.tolist() == [1]

    def test_a_null_stays_null(self) -> None:
        assert np.isnan(absolute_error([np.nan, 1, None], [1, np.nan, 1])).all()

    def test_no_rows(self) -> None:
        assert absolute_error([], []).shape == (0,)

    def test_columns_of_different_lengths_are_refused(self) -> None:
        with pytest.raises(ValueError, match="different numbers of rows"):
            absolute_error([1, 2], [1])

    def test_many_rows_are_those_of_few(self) -> None:
        """Above a hundred thousand rows the blocks are spread over the cores."""
        many = np.random.default_rng(0).normal(size=300_001).astype(np.float32)
        assert np.array_equal(absolute_error(many, many[::-1]), np.abs(many[::-1] - many))


class TestClassification:
    def test_log_loss_is_that_of_scikit_learn(self) -> None:
        found = log_loss(BINARY, CHANCE).mean(dtype=float)
        assert found == pytest.approx(metrics.log_loss(BINARY, CHANCE), rel=1e-6)
        found = log_loss(CLASSES, CHANCES).mean(dtype=float)
        assert found == pytest.approx(metrics.log_loss(CLASSES, CHANCES), rel=1e-6)

    def test_log_loss_is_manifolds(self) -> None:
        """Its published vector: probabilities by class, of the classes "false" and "true"."""
        found = log_loss([1, 0, 1], np.array([[0.1, 0.1, 0.5], [0.9, 0.9, 0.5]]).T)
        assert found == pytest.approx([0.1054, 2.3026, 0.6931], abs=1e-4)

    def test_a_certain_error_has_a_finite_loss(self) -> None:
        assert log_loss([1, 0], [0.0, 1.0]) == pytest.approx([34.5388, 34.5388], rel=1e-5)
        assert log_loss([1, 0], [1.0, 0.0]).tolist() == [0, 0]

    def test_brier_is_that_of_scikit_learn(self) -> None:
        found = brier_score(BINARY, CHANCE).mean(dtype=float)
        assert found == pytest.approx(metrics.brier_score_loss(BINARY, CHANCE), rel=1e-6)

    def test_brier_of_two_classes_is_twice_the_binary_one(self) -> None:
        both = brier_score(BINARY, np.stack([1 - CHANCE, CHANCE], 1))
        assert both == pytest.approx(2 * brier_score(BINARY, CHANCE), abs=1e-6)

    def test_brier_of_many_classes_by_hand(self) -> None:
        assert brier_score([2], [[0.2, 0.3, 0.5]]) == pytest.approx([0.04 + 0.09 + 0.25])

    def test_zero_one_is_the_rate_of_wrong_decisions(self) -> None:
        wrong = zero_one(CLASSES, predicted_class(CHANCES))
        assert 1 - wrong.mean() == pytest.approx(metrics.accuracy_score(CLASSES, CHANCES.argmax(1)))
        assert predicted_class([0.2, 0.5, np.nan]).tolist()[:2] == [0, 1]
        assert np.isnan(predicted_class([np.nan])).all()
        assert np.isnan(predicted_class([[np.nan, 1.0]])).all()

    def test_margin_is_below_0_where_the_decision_is_wrong(self) -> None:
        assert margin([2, 0], [[0.2, 0.3, 0.5], [0.2, 0.3, 0.5]]) == pytest.approx([0.2, -0.3])
        assert margin([1, 0], [0.8, 0.8]) == pytest.approx([0.6, -0.6])

    def test_entropy_in_nats(self) -> None:
        assert entropy([0.5, 0.0, 1.0]) == pytest.approx([np.log(2), 0, 0])
        assert entropy([[0.25] * 4, [1, 0, 0, 0]]) == pytest.approx([np.log(4), 0])

    @pytest.mark.parametrize("score", [log_loss, brier_score, margin])
    def test_a_class_that_does_not_exist_is_a_null(self, score: object) -> None:
        assert callable(score)
        assert np.isnan(score([2, -1, np.nan, 0.5], [0.5] * 4)).all()
        assert np.isnan(score([2, -1, np.nan, 0.5], [[0.5, 0.5]] * 4)).all()
