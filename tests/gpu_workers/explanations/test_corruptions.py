"""The changes of a stress test against the published formulae, written down a second time with SciPy."""

import colorsys
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from gpu_workers.explanations import corruptions
from gpu_workers.explanations.corruptions import corrupted
from gpu_workers.protocol.explanations import CHANGES

Array = np.ndarray[Any, Any]
RANDOM = np.random.default_rng(9)
SMOOTH = np.asarray(
    Image.fromarray(RANDOM.integers(0, 256, (14, 14, 3), dtype=np.uint8)).resize((224, 224), Image.Resampling.BICUBIC)
)
PICTURE = Image.fromarray(SMOOTH)
X = SMOOTH / 255


def after(change: str, severity: int, image: Image.Image = PICTURE) -> Array:
    return np.asarray(corrupted(image, change, severity, seed=1)).astype(np.float64)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_size_and_mode_stay_and_a_seed_gives_the_same(change: str, mode: str) -> None:
    image = PICTURE.convert(mode).resize((50, 31))
    once = corrupted(image, change, 3, seed=5)
    assert (once.mode, once.size) == (mode, (50, 31))
    assert once.tobytes() == corrupted(image, change, 3, seed=5).tobytes()


@pytest.mark.parametrize("change", [name for name, (_, family) in CHANGES.items() if family in ("noise", "blur")])
def test_a_higher_severity_changes_more(change: str) -> None:
    far = [np.abs(after(change, severity) - SMOOTH).mean() for severity in (1, 3, 5)]
    assert far == sorted(far)
    assert far[0] > 0


@pytest.mark.parametrize("severity", [1, 2, 3, 4, 5])
def test_noise_has_the_published_moments(severity: int) -> None:
    """On a middle grey, where hardly any value is cut off: deviations within 2 %, means within half a level."""
    at, grey = severity - 1, Image.fromarray(np.full((224, 224), 128, np.uint8))
    middle = 128 / 255
    shot = (60, 25, 12, 5, 3)[at]
    impulse = (0.03, 0.06, 0.09, 0.17, 0.27)[at]
    if severity <= 3:
        sigma = (0.08, 0.12, 0.18)[at]
        assert after("gaussian_noise", severity, grey).std() == pytest.approx(255 * sigma, rel=0.02)
        sigma = (0.15, 0.2, 0.35)[at] * middle
        assert after("speckle_noise", severity, grey).std() == pytest.approx(255 * sigma, rel=0.02)
    if severity <= 2:
        assert after("shot_noise", severity, grey).std() == pytest.approx(255 * np.sqrt(middle / shot), rel=0.02)
    changed = after("impulse_noise", severity, grey)
    assert np.isin(changed, (0, 128, 255)).all()
    assert (changed != 128).mean() == pytest.approx(impulse, rel=0.05)
    assert (changed == 255).sum() / (changed != 128).sum() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("severity", [1, 2, 3, 4, 5])
def test_what_is_not_random_is_the_formula(severity: int) -> None:
    """To one level: the published code cuts values off, and does not round them."""
    at = severity - 1
    contrast = (0.4, 0.3, 0.2, 0.1, 0.05)[at]
    means = X.mean((0, 1), keepdims=True)
    close(after("contrast", severity), np.clip((X - means) * contrast + means, 0, 1))
    raised = (0.1, 0.2, 0.3, 0.4, 0.5)[at]
    close(after("brightness", severity), in_hsv(lambda h, s, v: (h, s, min(max(v + raised, 0), 1))))
    factor, more = ((0.3, 0), (0.1, 0), (2, 0), (5, 0.1), (20, 0.2))[at]
    close(after("saturate", severity), in_hsv(lambda h, s, v: (h, min(max(s * factor + more, 0), 1), v)))
    sigma = (1, 2, 3, 4, 6)[at]
    blurred = ndimage.gaussian_filter(X, (sigma, sigma, 0), mode="nearest", truncate=4)
    close(after("gaussian_blur", severity), blurred)
    radius, softness = ((3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5))[at]
    kernel = disk(radius, softness)
    defocused = np.stack([ndimage.convolve(X[..., c], kernel, mode="mirror") for c in range(3)], -1)
    close(after("defocus_blur", severity), np.clip(defocused, 0, 1))
    side = int(224 * (0.6, 0.5, 0.4, 0.3, 0.25)[at])
    small = PICTURE.resize((side, side), Image.Resampling.BOX).resize((224, 224), Image.Resampling.BOX)
    np.testing.assert_array_equal(after("pixelate", severity), np.asarray(small))
    written = BytesIO()
    PICTURE.save(written, "JPEG", quality=(25, 18, 15, 10, 7)[at])
    np.testing.assert_array_equal(after("jpeg_compression", severity), np.asarray(Image.open(written)))


def close(found: Array, expected: Array) -> None:
    np.testing.assert_allclose(found, expected * 255, rtol=0, atol=1 + 1e-6)


def in_hsv(change: Any) -> Array:
    """By the standard library, on a part of the picture; the rest as it was found."""
    part = np.array([colorsys.hsv_to_rgb(*change(*colorsys.rgb_to_hsv(*pixel))) for pixel in X.reshape(-1, 3)])
    return part.reshape(X.shape)


def disk(radius: int, softness: float) -> Array:
    """The published kernel: a disk softened by a truncated Gaussian of 3 or 5 places."""
    reach = max(8, radius)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    kernel = (x**2 + y**2 <= radius**2).astype(np.float64)
    kernel /= kernel.sum()
    places = np.arange(3 if radius <= 8 else 5)
    soft = np.exp(-((places - places.mean()) ** 2) / (2 * softness**2))
    soft /= soft.sum()
    softened: Array = ndimage.convolve1d(ndimage.convolve1d(kernel, soft, 0, mode="constant"), soft, 1, mode="constant")
    return softened


@pytest.mark.parametrize("severity", [1, 5])
def test_a_zoom_is_the_mean_of_enlargements(severity: int) -> None:
    """Against SciPy's interpolation of the same places; the published code cuts to whole pixels first, which moves the
    enlargements by less than one."""
    most, step = {1: (1.11, 0.01), 5: (1.31, 0.03)}[severity]
    factors = np.arange(1, most, step)
    total = X.copy()
    for factor in factors:
        places = (224 - 1) / 2 + (np.arange(224) - (224 - 1) / 2) / factor
        grid = np.meshgrid(places, places, indexing="ij")
        total += np.stack([ndimage.map_coordinates(X[..., c], grid, order=1) for c in range(3)], -1)
    close(after("zoom_blur", severity), total / (len(factors) + 1))


def test_fog_is_a_cloud_in_its_bounds() -> None:
    """x becomes (x + depth · cloud) · most / (most + depth), and the cloud reaches from 0 to 1."""
    depth, most = 1.5, X.max()
    cloud = (after("fog", 1) / 255) * (most + depth) / most - X
    spread = cloud / depth
    assert spread.min() > -0.02
    assert spread.max() < 1.02
    np.testing.assert_allclose(spread[..., 0], spread[..., 1], atol=0.03)
    field = corruptions.plasma(64, 2.0, np.random.default_rng(1))
    assert (field.min(), field.max()) == (0, 1)
    beside = np.abs(np.diff(field, axis=0)).mean()
    assert beside < 0.25 * np.abs(field - np.roll(field, 32, 0)).mean()  # a cloud, no noise


def test_shifts_and_turns_leave_black_behind() -> None:
    moved = after("shift_right", 5)
    by = round(0.2 * 224)
    assert (moved[:, :by] == 0).all()
    np.testing.assert_array_equal(moved[:, by:], SMOOTH[:, :-by])
    assert (after("turn_left", 5)[0, 0] == 0).all()
    np.testing.assert_allclose(after("darker", 3), np.floor(255 * (SMOOTH / 255) ** 2 + 0.5), atol=1)
