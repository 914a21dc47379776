"""What blurs a picture and what stretches a layer, at sizes that no published corruption has."""

import numpy as np
import pytest
from scipy import ndimage

from gpu_workers.explanations.filters import Beyond, blurred, stretched

VALUES = np.random.default_rng(4).random((23, 17, 3))
SCIPYS: dict[Beyond, str] = {"edge": "nearest", "reflect": "mirror", "symmetric": "reflect"}
"""What scipy calls it."""


@pytest.mark.parametrize("beyond", SCIPYS)
@pytest.mark.parametrize("sigma", [0.4, 0.7, 1.63, 9.0])
def test_a_blur_is_scipys(beyond: Beyond, sigma: float) -> None:
    """Sigmas whose cut is rounded up, rounded down, and wider than the picture."""
    expected = ndimage.gaussian_filter(VALUES, (sigma, sigma, 0), mode=SCIPYS[beyond], truncate=4)
    np.testing.assert_allclose(blurred(VALUES, sigma, beyond), expected, rtol=0, atol=1e-12)


def test_a_layer_is_stretched_between_the_centres_of_its_pixels() -> None:
    found = stretched(np.array([[0.0, 1.0], [0.0, 1.0]]), 2, 4)
    np.testing.assert_allclose(found, [[0, 0.25, 0.75, 1]] * 2, rtol=0, atol=1e-12)
