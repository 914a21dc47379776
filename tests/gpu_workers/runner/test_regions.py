"""Regions on a map, beside SciPy's labelling."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from gpu_workers.connected import MOST_RUNS, Noise, labelled
from gpu_workers.runner.regions import reading_order, regions

MAPS = arrays.arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12)))


@given(MAPS)
@settings(max_examples=300)
def test_regions_are_those_of_scipy(above: np.ndarray) -> None:
    expected, count = ndimage.label(above, structure=np.ones((3, 3)))
    found = np.zeros(above.shape, int)
    for row, begin, end, region in labelled(above).tolist():
        found[row, begin:end] = region + 1
    pairs = set(zip(expected.ravel().tolist(), found.ravel().tolist(), strict=True))
    assert len(pairs) == count + (not above.all())
    assert len({one for one, _ in pairs}) == len({other for _, other in pairs}) == len(pairs)


def test_boxes_are_grown_and_read_in_order() -> None:
    scores = np.zeros((100, 200))
    scores[10:20, 120:180] = 0.9  # the first line's second word, a little higher
    scores[12:22, 20:80] = 0.8
    scores[60:70, 20:60] = 0.7
    scores[90:92, 5:9] = 0.9  # too low to be a line
    scores[30:40, 100:120] = 0.5  # not sure enough
    found = regions(scores, threshold=0.3, least=0.6, side=3, grow=1.6, most=10)
    distance = 60 * 10 * 1.6 / (2 * 70)
    np.testing.assert_allclose(found[0], [20 - distance, 12 - distance, 80 + distance, 22 + distance, 0.8])
    np.testing.assert_allclose(found[1], [120 - distance, 10 - distance, 180 + distance, 20 + distance, 0.9])
    assert len(found) == 3
    assert len(regions(scores, threshold=0.3, least=0.6, side=3, grow=1.6, most=1)) == 1
    assert regions(scores, threshold=0.95, least=0.6, side=3, grow=1.6, most=1).shape == (0, 5)


def test_a_map_of_noise_is_refused() -> None:
    noise = np.zeros((1000, 1000), bool)
    noise[:, ::2] = True
    assert MOST_RUNS < 500 * 1000
    with pytest.raises(Noise, match="falls into 500,000 pieces"):
        labelled(noise)


def test_reading_goes_line_by_line() -> None:
    boxes = np.array([[50, 0, 90, 10], [0, 30, 40, 40], [0, 2, 40, 12], [60, 28, 90, 38]], dtype=float)
    assert reading_order(boxes) == [2, 0, 1, 3]
