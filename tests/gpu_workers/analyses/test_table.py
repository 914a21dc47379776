"""A table's codes and counts: nulls, rare categories, parts; what sets groups apart; how models do in them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_workers.analyses import (
    Category,
    Table,
    attribution,
    category_feature,
    coded,
    coded_scores,
    numeric_feature,
    paired_difference,
    performance,
    quantiles,
)
from tests.gpu_workers.analyses.laws import Array, cuts, law

ROWS = 3000
RANDOM = np.random.default_rng(11)
GROUPS = RANDOM.integers(0, 3, ROWS).astype(np.uint8)
"""Group 2 is none: two groups are counted."""


def made() -> tuple[Table, dict[str, object]]:
    """A feature that is shifted in group 0, one whose nulls are, one of categories that is, and two that are not."""
    shifted = RANDOM.normal(size=ROWS) + (GROUPS == 0)
    holes = np.where(RANDOM.random(ROWS) < np.where(GROUPS == 0, 0.4, 0.05), np.nan, RANDOM.normal(size=ROWS))
    site = np.where((GROUPS == 0) & (RANDOM.random(ROWS) < 0.5), 2, RANDOM.integers(0, 4, ROWS))
    columns: dict[str, object] = {
        "shifted": shifted.astype(np.float32),
        "holes": holes,
        "site": Category(site, ("A", "B", "C", "D")),
        "noise": RANDOM.normal(size=ROWS),
        "side": Category(RANDOM.integers(0, 2, ROWS), ("left", "right")),
    }
    features = [numeric_feature(name, columns[name]) for name in ("shifted", "holes", "noise")]
    features += [category_feature("site", dict.fromkeys("ABCD", 1)), category_feature("side", {"left": 1, "right": 1})]
    return coded(features, columns), columns


TABLE, COLUMNS = made()


class TestTable:
    def test_counts_each_row_once(self) -> None:
        counted = TABLE.count(GROUPS, 2)
        for feature in TABLE.features:
            assert counted.of(feature.name).sum(1).tolist() == np.bincount(GROUPS)[:2].tolist()
        assert TABLE.count().of("holes")[0, -1] == np.isnan(COLUMNS["holes"]).sum()  # type: ignore[call-overload]

    @law
    @given(st.data())
    def test_parts_add_up(self, data: st.DataObject) -> None:
        parts = [TABLE.rows_at(part).count(GROUPS[part], 2) for part in cuts(data, ROWS)]
        total = parts[0]
        for part in parts[1:]:
            total += part
        assert np.array_equal(total.counts, TABLE.count(GROUPS, 2).counts)

    def test_group_numbers_of_any_type(self) -> None:
        wide = GROUPS.astype(np.int64)
        wide[wide == 2] = -1
        assert np.array_equal(TABLE.count(wide, 2).counts, TABLE.count(GROUPS, 2).counts)
        beyond = np.where(GROUPS == 2, 200, GROUPS).astype(np.uint8)
        assert np.array_equal(TABLE.count(beyond, 2).counts, TABLE.count(GROUPS, 2).counts)
        assert np.array_equal(TABLE.count(GROUPS, 300).counts[:2], TABLE.count(GROUPS, 2).counts)
        scores = coded_scores([np.arange(ROWS, dtype=np.float32)])
        assert np.array_equal(performance(scores, wide, 2).sums, performance(scores, GROUPS, 2).sums)

    def test_rare_categories_are_put_together(self) -> None:
        feature = category_feature("site", {"a": 5, "b": 9, "c": 1, "d": 1}, most=2)
        assert feature.categories == ("b", "a", "other")
        found = feature.codes(Category(np.array([0, 1, 2, 3, -1, 9]), ("d", "a", "b", "c")))
        assert found.tolist() == [2, 1, 0, 2, 3, 3]

    def test_a_part_may_number_its_categories_in_its_own_way(self) -> None:
        feature = category_feature("site", {"a": 5, "b": 9})
        assert feature.codes(Category(np.array([0, 1]), ("a", "b"))).tolist() == [1, 0]
        assert feature.codes(Category(np.array([0, 1]), ("b", "new"))).tolist() == [0, 2]

    def test_a_code_beyond_its_feature_is_refused(self) -> None:
        with pytest.raises(ValueError, match="beyond"):
            Table(TABLE.features[:1], (np.array([200], np.uint8),))
        with pytest.raises(KeyError):
            TABLE.count().of("nothing")


class TestAttribution:
    def test_the_guilty_come_first(self) -> None:
        found = attribution(TABLE.count(GROUPS, 2), [0], [1])
        names = [contrast.feature.name for contrast in found]
        assert set(names[:3]) == {"shifted", "holes", "site"}
        assert all(contrast.q < 0.01 for contrast in found[:3])
        assert all(contrast.p > 0.01 for contrast in found[3:])

    def test_says_which_way(self) -> None:
        by_name = {one.feature.name: one for one in attribution(TABLE.count(GROUPS, 2), [0], [1], permutations=0)}
        shifted = by_name["shifted"]
        assert shifted.shift > 0.5
        assert shifted.measures["wasserstein"] == pytest.approx(shifted.shift, rel=0.05)
        assert by_name["holes"].more == by_name["holes"].feature.width - 1
        assert by_name["site"].feature.categories[by_name["site"].more] == "C"
        assert math.isnan(by_name["site"].measures["wasserstein"])
        assert math.isnan(shifted.q)
        back = {one.feature.name: one for one in attribution(TABLE.count(GROUPS, 2), [1], [0], permutations=0)}
        assert back["shifted"].shift == pytest.approx(-shifted.shift)

    def test_ranks_by_what_is_asked_for_and_is_the_same_again(self) -> None:
        counted = TABLE.count(GROUPS, 2)
        for measure in ("wasserstein", "kl_corrected", "stability_index"):
            found = attribution(counted, [0], [1], measure, permutations=0)
            values = [one.measures[measure] for one in found]
            known = [value for value in values if not math.isnan(value)]
            assert known == sorted(known, reverse=True)
            assert all(math.isnan(value) for value in values[len(known) :])
        first, again = attribution(counted, [0], [1]), attribution(counted, [0], [1])
        assert [one.p for one in first] == [one.p for one in again]

    def test_of_an_empty_group_nothing_is_known(self) -> None:
        found = attribution(TABLE.count(GROUPS, 4), [0], [3])
        assert all(math.isnan(one.measures["jensen_shannon"]) and math.isnan(one.p) for one in found)

    def test_a_group_is_on_one_side_only(self) -> None:
        with pytest.raises(ValueError, match="one side"):
            attribution(TABLE.count(GROUPS, 2), [0], [0, 1])


class TestPerformance:
    SCORES = [RANDOM.gamma(2.0, size=ROWS).astype(np.float32), RANDOM.gamma(1.0, size=ROWS).astype(np.float32)]

    def scores(self) -> list[Array]:
        first = self.SCORES[0].copy()
        first[::10] = np.nan
        return [first, self.SCORES[1]]

    def test_is_that_of_the_rows(self) -> None:
        scores = self.scores()
        held = performance(coded_scores(scores), GROUPS, 2)
        width = held.edges[1] - held.edges[0]
        for model, score in enumerate(scores):
            for group in (0, 1):
                rows = score[group == GROUPS].astype(float)
                known = rows[~np.isnan(rows)]
                assert held.counts[model, group].sum() == len(rows)
                assert held.known[model, group] == len(known)
                assert held.mean(model, group).estimate == pytest.approx(known.mean())
                assert np.abs(held.quantiles()[model, group] - quantiles(known, [0.25, 0.5, 0.75])).max() < 3 * width
        joined, edges = held.histogram(32)
        assert joined.sum() == held.known.sum()
        assert len(edges) == 33

    @law
    @given(st.data())
    def test_parts_add_up(self, data: st.DataObject) -> None:
        scores = self.scores()
        whole = performance(coded_scores(scores), GROUPS, 2)
        parts = [
            performance(coded_scores([score[part] for score in scores], whole.edges), GROUPS[part], 2)
            for part in cuts(data, ROWS)
        ]
        total = parts[0]
        for part in parts[1:]:
            total += part
        assert np.array_equal(total.counts, whole.counts)
        assert np.array_equal(total.known, whole.known)
        assert total.sums == pytest.approx(whole.sums, rel=1e-12)
        assert total.squares == pytest.approx(whole.squares, rel=1e-12)

    def test_the_paired_difference_is_narrower_than_the_two_apart(self) -> None:
        shared = RANDOM.normal(size=ROWS)
        first, second = shared + 0.1 + RANDOM.normal(scale=0.1, size=ROWS), shared
        found = paired_difference(first, second, GROUPS, 2)
        assert len(found) == 2
        for group, interval in enumerate(found):
            assert interval.estimate == pytest.approx((first - second)[group == GROUPS].mean())
            assert 0.05 < interval.low < 0.1 < interval.high < 0.15

    def test_of_no_rows_or_nulls_alone(self) -> None:
        held = performance(coded_scores([np.full(3, np.nan)]))
        assert held.counts[0, 0, -1] == 3
        assert math.isnan(held.mean(0, 0).estimate)
        assert np.isnan(held.quantiles()).all()
        assert performance(coded_scores([np.empty(0)])).counts.sum() == 0
