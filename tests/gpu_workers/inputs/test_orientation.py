"""The eight orientations of EXIF 2.32 (4.6.4 A), in every format that can carry one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from gpu_workers.inputs.decode import decode

from .cases import ramp, saved
from .writers import read_ours, tiff

Pixels = npt.NDArray[np.uint8]

UPRIGHT = ramp(255, 24, 16).astype(np.uint8)  # whole blocks of JPEG, and no symmetry

# How a camera that writes this number has stored the upright picture: where row 0 and column 0 of the file lie.
STORED: dict[int, Callable[[Pixels], Pixels]] = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],  # row 0 top, column 0 right
    3: lambda upright: upright[::-1, ::-1],  # bottom, right
    4: lambda upright: upright[::-1, :],  # bottom, left
    5: lambda upright: upright.T,  # row 0 left, column 0 top
    6: lambda upright: upright[:, ::-1].T,  # right, top
    7: lambda upright: upright[::-1, ::-1].T,  # right, bottom
    8: lambda upright: upright[::-1, :].T,  # left, bottom
}


def _file(kind: str, stored: Pixels, orientation: int) -> bytes:
    if kind == "TIFF":
        return tiff(stored, photometric=1, orientation=orientation)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, dict[str, Any]] = {"PNG": {}, "JPEG": {"quality": 100}, "WEBP": {"lossless": True}}
    image = Image.fromarray(stored)
    return saved(image.convert("RGB") if kind == "WEBP" else image, kind, exif=exif, **options[kind])


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_comes_out_upright(kind: str, orientation: int) -> None:
    stored = np.ascontiguousarray(STORED[orientation](UPRIGHT))
    pixels = read_ours(decode(_file(kind, stored, orientation), "L").data)
    np.testing.assert_allclose(pixels.astype(int), UPRIGHT, rtol=0, atol=2 if kind == "JPEG" else 0)


def test_the_stored_forms_are_eight_different_ones() -> None:
    assert len({turn(UPRIGHT).tobytes() + bytes(turn(UPRIGHT).shape) for turn in STORED.values()}) == 8


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_a_number_without_meaning_turns_nothing(orientation: int) -> None:
    assert (read_ours(decode(_file("PNG", UPRIGHT, orientation), "L").data) == UPRIGHT).all()
