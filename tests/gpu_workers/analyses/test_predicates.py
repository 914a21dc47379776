"""Conditions on columns: half-open ranges, and and or, nulls, and the way to data and back."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_workers.analyses import Category, PredicateError, groups_of, predicate, quantile_groups, regrouped
from gpu_workers.protocol.debugger import DEEPEST, MOST_CONDITIONS
from tests.gpu_workers.analyses.laws import Array, columns, law

COLUMNS = {
    "age": np.array([10, 30, 40, np.nan, np.inf], np.float32),
    "site": Category(np.array([0, 1, 1, 2, 9]), ("A", "B", "C")),
}


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        ({"column": "age", "low": 30, "high": 40}, [1]),
        ({"column": "age", "low": 30}, [1, 2, 4]),
        ({"column": "age", "high": 40.0, "low": None}, [0, 1]),
        ({"column": "age"}, [0, 1, 2, 4]),
        ({"column": "age", "null": True}, [3]),
        ({"column": "age", "in": [10, 40]}, [0, 2]),
        ({"column": "site", "in": ["B", "C", "D"]}, [1, 2, 3]),
        ({"column": "site", "in": []}, []),
        ({"column": "site", "null": True}, [4]),
        ({"column": "site", "not_in": ["A", "C"]}, [1, 2]),
        ({"column": "age", "not_in": [10, 30]}, [2, 4]),
        ({"column": "age", "not_in": []}, [0, 1, 2, 4]),
        ({"all": []}, [0, 1, 2, 3, 4]),
        ({"any": []}, []),
        (
            {"all": [{"column": "age", "low": 30}, {"column": "site", "in": ["B"]}]},
            [1, 2],
        ),
        (
            {"all": [{"any": [{"column": "age", "high": 20}, {"column": "age", "null": True}]}, {"column": "age"}]},
            [0],
        ),
    ],
)
def test_means_these_rows(data: dict[str, Any], rows: list[int]) -> None:
    read = predicate(data)
    assert np.flatnonzero(read.mask(COLUMNS)).tolist() == rows
    assert predicate(read.as_data()) == read


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "age > 3",
        {},
        {"all": {}},
        {"all": "ab"},
        {"column": 3},
        {"column": "age", "low": "3"},
        {"column": "age", "low": True},
        {"column": "age", "low": float("nan")},
        {"column": "age", "over": 3},
        {"column": "age", "null": False},
        {"column": "age", "in": "AB"},
        {"column": "age", "in": [None]},
        {"column": "age", "not_in": [None]},
        {"all": [{"any": [{}]}]},
        {"all": [], "any": []},
    ],
)
def test_data_that_is_no_predicate_is_refused(data: Any) -> None:
    with pytest.raises(PredicateError):
        predicate(data)


def test_depth_and_number_are_bounded_as_the_protocol_says() -> None:
    deep: dict[str, Any] = {"column": "age"}
    for _ in range(DEEPEST):
        deep = {"all": [deep]}
    predicate(deep)
    with pytest.raises(PredicateError, match="nested"):
        predicate({"all": [deep]})
    predicate({"any": [{"column": "age"}] * (MOST_CONDITIONS - 1)})
    with pytest.raises(PredicateError, match="at most"):
        predicate({"any": [{"column": "age"}] * MOST_CONDITIONS})


def test_what_does_not_fit_the_columns_is_refused() -> None:
    with pytest.raises(PredicateError, match="no column “weight”"):
        predicate({"column": "weight"}).mask(COLUMNS)
    with pytest.raises(PredicateError, match="no ranges"):
        predicate({"column": "site", "low": 1}).mask(COLUMNS)
    with pytest.raises(PredicateError, match="holds numbers"):
        predicate({"column": "age", "in": ["A"]}).mask(COLUMNS)


@law
@given(columns(), st.lists(st.integers(-4, 4), max_size=4, unique=True))
def test_ranges_that_meet_share_no_row_and_lose_none(values: Array, cuts: list[int]) -> None:
    borders = [None, *sorted(cuts), None]
    ranges = [predicate({"column": "x", "low": borders[i], "high": borders[i + 1]}) for i in range(len(borders) - 1)]
    met = np.sum([one.mask({"x": values}) for one in ranges], 0)
    assert met.tolist() == (~np.isnan(values)).tolist()


class TestGroups:
    def test_a_row_is_in_the_first_group_that_it_meets(self) -> None:
        parts = [predicate({"column": "age", "low": 30}), predicate({"column": "age", "low": 0})]
        assert groups_of(parts, COLUMNS).tolist() == [1, 0, 0, 2, 0]

    @law
    @given(columns(), st.integers(1, 6))
    def test_of_quantiles_are_half_open_and_leave_nulls_out(self, values: Array, parts: int) -> None:
        groups, edges = quantile_groups(values, parts)
        count = max(len(edges) - 1, 0)
        for value, group in zip(values.astype(float).tolist(), groups.tolist(), strict=True):
            if np.isnan(value):
                assert group in (count, max(count, 1))
            elif count:
                assert edges[group] <= value
                assert value < edges[group + 1] or group == count - 1

    def test_of_quantiles_are_about_equal(self) -> None:
        groups, edges = quantile_groups(np.random.default_rng(0).normal(size=1000), 4)
        assert np.bincount(groups).tolist() == [250] * 4
        assert len(edges) == 5

    def test_can_be_joined(self) -> None:
        assert regrouped(np.array([0, 1, 2, 3], np.uint8), [0, 0, 1, 2], 2).tolist() == [0, 0, 1, 2]
