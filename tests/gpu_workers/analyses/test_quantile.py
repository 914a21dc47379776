"""Quantiles of values, as NumPy's; of counts, within a bin's width of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_workers.analyses import quantiles, quantiles_of_counts
from gpu_workers.analyses.quantile import mean_of_counts
from tests.gpu_workers.analyses.laws import Array, columns, law

AT = [0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1]


def test_manifolds_vector() -> None:
    assert quantiles([1, 2, 3, 4], AT[1:-1]) == pytest.approx([1.03, 1.3, 1.75, 2.5, 3.25, 3.7, 3.97])


@law
@given(columns(least=1, nulls=False), st.integers(0, 999))
def test_are_numpys_in_any_order_of_the_rows(values: Array, seed: int) -> None:
    shuffled = np.random.default_rng(seed).permutation(values)
    expected = np.quantile(values.astype(float), AT)
    assert quantiles(shuffled, AT) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_nulls_are_left_out_and_infinities_are_values() -> None:
    assert quantiles([np.nan, 2, 1], [0.5]).tolist() == [1.5]
    assert quantiles([np.inf, np.inf, 1], [0, 0.5, 1]).tolist() == [1, np.inf, np.inf]
    assert np.isnan(quantiles([np.nan], AT)).all()
    assert np.isnan(quantiles([], AT)).all()


@law
@given(columns(least=1, most=300, nulls=False))
def test_of_counts_are_within_a_bin_of_those_of_the_rows(values: Array) -> None:
    edges = np.linspace(float(values.min()) - 0.5, float(values.max()) + 0.5, 65)
    counts = np.histogram(values.astype(float), edges)[0]
    # Between two rows the one takes a line from row to row, the other through the bins: ranks at rows are compared.
    ordered = np.sort(values.astype(float))
    at = (np.arange(len(values)) + 0.5) / len(values)
    assert np.abs(quantiles_of_counts(counts, edges, at) - ordered).max() <= (edges[1] - edges[0]) * 1.0001
    assert mean_of_counts(counts, edges) == pytest.approx(values.astype(float).mean(), abs=edges[1] - edges[0])


def test_of_counts_takes_many_rows_of_counts_at_once() -> None:
    found = quantiles_of_counts([[[0, 4, 0], [0, 0, 0]]], np.array([0.0, 1, 2, 3]), [0.0, 0.5, 1.0])
    assert found.shape == (1, 2, 3)
    assert found[0, 0].tolist() == [1, 1.5, 2]
    assert np.isnan(found[0, 1]).all()


def test_a_fraction_outside_0_to_1_is_refused() -> None:
    with pytest.raises(ValueError, match="fraction"):
        quantiles([1], [1.5])
