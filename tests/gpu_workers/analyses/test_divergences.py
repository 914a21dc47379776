"""How far two distributions are apart: beside scipy, Manifold's published vectors, and the laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial import distance

from gpu_workers.analyses import (
    jensen_shannon,
    kl_divergence,
    kolmogorov_smirnov,
    population_stability_index,
    wasserstein,
)
from tests.gpu_workers.analyses.laws import Array, law

DISTANCES = [jensen_shannon, population_stability_index, wasserstein, kolmogorov_smirnov]


@st.composite
def tables(draw: st.DrawFn) -> tuple[Array, Array]:
    """Two rows of counts over the same bins, with empty bins, each with a row at least."""
    bins = draw(st.integers(2, 12))
    counts = st.lists(st.integers(0, 40), min_size=bins, max_size=bins)
    p, q = np.array(draw(counts)), np.array(draw(counts))
    p[draw(st.integers(0, bins - 1))] += 1
    q[draw(st.integers(0, bins - 1))] += 1
    return p, q


class TestKullbackLeibler:
    def test_manifolds_vectors(self) -> None:
        """What its `computeDivergence` gives is the plain divergence; what its ranking does before that is a mode."""
        assert kl_divergence([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(0.4564348, abs=1e-7)
        assert kl_divergence([1, 2, 3, 4], [1, 2, 3, 3]) == pytest.approx(0.0097123, abs=1e-7)
        assert kl_divergence([70, 20, 10], [60, 25, 15], mode="manifold") == pytest.approx(0.098352, abs=1e-6)
        assert kl_divergence([70, 20, 10], [60, 25, 15]) == pytest.approx(0.0227, abs=1e-4)

    @law
    @given(tables())
    def test_is_scipys(self, pair: tuple[Array, Array]) -> None:
        p, q = pair
        assert kl_divergence(p, q) == pytest.approx(stats.entropy(p, q), abs=1e-12)
        assert kl_divergence(p, q, base=2) == pytest.approx(stats.entropy(p, q, base=2), abs=1e-12)

    def test_corrected_is_about_0_for_two_samples_of_one_distribution(self) -> None:
        random = np.random.default_rng(2)
        rates = random.dirichlet(np.full(30, 5.0))
        p, q = random.multinomial(2000, rates, 400), random.multinomial(900, rates, 400)
        plain = (kl_divergence(p + 0.5, q + 0.5)).mean()
        assert plain > 0.02
        assert abs(kl_divergence(p, q, mode="corrected").mean()) < 0.05 * plain

    def test_corrected_is_the_divergence_where_there_is_one(self) -> None:
        random = np.random.default_rng(2)
        p, q = random.dirichlet(np.full(30, 5.0), 2)
        drawn = kl_divergence(random.multinomial(4000, p, 300), random.multinomial(4000, q, 300), "corrected")
        assert drawn.mean() == pytest.approx(stats.entropy(p, q), rel=0.02)


class TestJensenShannon:
    @law
    @given(tables())
    def test_is_scipys_distance_squared(self, pair: tuple[Array, Array]) -> None:
        assert jensen_shannon(*pair) == pytest.approx(distance.jensenshannon(*pair) ** 2, abs=1e-12)

    @law
    @given(tables())
    def test_is_symmetric_and_at_most_one_bit(self, pair: tuple[Array, Array]) -> None:
        assert jensen_shannon(*pair) == pytest.approx(jensen_shannon(*pair[::-1]), abs=1e-12)
        assert 0 <= jensen_shannon(*pair, base=2) <= 1 + 1e-12

    def test_of_what_never_meets(self) -> None:
        assert jensen_shannon([1, 0], [0, 1]) == pytest.approx(math.log(2))


def test_stability_index_by_hand() -> None:
    expected = (0.7 - 0.6) * math.log(0.7 / 0.6) + (0.2 - 0.25) * math.log(0.2 / 0.25) + (0.1 - 0.15) * math.log(2 / 3)
    assert population_stability_index([70, 20, 10], [60, 25, 15]) == pytest.approx(expected)
    assert population_stability_index([1, 0], [0, 1]) == pytest.approx(2 * (1 - 1e-4) * math.log(1e4))


@law
@given(tables())
def test_wasserstein_is_scipys(pair: tuple[Array, Array]) -> None:
    p, q = pair
    places = np.cumsum(np.arange(len(p)) + 0.5)
    assert wasserstein(p, q, places) == pytest.approx(stats.wasserstein_distance(places, places, p, q), abs=1e-9)
    steps = np.arange(len(p))
    assert wasserstein(p, q) == pytest.approx(stats.wasserstein_distance(steps, steps, p, q), abs=1e-9)


@law
@given(tables())
def test_kolmogorov_smirnov_is_scipys_of_the_rows(pair: tuple[Array, Array]) -> None:
    p, q = pair
    steps = np.arange(len(p))
    with np.errstate(divide="ignore"):  # in its p-value, for few rows
        expected = stats.ks_2samp(np.repeat(steps, p), np.repeat(steps, q), method="asymp").statistic
    assert kolmogorov_smirnov(p, q) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("measure", [*DISTANCES, kl_divergence])
class TestAll:
    def test_are_0_between_equal_shares(self, measure: object) -> None:
        assert callable(measure)
        assert measure([1, 2, 3], [10, 20, 30]) == pytest.approx(0, abs=1e-12)

    def test_of_an_empty_group_are_not_known(self, measure: object) -> None:
        assert callable(measure)
        assert np.isnan(measure([0, 0], [1, 2]))
        assert np.isnan(measure([1, 2], [0, 0]))

    def test_take_many_pairs_at_once(self, measure: object) -> None:
        assert callable(measure)
        p, q = np.array([[1, 2, 3], [3, 1, 1]]), np.array([[2, 2, 2], [1, 1, 9]])
        assert measure(p, q) == pytest.approx([measure(p[0], q[0]), measure(p[1], q[1])])

    def test_refuse_a_count_below_0(self, measure: object) -> None:
        assert callable(measure)
        with pytest.raises(ValueError, match="not below 0"):
            measure([-1, 2], [1, 2])


@law
@given(tables(), st.integers(0, 999))
def test_bins_without_order_can_be_in_any(pair: tuple[Array, Array], seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(pair[0]))
    p, q = pair
    for measure in (jensen_shannon, population_stability_index):
        assert measure(p[order], q[order]) == pytest.approx(measure(p, q), abs=1e-12)
