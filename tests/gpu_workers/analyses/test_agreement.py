"""The adjusted Rand index, beside scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from gpu_workers.analyses import adjusted_rand
from tests.gpu_workers.analyses.laws import law


@law
@given(st.integers(0, 60), st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_it_is_scikit_learns(rows: int, first: int, second: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    one, other = random.integers(0, first, rows), random.integers(0, second, rows)
    expected = adjusted_rand_score(one, other)
    assert adjusted_rand(one, other) == pytest.approx(expected)
    assert adjusted_rand(other, one) == pytest.approx(expected)


def test_the_numbers_of_the_segments_do_not_matter() -> None:
    assert adjusted_rand(np.array([0, 0, 1, 1, 2]), np.array([2, 2, 0, 0, 1], np.uint8)) == 1.0
    assert adjusted_rand(np.zeros(5, int), np.zeros(5, int)) == 1.0
