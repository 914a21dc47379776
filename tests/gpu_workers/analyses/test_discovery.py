"""Segments and slices that nobody asked for: the planted ones are found, and are the rows that they say."""

import numpy as np
import pytest
from scipy import stats
from sklearn.tree import DecisionTreeRegressor

from gpu_workers.analyses import (
    Category,
    Table,
    category_feature,
    coded,
    decision_tree_segments,
    find_slices,
    numeric_feature,
    predicate,
)
from gpu_workers.analyses.lattice import Lattice, p_values
from gpu_workers.analyses.predicates import All, NoneOf, OneOf, Range
from gpu_workers.analyses.trees import described_by
from tests.gpu_workers.analyses.laws import Array

ROWS = 20_000


class Planted:
    """A table in which rows with x1 ≥ 1 at site C have greater errors, and those without x2 too."""

    def __init__(self, seed: int = 0) -> None:
        random = np.random.default_rng(seed)
        self.columns: dict[str, object] = {f"x{i}": random.normal(size=ROWS).astype(np.float32) for i in range(4)}
        holes = np.where(random.random(ROWS) < 0.08, np.nan, random.normal(size=ROWS))
        site = random.integers(0, 5, ROWS)
        self.columns |= {"x2": holes, "site": Category(site, ("A", "B", "C", "D", "E"))}
        x1 = np.asarray(self.columns["x1"])
        self.corner = (x1 >= 1) & (site == 2)
        self.missing = np.isnan(holes)
        self.error = np.abs(random.normal(scale=0.3, size=ROWS)) + self.corner * 1.2 + self.missing * 0.6
        features = [numeric_feature(f"x{i}", self.columns[f"x{i}"]) for i in range(4)]
        self.table: Table = coded([*features, category_feature("site", dict.fromkeys("ABCDE", 1))], self.columns)


@pytest.fixture(scope="module")
def planted() -> Planted:
    return Planted()


def share(found: Array, wanted: Array) -> float:
    """Rows in both over rows in either."""
    return float((found & wanted).sum() / (found | wanted).sum())


class TestSlices:
    def test_the_planted_ones_come_first(self, planted: Planted) -> None:
        first, second = find_slices(planted.table, planted.error)[:2]
        masks = [one.predicate.mask(planted.columns) for one in (first, second)]
        if masks[0].sum() > masks[1].sum():
            masks.reverse()
        assert share(masks[0], planted.corner) > 0.8
        assert share(masks[1], planted.missing) == 1
        assert max(first.q, second.q) < 1e-9

    def test_of_many_features_the_worst_alone_are_put_together(
        self, planted: Planted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for joined, are_found in ((3, True), (1, False)):
            monkeypatch.setattr("gpu_workers.analyses.lattice.JOINED", joined)
            masks = [one.predicate.mask(planted.columns) for one in find_slices(planted.table, planted.error)]
            assert any(share(mask, planted.corner) > 0.8 for mask in masks) is are_found

    def test_are_what_they_say(self, planted: Planted) -> None:
        for one in find_slices(planted.table, planted.error, conditions=3):
            rows = one.predicate.mask(planted.columns)
            inside, outside = planted.error[rows], planted.error[~rows]
            assert one.rows == rows.sum()
            assert one.support == pytest.approx(rows.mean())
            assert one.mean == pytest.approx(inside.mean())
            assert one.elsewhere == pytest.approx(outside.mean())
            assert one.effect.low < inside.mean() - outside.mean() < one.effect.high
            assert one.p <= one.q <= 1
            assert one.rows >= 0.01 * ROWS * 0.99
            assert predicate(one.predicate.as_data()) == one.predicate

    def test_the_score_is_slicelines(self, planted: Planted) -> None:
        one = find_slices(planted.table, planted.error, conditions=1, most=1)[0]
        mean = planted.error.mean()
        expected = 0.95 * (one.mean / mean - 1) - 0.05 * (ROWS / one.rows - 1)
        assert one.score == pytest.approx(expected, rel=1e-4)

    def test_none_are_sure_where_nothing_is(self) -> None:
        planted = Planted(3)
        error = np.abs(np.random.default_rng(2).normal(size=ROWS))
        assert all(one.q > 0.01 for one in find_slices(planted.table, error))

    def test_of_the_difference_of_two_models(self, planted: Planted) -> None:
        shared = np.random.default_rng(2).normal(size=ROWS)
        difference = 0.3 * shared + planted.corner * 1.0 - 0.1
        first = find_slices(planted.table, difference)[0]
        assert share(first.predicate.mask(planted.columns), planted.corner) > 0.8
        assert first.elsewhere < 0 < first.mean

    @pytest.mark.parametrize("shift", [0.0, 0.8])
    def test_no_part_of_a_slice_exceeds_its_bound(self, planted: Planted, shift: float) -> None:
        """For errors, and for differences of two models' errors, which may be below 0."""
        lattice = Lattice(planted.table.rows_at(slice(0, 4000)), planted.error[:4000] - shift, 40.0, 0.95, 8)
        level = lattice._within(())
        bounds = lattice._bound(level)
        for row in range(0, len(bounds), 3):
            (place,) = level.places[row]
            further = lattice._within((int(place),))
            assert (lattice._score(further.rows, further.errors) <= bounds[row] + 1e-9).all()
            of = np.array([condition.feature for condition in lattice.conditions])[further.places]
            assert (of[:, 0] != of[:, 1]).all()

    def test_the_p_value_is_welchs(self) -> None:
        random = np.random.default_rng(1)
        error, inside = random.gamma(2.0, size=900), np.arange(900) < 200
        error[inside] += 0.1
        sums = (np.array([error[inside].sum()]), np.array([(error[inside] ** 2).sum()]))
        p, deviation = p_values(np.array([200.0]), *sums, 900.0, error.sum(), (error**2).sum())
        welch = stats.ttest_ind(error[inside], error[~inside], equal_var=False)
        assert p[0] == pytest.approx(stats.norm.sf(welch.statistic))
        assert deviation[0] == pytest.approx((error[inside].mean() - error[~inside].mean()) / welch.statistic)

    def test_rows_without_an_error_are_left_out(self, planted: Planted) -> None:
        error = planted.error.copy()
        error[::3] = np.nan
        one = find_slices(planted.table, error)[0]
        assert one.rows == (one.predicate.mask(planted.columns) & ~np.isnan(error)).sum()

    def test_of_nothing_or_of_a_constant_there_are_none(self, planted: Planted) -> None:
        assert find_slices(planted.table, np.full(ROWS, np.nan)) == []
        assert find_slices(planted.table, np.zeros(ROWS)) == []
        assert find_slices(planted.table, np.ones(ROWS)) == []
        assert find_slices(planted.table.rows_at(slice(0, 1)), np.ones(1)) == []
        with pytest.raises(ValueError, match="one to three"):
            find_slices(planted.table, planted.error, conditions=4)


class TestTree:
    def test_the_worst_segment_is_a_planted_one(self, planted: Planted) -> None:
        found = decision_tree_segments(planted.table, planted.error, leaves=6)
        assert share(found.groups == len(found.segments) - 1, planted.corner) > 0.7
        assert found.segments[-1].mean > 1.2
        worst = found.segments[-1].predicate
        assert isinstance(worst, All)
        assert OneOf("site", ("C",)) in worst.parts

    def test_segments_are_the_rows_that_they_say(self, planted: Planted) -> None:
        found = decision_tree_segments(planted.table, planted.error)
        assert 1 < len(found.segments) <= 8
        means = [segment.mean for segment in found.segments]
        assert means == sorted(means)
        for number, segment in enumerate(found.segments):
            rows = segment.predicate.mask(planted.columns)
            assert np.array_equal(rows, found.groups == number)
            assert segment.rows == rows.sum() >= 0.01 * ROWS
            assert segment.mean == pytest.approx(planted.error[rows].mean(), rel=1e-5)

    def test_explains_as_much_as_scikit_learns(self, planted: Planted) -> None:
        """On the numbers alone, whose cuts differ only by the bins."""
        names = ["x0", "x1", "x3"]
        table = coded([feature for feature in planted.table.features if feature.name in names], planted.columns)
        matrix = np.stack([np.asarray(planted.columns[name]) for name in names], 1)
        score = np.asarray(planted.columns["x0"]) ** 2 + 2 * (np.asarray(planted.columns["x3"]) > 0.5)
        theirs = DecisionTreeRegressor(max_depth=3, min_samples_leaf=200, random_state=0).fit(matrix, score)
        found = decision_tree_segments(table, score, leaves=8, depth=3)
        assert found.explained == pytest.approx(theirs.score(matrix, score), abs=0.02)

    def test_nulls_go_to_the_side_that_they_suit_better(self) -> None:
        values = np.where(np.arange(1000) % 5 == 0, np.nan, np.random.default_rng(0).normal(size=1000))
        table = coded([numeric_feature("x", values)], {"x": values})
        for like_low in (True, False):
            score = np.where(np.isnan(values), like_low, values < values[1]) * 1.0
            found = decision_tree_segments(table, score, leaves=2)
            assert found.explained > 0.9
            null = {"x": np.array([np.nan])}
            assert [segment.predicate.mask(null)[0] for segment in found.segments] == [not like_low, like_low]

    def test_what_is_not_there_is_not_spoken_of(self) -> None:
        site = Category(np.arange(1000) % 4, ("A", "B", "C", "D", "E"))
        feature = category_feature("site", dict.fromkeys("ABCDE", 1))
        score = (site.codes != 0) * 1.0
        found = decision_tree_segments(coded([feature], {"site": site}), score, leaves=2)
        low, high = (segment.predicate for segment in found.segments)
        assert (low, high) == (All((OneOf("site", ("A",)),)), All((NoneOf("site", ("A",)),)))

    def test_the_outer_ranges_are_open(self) -> None:
        feature = numeric_feature("x", np.arange(100.0), count=4)
        codes = np.arange(feature.width)
        assert feature.edges is not None
        assert described_by(feature, codes < 2) == Range("x", None, float(feature.edges[2]))
        assert described_by(feature, (codes > 1) & (codes < 4)) == Range("x", float(feature.edges[2]), None)
        assert described_by(feature, codes < 4) == Range("x")
        assert described_by(feature, codes < 4, nulls=False) is None

    def test_rows_without_a_score_are_in_the_segment_of_their_columns(self, planted: Planted) -> None:
        error = planted.error.copy()
        error[::4] = np.nan
        found = decision_tree_segments(planted.table, error)
        for number, segment in enumerate(found.segments):
            rows = segment.predicate.mask(planted.columns)
            assert np.array_equal(rows, found.groups == number)
            assert segment.rows == (rows & ~np.isnan(error)).sum()

    def test_what_does_not_vary_is_one_segment(self, planted: Planted) -> None:
        for score in (np.ones(ROWS), np.full(ROWS, np.nan)):
            found = decision_tree_segments(planted.table, score)
            assert [segment.predicate for segment in found.segments] == [All(())]
            assert found.explained == 0
        noise = decision_tree_segments(planted.table, np.random.default_rng(1).normal(size=ROWS), least_gain=0.005)
        assert len(noise.segments) == 1
        with pytest.raises(ValueError, match="1 to 255"):
            decision_tree_segments(planted.table, planted.error, leaves=300)
