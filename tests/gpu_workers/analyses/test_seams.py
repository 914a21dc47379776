"""The NumPy twins of what the two libraries do not share, against a loop over the rows.

`python -m tests.gpu` compares their CuPy twins with them on a host that has a GPU.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_workers.analyses.blocks import BLOCK
from gpu_workers.analyses.seams import group_sums, joint_counts, joint_sums, nearest
from tests.gpu_workers.analyses.laws import Array, cuts, law

WIDTHS = [3, 70, 300]


def drawn(rows: int, groups: int, seed: int) -> tuple[list[Array], Array, Array]:
    random = np.random.default_rng(seed)
    codes = [random.integers(0, width, rows).astype(np.uint8 if width < 256 else np.uint16) for width in WIDTHS]
    kind = random.choice([np.uint8, np.uint16])  # type: ignore[arg-type]
    return codes, random.integers(0, groups + 1, rows).astype(kind), random.normal(size=rows).astype(np.float32)


def by_loop(codes: list[Array], groups: Array, group_count: int, weights: Array) -> Array:
    table = np.zeros((group_count, sum(WIDTHS)))
    for row, group in enumerate(groups.tolist()):
        if group < group_count:
            start = 0
            for column, width in zip(codes, WIDTHS, strict=True):
                table[group, start + int(column[row])] += float(weights[row])
                start += width
    return table


@law
@given(st.integers(0, 80), st.integers(1, 5), st.integers(0, 10_000))
def test_counts_and_sums_are_those_of_a_loop(rows: int, group_count: int, seed: int) -> None:
    codes, groups, values = drawn(rows, group_count, seed)
    counts = joint_counts(codes, WIDTHS, groups, group_count)
    assert counts.dtype == np.int64
    assert np.array_equal(counts, by_loop(codes, groups, group_count, np.ones(rows)))
    sums = joint_sums(values, codes, WIDTHS, groups, group_count)
    assert sums == pytest.approx(by_loop(codes, groups, group_count, values), rel=1e-12, abs=1e-12)
    without = joint_sums(values, codes, WIDTHS)
    assert without == pytest.approx(by_loop(codes, np.zeros(rows, int), 1, values), rel=1e-12, abs=1e-12)


@law
@given(st.data(), st.integers(0, 80), st.integers(0, 10_000))
def test_parts_add_up_to_the_whole(data: st.DataObject, rows: int, seed: int) -> None:
    codes, groups, values = drawn(rows, 4, seed)
    parts = cuts(data, rows)
    counts = [joint_counts([column[part] for column in codes], WIDTHS, groups[part], 4) for part in parts]
    assert np.array_equal(np.sum(counts, 0), joint_counts(codes, WIDTHS, groups, 4))
    sums = [group_sums([values[part], values[part] * 2], groups[part], 4) for part in parts]
    whole = group_sums([values, values * 2], groups, 4)
    by_hand = [values[groups == group].sum(dtype=float) for group in range(4)]
    assert whole == pytest.approx(np.array([by_hand, np.multiply(by_hand, 2)]), rel=1e-12, abs=1e-12)
    assert np.sum(sums, 0) == pytest.approx(whole, rel=1e-12, abs=1e-12 * (1 + float(np.abs(values).sum())))


def test_more_rows_than_a_block_and_more_cells_than_two_bytes_number() -> None:
    rows = 2 * BLOCK + 17
    random = np.random.default_rng(1)
    codes, groups = random.integers(0, 40_000, rows).astype(np.uint16), random.integers(0, 4, rows).astype(np.uint8)
    expected = np.zeros((3, 40_000))
    inside = groups < 3
    np.add.at(expected, (groups[inside], codes[inside]), 1)
    assert np.array_equal(joint_counts([codes], [40_000], groups, 3), expected)
    assert np.array_equal(joint_counts([codes], [40_000])[0], np.bincount(codes, minlength=40_000))


@law
@given(st.integers(0, 60), st.integers(1, 4), st.integers(1, 6), st.integers(0, 10_000))
def test_nearest_is_the_first_of_the_least_distances(rows: int, columns: int, centres: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    points = random.integers(-3, 4, (columns, rows)).astype(np.float32)
    places = random.integers(-3, 4, (centres, columns)).astype(float)
    distances = ((points.T[:, None, :] - places[None]) ** 2).sum(2)
    assert np.array_equal(nearest(list(points), places), distances.argmin(1))


def test_a_row_with_no_number_is_nearest_to_none() -> None:
    points = [np.array([0, np.nan, np.inf, 1], np.float32), np.zeros(4, np.float32)]
    assert nearest(points, np.array([[0.0, 0.0], [1.0, 0.0]])).tolist() == [0, 2, 2, 1]


def test_nearest_of_many_rows_is_that_of_few() -> None:
    points = [np.random.default_rng(0).normal(size=200_003).astype(np.float32)]
    places = np.array([[-1.0], [0.0], [1.0]])
    whole = nearest(points, places)
    assert np.array_equal(whole[-500:], nearest([points[0][-500:]], places))
    assert np.array_equal(whole[:500], nearest([points[0][:500]], places))
