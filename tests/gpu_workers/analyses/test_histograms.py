"""Bins and categories: which value lies where, beside NumPy, and Manifold's published vectors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_workers.analyses import category_counts, histogram
from gpu_workers.analyses.edges import code_type, codes, finite_range, quantile_edges, uniform_edges
from tests.gpu_workers.analyses.laws import Array, columns, cuts, law


class TestHistogram:
    def test_manifolds_vectors(self) -> None:
        assert histogram([0, 1, 2, 3, 4, 5], 3).counts.tolist() == [2, 2, 2]
        counts, edges = histogram([0, 1, 2, 3, 4, 5], 5)
        assert counts.tolist() == [1, 1, 1, 1, 2]
        assert edges.tolist() == [0, 1, 2, 3, 4, 5]
        assert histogram([0, 1, 1, 2, 3, 3], [0, 1, 2, 3, 4, 5]).counts.tolist() == [1, 2, 1, 2, 0]

    @law
    @given(columns(least=1), st.integers(1, 20))
    def test_is_numpys_of_the_finite_values(self, values: Array, bins: int) -> None:
        counts, edges = histogram(values, bins)
        finite = values[np.isfinite(values)].astype(float)
        assert counts.tolist() == np.histogram(finite, edges)[0].tolist()
        assert counts.sum() == len(finite)

    def test_a_float32_value_meets_its_edge_as_in_float64(self) -> None:
        """0.1 as float32 is greater than 0.1, 0.7 as float32 is less than 0.7."""
        values = np.array([0.1, 0.7], np.float32)
        assert histogram(values, [0, 0.1, 0.7, 1]).counts.tolist() == [0, 2, 0]

    def test_what_lies_outside_given_edges_is_in_no_bin(self) -> None:
        assert histogram([-1, 0, 1, 2, np.nan, np.inf], [0, 0.5, 1]).counts.tolist() == [1, 1]

    def test_constant_and_empty_columns(self) -> None:
        assert histogram([3, 3, 3], 2).edges.tolist() == [2.5, 3, 3.5]
        assert histogram([3, 3, 3], 2).counts.tolist() == [0, 3]
        assert histogram([], 2).counts.tolist() == [0, 0]
        assert histogram([np.nan, None], 2).counts.tolist() == [0, 0]

    def test_edges_that_do_not_ascend_are_refused(self) -> None:
        for edges in ([1], [1, 1], [2, 1], [0, np.nan]):
            with pytest.raises(ValueError, match="edges"):
                histogram([1], edges)

    @law
    @given(st.data(), columns())
    def test_parts_add_up(self, data: st.DataObject, values: Array) -> None:
        whole = histogram(values, 7)
        parts = [histogram(values[part], whole.edges).counts for part in cuts(data, len(values))]
        assert sum(parts).tolist() == whole.counts.tolist()  # type: ignore[union-attr]


class TestCategoryCounts:
    def test_manifolds_vector(self) -> None:
        letters = np.array([0, 1, 1, 2, 3, 3])
        assert category_counts(letters, 4).tolist() == [1, 2, 1, 2, 0]

    def test_what_is_no_category_is_a_null(self) -> None:
        assert category_counts([0, -1, 5, 1, np.nan, 2], 2).tolist() == [1, 1, 4]

    def test_by_group(self) -> None:
        counted = category_counts([0, 1, 1, 0], 2, groups=np.array([0, 0, 1, 2], np.uint8), group_count=2)
        assert counted.tolist() == [[1, 1, 0], [0, 1, 0]]


class TestCodes:
    @law
    @given(columns(), st.integers(1, 300))
    def test_each_value_is_between_its_edges(self, values: Array, bins: int) -> None:
        edges = uniform_edges(*finite_range(values), bins)
        found = codes(values, edges)
        assert found.dtype == code_type(len(edges))
        for value, code in zip(values.astype(float), found.tolist(), strict=True):
            if np.isnan(value):
                assert code == len(edges) - 1
            else:
                assert code == 0 or edges[code] <= value
                assert code == len(edges) - 2 or value < edges[code + 1]

    @pytest.mark.parametrize("kind", [np.float32, np.float64])
    @pytest.mark.parametrize("name", ["unit", "wide", "far", "narrow", "tiny", "crowded", "even"])
    def test_are_those_that_a_search_finds(self, name: str, kind: type) -> None:
        """On the edges and beside them too, whether the bin is reached by steps or searched for."""
        random = np.random.default_rng(0)
        edges = {
            "unit": uniform_edges(0, 1, 1023),
            "wide": uniform_edges(-3, 5, 3),
            "far": uniform_edges(1e5, 1e5 + 1, 1023),
            "narrow": uniform_edges(1e16, 1e16 + 64, 1023),
            "tiny": uniform_edges(0, 1e-30, 7),
            "crowded": quantile_edges(np.exp(4 * random.normal(size=9000)), 63),
            "even": quantile_edges(random.normal(size=9000), 63),
        }[name]
        beside = [np.nextafter(edges, away) for away in (-np.inf, np.inf)]
        between = random.uniform(edges[0], edges[-1], 5000)
        values: Array = np.concatenate((edges, *beside, between, [-np.inf, np.inf, -1e30, 1e30])).astype(kind)
        expected = np.clip(np.searchsorted(edges, values.astype(float), side="right") - 1, 0, len(edges) - 2)
        assert np.array_equal(codes(values, edges), expected)

    @law
    @given(columns(most=400, nulls=False), st.integers(1, 40))
    def test_quantile_bins_hold_about_equally_many(self, values: Array, bins: int) -> None:
        edges = quantile_edges(values, bins)
        assert 1 < len(edges) <= bins + 1
        assert (np.diff(edges) > 0).all()
        if len(np.unique(values)) == len(values) > bins:
            counts = np.bincount(codes(values, edges), minlength=len(edges) - 1)
            assert counts.max() <= 2 * (len(values) / bins + 1)

    def test_a_value_that_fills_a_bin_has_one_of_its_own(self) -> None:
        assert quantile_edges([0, 1] * 50, 10).tolist() == [0, 1, 2]
        assert quantile_edges(np.arange(600) % 6, 63).tolist() == [0, 1, 2, 3, 4, 5, 6]
        random = np.random.default_rng(0)
        often_none = np.concatenate((np.zeros(530), random.exponential(size=470)))
        edges = quantile_edges(often_none, 20)
        assert (codes(often_none, edges) == 0).sum() == 530
        assert len(edges) <= 21
        most_at_the_top = np.minimum(random.normal(size=1000), 0.5)
        edges = quantile_edges(most_at_the_top, 20)
        assert (codes(most_at_the_top, edges) == len(edges) - 2).sum() == (most_at_the_top == 0.5).sum()

    def test_a_range_too_narrow_for_its_bins_has_fewer(self) -> None:
        edges = uniform_edges(1e16, 1e16 + 4, 100)
        assert (np.diff(edges) > 0).all()
        assert edges[0] == 1e16

    def test_more_codes_than_two_bytes_hold_are_refused(self) -> None:
        with pytest.raises(ValueError, match="65,536"):
            code_type(65_537)
        with pytest.raises(ValueError, match="at least one bin"):
            uniform_edges(0, 1, 0)
