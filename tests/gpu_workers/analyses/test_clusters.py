"""k-means: finds what is there, as scikit-learn does, and the same whatever the split of the rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import KMeans

from gpu_workers.analyses import kmeans, kmeans_of_parts
from tests.gpu_workers.analyses.laws import Array, columns, cuts, law


def blobs(rows: int = 4000, seed: int = 0) -> Array:
    random = np.random.default_rng(seed)
    which = random.integers(0, 4, rows)
    return (np.array([[0, 0], [3, 1], [6, 6], [9, 0]])[which] + random.normal(scale=0.4, size=(rows, 2))).astype("f4")


def inertia(points: Array, labels: Array, centres: Array) -> float:
    return float(((points.astype(float) - centres[labels]) ** 2).sum())


def test_separate_groups_are_found_in_ascending_order() -> None:
    found = kmeans(blobs(), 4)
    assert found.converged
    assert found.centres == pytest.approx(np.array([[0, 0], [3, 1], [9, 0], [6, 6]]), abs=0.1)
    assert found.sizes.sum() == 4000
    assert np.bincount(found.labels(blobs())).tolist() == found.sizes.tolist()


def test_is_as_good_as_scikit_learns() -> None:
    random = np.random.default_rng(3)
    points = random.gamma(1.5, size=(5000, 2)).astype(np.float32)
    found = kmeans(points, 4)
    theirs = KMeans(4, n_init=4, random_state=0).fit(points)
    assert inertia(points, found.labels(points), found.centres) < theirs.inertia_ * 1.02


def test_the_same_seed_finds_the_same() -> None:
    points = np.random.default_rng(1).random((3000, 2))
    first, again = kmeans(points, 5, seed=7), kmeans(points, 5, seed=7)
    assert np.array_equal(first.centres, again.centres)


@law
@given(st.data(), columns(least=1, most=50), st.integers(1, 4))
def test_any_split_finds_the_same(data: st.DataObject, values: Array, k: int) -> None:
    points = np.stack([values, np.abs(values)], 1)
    whole = kmeans(points, k)
    parts = kmeans_of_parts([points[part] for part in cuts(data, len(points))], len(points), k)
    assert parts.centres == pytest.approx(whole.centres, rel=1e-12, abs=1e-12)
    assert parts.sizes.tolist() == whole.sizes.tolist()


@law
@given(columns(most=50), st.integers(1, 4))
def test_each_row_is_in_its_nearest_segment_or_in_none(values: Array, k: int) -> None:
    found = kmeans(values, k)
    labels = found.labels(values)
    assert (labels == len(found.centres)).tolist() == (~np.isfinite(values)).tolist()
    assert len(found.centres) <= max(1, len(np.unique(values[np.isfinite(values)])))
    assert (np.diff(found.centres[:, 0]) >= 0).all()


def test_fewer_distinct_rows_than_segments() -> None:
    found = kmeans(np.array([1.0, 1, 2, 2, 2]), 4)
    assert found.centres.tolist() == [[1], [2]]
    assert kmeans(np.full(9, 3.0), 3).centres.tolist() == [[3]]


def test_nothing_but_nulls() -> None:
    found = kmeans(np.full(5, np.nan), 3)
    assert found.centres.shape == (0, 1)
    assert found.labels(np.full(5, np.nan)).tolist() == [0] * 5


def test_more_rows_than_the_sample_stop_when_the_centres_stay() -> None:
    points = blobs(150_000)
    found = kmeans(points, 4)
    assert found.converged
    assert found.passes <= 3
    assert found.sizes.sum() == len(points)


def test_wrong_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="1 to 255"):
        kmeans(np.zeros(3), 0)
    with pytest.raises(ValueError, match="3 rows, not 4"):
        kmeans_of_parts([np.zeros(3)], 4, 2)
