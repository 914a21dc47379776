"""Painting, geometry, then tone: what each paints, in which order, always the same bytes."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

from gpu_workers.inputs.decode import decode
from gpu_workers.inputs.edits import apply, render
from gpu_workers.protocol.edits import Adjust, Crop, Edit, Flip, Occlude, Point, Rotate

from .cases import ramp, saved
from .test_geometry import Pixels, anything, rendered, soft
from .writers import COLOUR, png, read_ours

fractions = st.floats(0, 1)


@st.composite
def occlusions(draw: st.DrawFn) -> Occlude:
    fill = draw(st.sampled_from(("black", "mean", "blur")))
    if draw(st.booleans()):
        points = draw(st.lists(st.tuples(fractions, fractions), min_size=3, max_size=8))
        return Occlude(shape="polygon", points=tuple(points), fill=fill)  # type: ignore[arg-type]
    w, h = draw(st.floats(0.01, 1)), draw(st.floats(0.01, 1))
    x, y = draw(st.floats(0, 1 - w)), draw(st.floats(0, 1 - h))
    return Occlude(shape=draw(st.sampled_from(("box", "ellipse"))), x=x, y=y, w=w, h=h, fill=fill)  # type: ignore[arg-type]


adjusts = st.builds(
    Adjust, brightness=st.floats(-1, 1), contrast=st.floats(0, 4), gamma=st.floats(0.1, 10), input=st.just("")
)
lists = st.tuples(st.lists(occlusions(), max_size=3), anything, st.lists(adjusts, max_size=2)).flatmap(
    lambda parts: st.permutations([*parts[0], *parts[1], *parts[2]])
)


@settings(max_examples=60)
@given(edits=lists, colour=st.booleans())
def test_the_same_list_on_the_same_bytes_gives_the_same_bytes(edits: list[Edit], colour: bool) -> None:
    original = decode(saved(Image.fromarray(soft(37, 53, channels=3)), "PNG"), "RGB" if colour else "L")
    first, second = render(original.data, edits), render(original.data, edits)
    assert first == second
    assert read_ours(first.data).shape[:2] == (first.facts["height"], first.facts["width"])
    assert read_ours(first.data).ndim == read_ours(original.data).ndim


def test_no_edit_gives_the_original_bytes() -> None:
    original = decode(png(np.dstack([ramp(255)] * 3), COLOUR), "RGB")
    assert render(original.data, []) == original
    for nothing in (Rotate(degrees=0), Rotate(degrees=360), Crop(x=0, y=0, w=1, h=1), Adjust()):
        assert render(original.data, [nothing]) == original


@settings(max_examples=30)
@given(edits=lists)
def test_only_the_order_within_a_kind_matters(edits: list[Edit]) -> None:
    """Painting lies in the original's frame and tone comes last, wherever they stand in the list."""
    rank: dict[object, int] = {Occlude: 0, Crop: 1, Rotate: 1, Flip: 1, Adjust: 2}
    image = Image.fromarray(soft(30, 40))
    assert apply(image, edits) == apply(image, sorted(edits, key=lambda edit: rank[type(edit)]))


@pytest.mark.parametrize("channels", [0, 3])
def test_a_box_covers_its_pixels_and_no_other(channels: int) -> None:
    pixels = soft(40, 80, channels=channels) // 2 + 60
    edit = Occlude(x=0.25, y=0.5, w=0.5, h=0.25)
    expected = pixels.copy()
    expected[20:30, 20:60] = 0
    assert (rendered(pixels, [edit]) == expected).all()


def test_mean_is_the_originals_mean_whatever_was_painted_before() -> None:
    pixels = soft(40, 80, channels=3)
    edits = [Occlude(x=0, y=0, w=1, h=0.5), Occlude(x=0.5, y=0.5, w=0.5, h=0.5, fill="mean")]
    got = rendered(pixels, edits)
    np.testing.assert_allclose(got[30, 60], pixels.mean(axis=(0, 1)), rtol=0, atol=0.501)
    assert (got[:20] == 0).all()


def test_later_paint_covers_earlier_paint() -> None:
    pixels = soft(40, 40) // 2 + 60
    black, mean = Occlude(w=1, h=1), Occlude(w=1, h=1, fill="mean")
    assert (rendered(pixels, [black, mean]) > 0).all()
    assert (rendered(pixels, [mean, black]) == 0).all()


def test_an_ellipse_is_round() -> None:
    got = rendered(np.full((200, 100), 255, np.uint8), [Occlude(shape="ellipse", x=0.1, y=0.2, w=0.5, h=0.6)])
    y, x = np.mgrid[0:200, 0:100] + 0.5
    inside = ((x / 100 - 0.35) / 0.25) ** 2 + ((y / 200 - 0.5) / 0.3) ** 2 <= 1
    assert ((got == 0) == inside).all()


@settings(max_examples=60)
@given(points=st.lists(st.tuples(fractions, fractions), min_size=3, max_size=9))
def test_a_polygon_covers_the_centres_inside_it(points: list[Point]) -> None:
    """Against the crossing-number test of each centre by itself (Shimrat, Algorithm 112), the outline aside."""
    height, width = 23, 31
    got = rendered(np.full((height, width), 255, np.uint8), [Occlude(shape="polygon", points=tuple(points))]) == 0
    corners = [(x * width, y * height) for x, y in points]
    for row in range(height):
        for column in range(width):
            inside, distance = _crossings(column + 0.5, row + 0.5, corners)
            if distance > 1e-6:
                assert got[row, column] == inside


def _crossings(x: float, y: float, corners: Sequence[tuple[float, float]]) -> tuple[bool, float]:
    """Whether the point lies inside, and how far along its row the nearest edge is."""
    inside, nearest = False, float("inf")
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        nearest = min(nearest, *(max(abs(x - cx), abs(y - cy)) for cx, cy in ((x0, y0), (x1, y1))))
        if abs(y - y0) < 1e-6 or abs(y - y1) < 1e-6:
            nearest = 0.0
        if (y0 <= y) != (y1 <= y):
            at = x0 + (y - y0) * (x1 - x0) / (y1 - y0)
            nearest = min(nearest, abs(x - at))
            inside ^= x < at
    return inside, nearest


@pytest.mark.parametrize(("height", "width"), [(64, 90), (160, 130), (224, 224), (512, 600), (900, 700)])
@pytest.mark.parametrize("channels", [0, 3])
def test_blur_is_a_gaussian_within_six_levels(height: int, width: int, channels: int) -> None:
    """Hard edges and full contrast; the average difference is under one level."""
    pixels = soft(height, width, channels=channels)
    pixels[height // 3 : height // 2] = 255
    pixels[:, : width // 4] = 0
    got = rendered(pixels, [Occlude(w=1, h=1, fill="blur")]).astype(float)
    sigma = min(height, width) / 32
    axes = (sigma, sigma, 0)[: pixels.ndim]
    difference = got - ndimage.gaussian_filter(pixels.astype(float), axes, mode="nearest")
    assert np.abs(difference).max() <= 6
    assert np.abs(difference).mean() < 1


@pytest.mark.parametrize("side", [100, 700])
def test_a_blurred_part_is_the_part_of_the_blurred_whole(side: int) -> None:
    pixels = soft(side, side)
    whole = rendered(pixels, [Occlude(w=1, h=1, fill="blur")]).astype(int)
    part = rendered(pixels, [Occlude(x=0.3, y=0.21, w=0.45, h=0.5, fill="blur")]).astype(int)
    changed = part != pixels
    assert np.abs(part - whole)[changed].max() <= 1
    rows, columns = np.nonzero(changed)
    assert rows.min() >= round(0.21 * side) - 1
    assert columns.max() <= round(0.75 * side)


def test_blur_takes_earlier_paint_with_it() -> None:
    pixels = np.full((64, 64), 200, np.uint8)
    got = rendered(pixels, [Occlude(x=0.4, y=0.4, w=0.2, h=0.2), Occlude(w=1, h=1, fill="blur")])
    assert 0 < got[26, 32] < 200


@pytest.mark.parametrize(
    ("adjust", "expected"),
    [
        (Adjust(brightness=0.25), lambda v: v + 0.25),
        (Adjust(brightness=-1), lambda v: v * 0),
        (Adjust(contrast=2), lambda v: (v - 0.5) * 2 + 0.5),
        (Adjust(contrast=0), lambda v: v * 0 + 0.5),
        (Adjust(gamma=2), lambda v: v**2),
        (Adjust(gamma=0.5), lambda v: v**0.5),
        (Adjust(brightness=0.1, contrast=1.5, gamma=3), lambda v: np.clip((v - 0.4) * 1.5 + 0.5, 0, 1) ** 3),
    ],
)
def test_tone_follows_its_formula(adjust: Adjust, expected: object) -> None:
    values = np.arange(256, dtype=np.uint8).reshape(16, 16)
    wanted = np.clip(expected(values / 255), 0, 1) * 255  # type: ignore[operator]
    np.testing.assert_allclose(rendered(values, [adjust]), wanted, rtol=0, atol=0.501)


def test_tone_is_rounded_once() -> None:
    pixels: Pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    there_and_back = [Adjust(gamma=3), Adjust(gamma=1 / 3)]
    assert (rendered(pixels, there_and_back) == pixels).all()


def test_the_corners_of_a_rotation_take_part_in_the_tone() -> None:
    got = rendered(np.full((40, 40), 100, np.uint8), [Rotate(degrees=45), Adjust(brightness=0.2)])
    assert got[0, 0] == 51
    assert got[20, 20] in (150, 151)
