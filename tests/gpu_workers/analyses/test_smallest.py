"""Tables of no row, one row, nulls alone and constants go through all of it, and the order of rows changes nothing."""

import math

import numpy as np
import pytest

from gpu_workers.analyses import (
    Category,
    Table,
    absolute_error,
    attribution,
    auroc,
    category_feature,
    class_counts,
    coded,
    coded_scores,
    decision_tree_segments,
    find_slices,
    histogram,
    kmeans,
    moments,
    numeric_feature,
    paired_difference,
    performance,
    quantile_groups,
    quantiles,
    reliability,
    rmse,
)
from gpu_workers.analyses.edges import uniform_edges
from tests.gpu_workers.analyses.laws import Array

SMALL = {
    "no row": np.empty(0),
    "one row": np.array([2.5]),
    "one null": np.array([np.nan]),
    "nulls alone": np.full(40, np.nan),
    "infinities alone": np.array([np.inf, -np.inf] * 20),
    "a constant": np.full(40, -3.0),
}


def table_of(values: Array) -> Table:
    site = Category(np.zeros(len(values), np.int64), ("A",))
    columns = {"x": values, "site": site}
    return coded([numeric_feature("x", values), category_feature("site", {"A": len(values)})], columns)


@pytest.mark.parametrize("name", SMALL)
class TestSmall:
    def test_tables_are_counted_and_compared(self, name: str) -> None:
        values = SMALL[name]
        table = table_of(values)
        assert table.rows == len(values)
        groups = np.zeros(len(values), np.uint8)
        counted = table.count(groups, 2)
        assert counted.of("x")[0].sum() == counted.of("site")[0].sum() == len(values)
        for contrast in attribution(counted, [0], [1], permutations=50):
            assert math.isnan(contrast.p)
            assert all(math.isnan(value) for value in contrast.measures.values())

    def test_scores_and_segments(self, name: str) -> None:
        values = SMALL[name]
        error = absolute_error(values, values)
        assert len(error) == len(values)
        known = int(np.isfinite(values).sum())
        assert histogram(values, 5).counts.sum() == known
        assert len(quantiles(values, [0.5])) == 1
        found = kmeans(values, 3)
        assert found.sizes.sum() == known
        assert len(found.labels(values)) == len(values)
        held = performance(coded_scores([values, error]), np.zeros(len(values), np.uint8), 1)
        assert held.counts[0].sum() == len(values)
        assert held.known[0, 0] == known
        assert len(paired_difference(error, error)) == 1
        assert len(quantile_groups(values, 4)[0]) == len(values)

    def test_metrics_and_searches(self, name: str) -> None:
        values = SMALL[name]
        table = table_of(values)
        assert find_slices(table, values) == []
        segments = decision_tree_segments(table, values)
        assert len(segments.segments) == 1
        assert segments.segments[0].rows == np.isfinite(values).sum()
        assert math.isnan(auroc(values, values).estimate)
        assert class_counts(values, values, uniform_edges(0, 1, 3)).sum() == 0
        assert reliability(values, values).rows.sum() == 0
        error = rmse(moments(values, values, 0.0)).estimate
        assert error == 0 if np.isfinite(values).any() else math.isnan(error)


def test_the_order_of_rows_changes_nothing() -> None:
    random = np.random.default_rng(12)
    rows = 4000
    columns = {"x": random.normal(size=rows), "y": random.normal(size=rows)}
    error = np.abs(random.normal(size=rows)) + (columns["x"] > 0.7)
    groups = random.integers(0, 3, rows).astype(np.uint8)
    features = [numeric_feature(name, values) for name, values in columns.items()]
    order = random.permutation(rows)
    table = coded(features, columns)
    other = coded(features, {name: values[order] for name, values in columns.items()})
    assert np.array_equal(table.count(groups, 3).counts, other.count(groups[order], 3).counts)
    one, two = (
        performance(coded_scores([error]), groups, 3),
        performance(coded_scores([error[order]]), groups[order], 3),
    )
    assert np.array_equal(one.counts, two.counts)
    assert one.sums == pytest.approx(two.sums, rel=1e-12)
    segments, same = decision_tree_segments(table, error), decision_tree_segments(other, error[order])
    assert [part.predicate for part in segments.segments] == [part.predicate for part in same.segments]
    assert np.array_equal(segments.groups[order], same.groups)
    slices, again = find_slices(table, error), find_slices(other, error[order])
    assert [part.predicate for part in slices] == [part.predicate for part in again]
