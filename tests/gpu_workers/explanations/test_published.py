"""What glass, shaking, snow, spatter and bending do to a picture, against the authors' own code.

`published.json` holds the means of its 4 × 4 parts, colour by colour, at each severity, as `imagecorruptions` made them
with the random numbers that ours draw; with --long it is run, and every value differs by one level at most.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpu_workers.explanations.corruptions import corrupted
from infra.dev.ground import ROOT
from tests.venvs import python_with

from .published import SEED
from .test_corruptions import PICTURE, SMOOTH

FIGURES = Path(__file__).parent / "published.json"
STORED: dict[str, list[Any]] = json.loads(FIGURES.read_text())
PARTS = 4


def parts(pixels: Any) -> Any:
    """(PARTS, PARTS, 3): their means."""
    height, width = (side // PARTS for side in pixels.shape[:2])
    return pixels.reshape(PARTS, height, PARTS, width, 3).mean((1, 3))


def ours(change: str, severity: int) -> Any:
    return np.asarray(corrupted(PICTURE, change, severity, SEED)).astype(np.int64)


@pytest.mark.parametrize("change", STORED)
@pytest.mark.parametrize("severity", [1, 2, 3, 4, 5])
def test_its_parts_are_as_bright(change: str, severity: int) -> None:
    """To a tenth of a level; a part has 3,136 values a colour, of which the odd one is cut off one level lower."""
    found = parts(ours(change, severity))
    np.testing.assert_allclose(found, STORED[change][severity - 1], rtol=0, atol=0.1)
    assert np.abs(found - parts(SMOOTH)).max() > 0.5


@pytest.mark.long
def test_every_value_is_that_of_the_published_code(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if not request.config.getoption("--long"):
        pytest.skip("installs OpenCV and scikit-image: only with --long")
    np.save(tmp_path / "picture.npy", SMOOTH)
    script = ROOT / "tests/gpu_workers/explanations/published.py"
    made = tmp_path / "made.npy"
    subprocess.run([python_with("peers"), script, tmp_path / "picture.npy", made, *STORED], check=True)
    for change, severities in zip(STORED, np.load(made).astype(np.int64), strict=True):
        for severity, theirs in enumerate(severities, start=1):
            assert np.abs(ours(change, severity) - theirs).max() <= 1, (change, severity)
            np.testing.assert_allclose(parts(theirs), STORED[change][severity - 1], rtol=0, atol=0.01)


def test_a_larger_picture_looks_the_same() -> None:
    """Snow and spatter are made at one scale and laid over; glass takes squares of pixels."""
    large = PICTURE.resize((448, 448))
    for change in ("snow", "spatter", "glass_blur"):
        found = np.asarray(corrupted(large, change, 4, SEED)).astype(np.float64)
        np.testing.assert_allclose(parts(found), parts(ours(change, 4)), rtol=0, atol=4)
