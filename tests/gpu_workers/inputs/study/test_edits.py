"""Edits of a study, against plain arithmetic on its values: at full depth, on the frames that are meant."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from msgspec.structs import replace

from gpu_workers.inputs.study.edits import edited
from gpu_workers.inputs.study.maker import render
from gpu_workers.protocol.edits import Crop, Edit, Flip, Occlude, Rotate, Window
from gpu_workers.protocol.study import Reader, Study
from tests import studies

Frames = npt.NDArray[Any]
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def noise(frames: int = 3, rows: int = 40, columns: int = 56) -> Frames:
    return np.random.default_rng(11).integers(-200, 3000, (frames, rows, columns)).astype(np.int16)


def rendered(data: bytes, *edits: Edit) -> tuple[Frames, Study]:
    made, study = edited(Reader(data), edits)
    dtype, depth = ("u1", (3,)) if study.photometric == "RGB" else ("<i2", ())
    shape = (study.rows, study.columns, *depth)
    return np.stack([np.frombuffer(frame, dtype).reshape(shape) for frame in Reader(made).frames()]), study


def test_a_cover_is_the_smallest_value_on_the_frames_that_are_meant() -> None:
    volume = noise()
    box = Occlude(x=0.25, y=0.5, w=0.5, h=0.25)
    for edit, meant in [
        (box, [0, 1, 2]),
        (replace(box, frame=1), [1]),
        (replace(box, frames=(1, 2)), [1, 2]),
    ]:
        found, _ = rendered(studies.study(volume), edit)
        expected = volume.copy()
        expected[meant, 20:30, 14:42] = volume.min()
        assert np.array_equal(found, expected)


def test_frames_that_nothing_touches_are_taken_over_as_they_lie() -> None:
    data = studies.study(noise())
    made, _ = edited(Reader(data), [Occlude(x=0, y=0, w=0.5, h=0.5, frame=2)])
    before, after = Reader(data), Reader(made)
    assert [after.packed(index) == before.packed(index) for index in range(3)] == [True, True, False]


def test_the_mean_is_each_frames_own() -> None:
    volume = noise()
    found, _ = rendered(studies.study(volume), Occlude(x=0, y=0, w=0.5, h=1, fill="mean"))
    for frame, original in zip(found, volume, strict=True):
        assert np.all(frame[:, :28] == np.floor(original.mean() + 0.5))
        assert np.array_equal(frame[:, 28:], original[:, 28:])


def test_a_blur_is_the_gaussian_of_full_depth() -> None:
    """Small enough not to be reduced: within rounding. Edges are repeated."""
    volume = noise(1, 64, 64)
    found, _ = rendered(studies.study(volume), Occlude(x=0, y=0, w=1, h=1, fill="blur"))
    sigma = 64 / 32
    taps = np.arange(-8, 9)
    weights = np.exp(-0.5 * (taps / sigma) ** 2)
    weights /= weights.sum()
    padded = np.pad(volume[0].astype(float), 8, mode="edge")
    rows = sum(weight * padded[shift : shift + 64] for shift, weight in enumerate(weights))
    expected = sum(weight * rows[:, shift : shift + 64] for shift, weight in enumerate(weights))
    assert np.abs(found[0] - expected).max() <= 0.51


def test_crops_flips_and_quarter_turns_move_whole_pixels() -> None:
    volume = noise()
    found, study = rendered(studies.study(volume), Crop(x=0.25, y=0.25, w=0.5, h=0.5), Flip(axis="x"), Flip(axis="y"))
    assert np.array_equal(found, volume[:, 10:30, 14:42][:, ::-1, ::-1])
    assert (study.rows, study.columns) == (20, 28)
    square = noise(2, 32, 32)
    turned, _ = rendered(studies.study(square), Rotate(degrees=90))
    assert np.array_equal(turned, np.rot90(square, -1, (1, 2)))


def test_a_turn_between_is_bilinear_with_the_smallest_value_beyond() -> None:
    volume = noise(1, 33, 33)
    found, _ = rendered(studies.study(volume), Rotate(degrees=30))
    angle, middle, dark = np.radians(30), 16.5, float(volume.min())
    y, x = np.mgrid[0:33, 0:33] + 0.5 - middle
    # where a rendered pixel's centre comes from, counted from the first pixel's centre
    u = np.cos(angle) * x + np.sin(angle) * y + middle - 0.5
    v = -np.sin(angle) * x + np.cos(angle) * y + middle - 0.5
    inside = (u >= 1) & (u <= 31) & (v >= 1) & (v <= 31)
    i, j = np.clip(np.floor(v), 0, 31).astype(int), np.clip(np.floor(u), 0, 31).astype(int)
    plane, a, b = volume[0].astype(float), u - j, v - i
    expected = (
        plane[i, j] * (1 - a) * (1 - b) + plane[i, j + 1] * a * (1 - b) + plane[i + 1, j] * (1 - a) * b
    ) + plane[i + 1, j + 1] * a * b
    assert np.abs(found[0] - expected)[inside].max() <= 0.51
    assert found[0][0, 0] == dark


def test_what_lies_beyond_the_window_becomes_its_ends() -> None:
    volume = noise()
    found, study = rendered(studies.study(volume), Window(center=9, width=9), Window(center=100, width=400))
    assert np.array_equal(found, np.clip(volume, -100 + 1024, 300 + 1024))
    assert (study.windows[0].center, study.windows[0].width, study.windows[1].name) == (100, 400, "window 1")
    assert study.values == (-100, 300)


def test_rescales_of_each_frame_are_minded() -> None:
    volume = noise(2)
    data = studies.study(volume, rescales=((1.0, -1024.0), (-2.0, 50.0)))
    found, _ = rendered(data, Window(center=0, width=200))
    assert np.array_equal(found[0], np.clip(volume[0], 924, 1124))
    assert np.array_equal(found[1], np.clip(volume[1], -25, 75))


def test_spacing_and_sides_follow_the_turn() -> None:
    data = studies.study(noise(2, 32, 32), orientation=AXIAL)
    _, turned = rendered(data, Rotate(degrees=90))
    assert turned.spacing_mm == (0.5, 0.7)
    assert turned.orientation == (0, -1, 0, 1, 0, 0)  # along a row to the front, along a column to the left
    _, mirrored = rendered(data, Flip(axis="x"))
    assert (mirrored.spacing_mm, mirrored.orientation) == ((0.7, 0.5), (-1, 0, 0, 0, 1, 0))


def test_a_film_in_colour() -> None:
    volume = np.random.default_rng(2).integers(0, 256, (2, 20, 30, 3)).astype(np.uint8)
    found, study = rendered(
        studies.study(volume), Occlude(x=0.5, y=0, w=0.5, h=1, frame=0), Flip(axis="y"), Window(center=5, width=2)
    )
    expected = volume.copy()
    expected[0, :, 15:] = 0
    assert np.array_equal(found, expected[:, ::-1])
    assert study.windows == ()


def test_the_same_list_gives_the_same_bytes() -> None:
    data = studies.study(noise())
    edits = (Rotate(degrees=12.5), Occlude(shape="ellipse", x=0.1, y=0.1, w=0.5, h=0.5, fill="blur"))
    assert render(data, edits).sha256 == render(data, edits).sha256
    untouched = render(data, ())
    assert render(untouched.data, ()) == untouched


@pytest.mark.parametrize("frames", [(2, 1)])
def test_frames_in_the_wrong_order(frames: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="first and last"):
        Occlude(x=0, y=0, w=1, h=1, frames=frames)
