"""Thumbnails keep the proportions, never enlarge, and never lose a side."""

import numpy as np
import pytest

from gpu_workers.inputs.decode import decode
from gpu_workers.inputs.thumbnail import thumbnail

from .cases import ramp
from .writers import COLOUR, GREY, png, read_ours


@pytest.mark.parametrize(
    ("width", "height", "side", "expected"),
    [
        (400, 200, 160, (160, 80)),
        (200, 401, 160, (80, 160)),
        (100, 50, 160, (100, 50)),
        (8000, 1, 160, (160, 1)),
        (1, 1, 16, (1, 1)),
        (1024, 1024, 1024, (1024, 1024)),
    ],
)
def test_size(width: int, height: int, side: int, expected: tuple[int, int]) -> None:
    original = decode(png(ramp(255, height, width), GREY), "L")
    small = thumbnail(original.data, side)
    assert (small.facts["width"], small.facts["height"]) == expected
    assert read_ours(small.data).shape == (small.facts["height"], small.facts["width"])


def test_shows_the_same_picture() -> None:
    colour = np.zeros((400, 600, 3), np.int64)
    colour[:, 300:] = (255, 128, 7)
    small = read_ours(thumbnail(decode(png(colour, COLOUR), "RGB").data, 60).data)
    assert small.shape == (40, 60, 3)
    assert (small[:, :27] == 0).all()
    assert (small[:, 33:] == (255, 128, 7)).all()
