"""One affine map for crop, rotate and flip: its laws, its numbers, and the way back for marks."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

from gpu_workers.inputs.edits import apply
from gpu_workers.protocol.edits import Crop, Edit, Flip, Rotate
from gpu_workers.protocol.geometry import Geometry, geometry

Pixels = npt.NDArray[np.uint8]


def rendered(pixels: Pixels, edits: Sequence[Edit]) -> Pixels:
    return np.asarray(apply(Image.fromarray(pixels), edits))


def soft(height: int, width: int, seed: int = 1, channels: int = 0) -> Pixels:
    """Random but smooth, using the full range."""
    shape = (height, width, channels) if channels else (height, width)
    noise = np.random.default_rng(seed).normal(size=shape)
    values = ndimage.gaussian_filter(noise, (2.5, 2.5, 0)[: len(shape)])
    full: Pixels = ((values - values.min()) / np.ptp(values) * 255).astype(np.uint8)
    return full


@st.composite
def crops(draw: st.DrawFn) -> Crop:
    w, h = draw(st.floats(0.05, 1)), draw(st.floats(0.05, 1))
    return Crop(x=draw(st.floats(0, 1 - w)), y=draw(st.floats(0, 1 - h)), w=w, h=h)


flips = st.builds(Flip, axis=st.sampled_from(("x", "y")))
quarters = st.builds(Rotate, degrees=st.sampled_from((-360.0, -270.0, -180.0, -90.0, 0.0, 90.0, 180.0, 270.0, 360.0)))
rotations = st.builds(Rotate, degrees=st.floats(-360, 360))
sizes = st.tuples(st.integers(1, 40), st.integers(1, 40))
anything = st.lists(st.one_of(crops(), flips, quarters, rotations), max_size=6)


@given(size=sizes, edits=st.lists(st.one_of(crops(), flips, quarters), max_size=6))
def test_crops_flips_and_quarter_turns_move_whole_pixels(size: tuple[int, int], edits: list[Edit]) -> None:
    """Every rendered pixel is one of the original's, found at the place that the inverse names, or black."""
    height, width = size
    pixels = (np.arange(height * width) % 251 + 1).astype(np.uint8).reshape(size)
    got, placed = rendered(pixels, edits), geometry(edits, width, height)
    assert placed.exact
    assert got.shape == (placed.height, placed.width)
    y, x = np.mgrid[0 : placed.height, 0 : placed.width] + 0.5
    source = np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
    columns, rows = np.floor(_back(placed) @ source).astype(int)
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    expected = np.where(inside, pixels[rows.clip(0, height - 1), columns.clip(0, width - 1)], 0).reshape(got.shape)
    assert ((got == expected) | (got == 0)).all()
    if not placed.kept:
        assert (got == expected).all()


@given(size=sizes, channels=st.sampled_from((0, 3)), turns=st.sampled_from((-1, 1)))
def test_four_quarter_turns_are_none(size: tuple[int, int], channels: int, turns: int) -> None:
    pixels = soft(*size, channels=channels) if min(size) > 1 else np.full(size, 7, np.uint8)
    assert (rendered(pixels, [Rotate(degrees=90.0 * turns)] * 4) == pixels).all()
    assert (rendered(pixels, [Rotate(degrees=180.0)] * 2) == pixels).all()


@given(size=sizes, axis=st.sampled_from(("x", "y")))
def test_two_flips_are_none(size: tuple[int, int], axis: str) -> None:
    pixels = np.arange(size[0] * size[1], dtype=np.uint8).reshape(size)
    assert (rendered(pixels, [Flip(axis=axis)] * 2) == pixels).all()  # type: ignore[arg-type]


def test_each_edit_does_what_its_name_says() -> None:
    square, wide = soft(20, 20), soft(20, 30)
    assert (rendered(square, [Rotate(degrees=90)]) == np.rot90(square, -1)).all()  # clockwise
    assert (rendered(square, [Rotate(degrees=-90)]) == np.rot90(square)).all()
    assert (rendered(wide, [Flip(axis="x")]) == wide[:, ::-1]).all()
    assert (rendered(wide, [Flip(axis="y")]) == wide[::-1]).all()
    assert (rendered(wide, [Crop(x=0.1, y=0.25, w=0.5, h=0.5)]) == wide[5:15, 3:18]).all()


def test_a_quarter_turn_keeps_the_frame_and_leaves_the_rest_black() -> None:
    wide = soft(20, 30) // 2 + 100
    got = rendered(wide, [Rotate(degrees=90)])
    assert got.shape == (20, 30)
    assert (got[:, :5] == 0).all()
    assert (got[:, 25:] == 0).all()
    assert (got[:, 5:25] == np.rot90(wide, -1)[5:25]).all()


def test_a_crop_counts_in_the_frame_that_is_there() -> None:
    pixels = soft(40, 40)
    twice = rendered(pixels, [Crop(x=0.5, y=0, w=0.5, h=1), Crop(x=0.5, y=0.5, w=0.5, h=0.5)])
    assert (twice == pixels[20:, 30:]).all()
    turned = rendered(pixels, [Rotate(degrees=90), Crop(x=0, y=0, w=0.5, h=0.25)])
    assert (turned == np.rot90(pixels, -1)[:10, :20]).all()


def test_the_smallest_crop_is_one_pixel() -> None:
    pixels = soft(10, 10)
    assert (rendered(pixels, [Crop(x=0.999, y=0.999, w=0.001, h=0.001)]) == pixels[9:, 9:]).all()


def test_what_a_crop_cut_away_stays_away() -> None:
    pixels = np.full((60, 60), 200, np.uint8)
    pixels[:15] = 255  # a burned-in word, cut away by the crop
    got = rendered(pixels, [Crop(x=0, y=0.25, w=1, h=0.75), Rotate(degrees=45), Flip(axis="x")])
    assert got.max() == 200
    assert got[0, 0] == 0
    shown_without_a_turn = rendered(pixels, [Crop(x=0, y=0.25, w=1, h=0.75)])
    assert (shown_without_a_turn == 200).all()


@pytest.mark.parametrize("channels", [0, 3])
@pytest.mark.parametrize(
    "edits",
    [
        [Rotate(degrees=17)],
        [Rotate(degrees=-133.7), Flip(axis="x")],
        [Flip(axis="y"), Rotate(degrees=45), Crop(x=0.2, y=0.3, w=0.5, h=0.4), Rotate(degrees=0.5)],
        [Rotate(degrees=30), Rotate(degrees=15), Rotate(degrees=-44)],
    ],
)
def test_resampling_agrees_with_scipy_within_one_level(edits: list[Edit], channels: int) -> None:
    """Where all four neighbours lie in the picture: linear interpolation, cut to whole levels."""
    pixels = soft(97, 121, channels=channels)
    placed = geometry(edits, 121, 97)
    got = rendered(pixels, edits).astype(float)
    planes = np.moveaxis(np.atleast_3d(pixels), -1, 0)
    for plane, shown in zip(planes, np.moveaxis(np.atleast_3d(got), -1, 0), strict=True):
        inside = _by_scipy(np.ones_like(plane, float), placed) > 0.999
        for corners in placed.kept:
            inside &= _well_within(np.array(corners), placed)
        difference = (shown - _by_scipy(plane.astype(float), placed))[inside]
        assert inside.mean() > 0.3
        assert np.abs(difference).max() <= 1.001


def _back(placed: Geometry) -> npt.NDArray[np.float64]:
    """2 × 3"""
    return np.reshape(placed.inverse, (2, 3))


def _by_scipy(plane: npt.NDArray[np.float64], placed: Geometry) -> npt.NDArray[np.float64]:
    """scipy counts (row, column) from the first pixel's centre; the matrix (x, y) from its corner."""
    inverse = _back(placed)
    linear = inverse[:, :2][::-1, ::-1]
    offset = (inverse[:, :2] @ (0.5, 0.5) + inverse[:, 2] - 0.5)[::-1]
    shape = (placed.height, placed.width)
    moved: npt.NDArray[np.float64] = ndimage.affine_transform(plane, linear, offset, output_shape=shape, order=1)
    return moved


def _well_within(corners: npt.NDArray[np.float64], placed: Geometry) -> npt.NDArray[np.bool_]:
    """Rendered pixels whose source lies more than a pixel and a half inside a convex quadrilateral."""
    y, x = np.mgrid[0 : placed.height, 0 : placed.width] + 0.5
    source = np.einsum("ij,jyx->yxi", _back(placed), np.stack([x, y, np.ones_like(x)]))
    deep = np.ones(x.shape, np.bool_)
    turn = 0.0
    for here, there in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = (there - here) / np.linalg.norm(there - here)
        side = along[0] * (source[..., 1] - here[1]) - along[1] * (source[..., 0] - here[0])
        turn = turn or float(np.sign(np.median(side)))
        deep &= side * turn > 1.5
    return deep


@given(edits=anything, size=st.tuples(st.integers(8, 400), st.integers(8, 400)))
def test_marks_find_their_way_back(edits: list[Edit], size: tuple[int, int]) -> None:
    placed = geometry(edits, *size)
    points = np.random.default_rng(3).random((20, 2))
    np.testing.assert_allclose(placed.to_rendered(placed.to_original(points)), points, rtol=0, atol=1e-6)


def test_a_mark_lies_where_the_pixel_went() -> None:
    pixels = np.zeros((100, 150), np.uint8)
    pixels[30:33, 100:103] = 255
    edits: list[Edit] = [Crop(x=0.2, y=0.1, w=0.8, h=0.8), Rotate(degrees=30), Flip(axis="x")]
    got = rendered(pixels, edits)
    y, x = ndimage.center_of_mass(got.astype(float))
    seen = np.array([((x + 0.5) / got.shape[1], (y + 0.5) / got.shape[0])])
    back = np.multiply(geometry(edits, 150, 100).to_original(seen)[0], (150, 100))
    np.testing.assert_allclose(back, (101.5, 31.5), rtol=0, atol=0.2)


@settings(max_examples=40)
@given(edits=anything)
def test_the_same_list_shows_the_same_region_at_double_resolution(edits: list[Edit]) -> None:
    """A picture doubled pixel by pixel, rendered and halved again, within what a shift by one pixel changes."""
    small = ndimage.gaussian_filter(soft(64, 48).astype(float), 3).astype(np.uint8)
    large = np.kron(small, np.ones((2, 2), np.uint8))
    a, b = geometry(edits, 48, 64), geometry(edits, 96, 128)
    assert abs(b.width - 2 * a.width) <= 2 * (1 + len(edits))
    assert abs(b.height - 2 * a.height) <= 2 * (1 + len(edits))
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float64)
    moved = np.subtract(a.to_original(corners), b.to_original(corners)) * (48, 64)
    assert np.abs(moved).max() <= 2 * (1 + len(edits))
    if not any(isinstance(edit, Crop) for edit in edits):
        whole, fine = rendered(small, edits).astype(float), rendered(large, edits).astype(float)
        halved = fine.reshape(64, 2, 48, 2).mean(axis=(1, 3))
        # Along the border of the turned picture the two differ by up to a pixel of black.
        assert np.median(np.abs(whole - halved)) <= 6
