"""Occlusion against a loop over pixels, against the exact answer of a linear model, and through a real runner."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpu_workers.explanations.asking import asking
from gpu_workers.explanations.overlay import SIDE, overlay
from gpu_workers.inputs.edits import render
from gpu_workers.protocol.asked import calls_of, starts
from gpu_workers.protocol.edits import Occlude
from gpu_workers.protocol.explained import Map
from gpu_workers.protocol.explanations import Occlusion
from gpu_workers.protocol.interface import ImageInput, Interface, NumberOutput
from gpu_workers.protocol.messages import Blob, Value
from gpu_workers.runner import RawAnswer, Runner
from gpu_workers.runner.frames import Corruption, Cover, Superpixels, Variant
from gpu_workers.runner.postprocess import Reading, reading
from tests.gpu_workers.runner import tiny_models
from tests.gpu_workers.runner.test_preprocess import png

Array = np.ndarray[Any, Any]
GIVEN = Interface((ImageInput(name="x"),), (NumberOutput(name="y"),))
PIXELS = np.random.default_rng(7).integers(0, 256, (24, 32), dtype=np.uint8)


def found_of(method: Occlusion, readings: list[Reading]) -> Map:
    found = asking(method, GIVEN, {}).result(readings)
    assert isinstance(found, Map)
    return found


def by_pixels(pixels: Array, score: Callable[[Array], float], window: float, stride: float, paint: float) -> Array:
    """(height, width): for every pixel the mean drop over the windows that contain it; plain loops, nothing shared."""
    height, width = pixels.shape
    total, count = np.zeros((height, width)), np.zeros((height, width))
    whole = score(pixels)
    tops = [k * stride for k in range(1000) if k * stride < 1 - window - 1e-9] + [1 - window]
    for top in tops:
        for left in tops:
            inside = np.zeros((height, width), bool)
            for row in range(height):
                for column in range(width):
                    y, x = (row + 0.5) / height, (column + 0.5) / width
                    inside[row, column] = top <= y < top + window and left <= x < left + window
            covered = np.where(inside, paint, pixels)
            total += np.where(inside, whole - score(covered), 0)
            count += inside
    return total / count


def spread(found: Map, height: int, width: int) -> Array:
    rows = np.searchsorted(found.y, (np.arange(height) + 0.5) / height, side="right") - 1
    columns = np.searchsorted(found.x, (np.arange(width) + 0.5) / width, side="right") - 1
    return np.array(found.values)[np.ix_(rows, columns)]


@pytest.mark.parametrize(("window", "stride"), [(0.25, 0.25), (0.25, 0.125), (0.3, 0.2), (1.0, 1.0)])
def test_it_is_what_a_loop_over_pixels_gives(window: float, stride: float) -> None:
    weights = np.random.default_rng(3).normal(size=PIXELS.shape)

    def score(pixels: Array) -> float:
        return float(np.tanh((pixels * weights).sum() / 1000))

    method = Occlusion(input="x", window=window, stride=stride, fill="black")
    asked = asking(method, GIVEN, {})
    readings = [Reading(score(changed(variant)), "") for variant in asked.variants]
    found = found_of(method, readings)
    expected = by_pixels(PIXELS, score, window, stride, 0)
    np.testing.assert_allclose(spread(found, *PIXELS.shape), expected, rtol=0, atol=1e-12)
    assert found.score == score(PIXELS)
    assert len(asked.variants) == calls_of(Occlusion(window=window, stride=stride), GIVEN, {})


def changed(variant: Variant) -> Array:
    """The case with what a variant covers, by slices."""
    pixels = PIXELS.astype(float)
    for cover in variant.edits.get("x", ()):
        assert isinstance(cover, Occlude)
        height, width = pixels.shape
        ys, xs = (np.arange(height) + 0.5) / height, (np.arange(width) + 0.5) / width
        rows = np.flatnonzero((ys >= cover.y - 1e-9) & (ys < cover.y + cover.h - 1e-9))
        columns = np.flatnonzero((xs >= cover.x - 1e-9) & (xs < cover.x + cover.w - 1e-9))
        pixels[np.ix_(rows, columns)] = 0
    return pixels


def test_of_a_linear_model_it_is_exact() -> None:
    """Of w·x the drop of a window is the sum of w·x under it."""
    weights = np.random.default_rng(5).normal(size=PIXELS.shape)
    method = Occlusion(input="x", window=0.25, stride=0.25, fill="black")
    variants = asking(method, GIVEN, {}).variants
    found = found_of(method, [Reading(float((changed(each) * weights).sum()), "") for each in variants])
    blocks = (PIXELS * weights).reshape(4, 6, 4, 8).sum((1, 3))
    np.testing.assert_allclose(np.array(found.values), blocks, rtol=1e-12, atol=1e-9)
    assert found.x == found.y == (0, 0.25, 0.5, 0.75, 1)
    row, column = np.unravel_index(np.abs(blocks).argmax(), blocks.shape)
    assert (found.strongest.x, found.strongest.y) == (column / 4, row / 4)


def test_the_last_window_is_flush_with_the_end() -> None:
    assert starts(0.3, 0.2) == pytest.approx((0, 0.2, 0.4, 0.6, 0.7))
    assert starts(1, 1) == (0,)
    assert len(starts(1 / 14, 1 / 14)) == 14


def test_the_overlay_is_red_where_covering_lowers_the_score() -> None:
    from io import BytesIO

    from PIL import Image

    strongest = found_of(Occlusion(input="x"), [Reading(1, "")] * 226).strongest
    found = Map("x", (0, 0.5, 1), (0, 1), ((0.2, -0.4),), 1.0, strongest)
    with Image.open(BytesIO(overlay(found))) as opened:
        pixels = np.asarray(opened)
    assert pixels.shape == (SIDE, SIDE, 4)
    left, right = pixels[0, SIDE // 2 - 1], pixels[0, SIDE // 2]
    assert left[0] > left[2]
    assert right[2] > right[0]
    assert (left[3], right[3]) == (128, 255)


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    interface = Interface((ImageInput(name="x", size=(12, 16), scale=1 / 255),), (NumberOutput(name="y"),))
    runner = Runner(tiny_models.brightness(tmp_path / "m.onnx"), interface=interface, batch_axis=0)
    runner.start()
    yield runner
    runner.close()


@pytest.mark.parametrize("fill", ["mean", "black", "blur"])
def test_a_covered_window_is_the_edit_that_covers_it(runner: Runner, fill: Any) -> None:
    """What a variant answers is, to the bit, what the case answers that the inputs process has edited."""
    picture = png(np.dstack([PIXELS, PIXELS[::-1], PIXELS.T[:24, :1].repeat(32, 1)]))
    assert isinstance(picture, Blob)
    assert picture.data is not None
    asked = asking(Occlusion(input="x", window=0.3, stride=0.2, fill=fill), GIVEN, {})
    base: dict[str, Value] = {"x": picture}
    answers = runner.vary(base, asked.variants, "y")
    field = NumberOutput(name="y")
    for variant, answer in zip(asked.variants, answers, strict=True):
        edited = render(picture.data, variant.edits.get("x", ()))
        [alone] = runner.predict([{"x": Blob(edited.sha256, "image/png", edited.data)}])
        assert reading(field, answer["y"], "") == reading(field, alone["y"], "")
    assert len({reading(field, answer["y"], "").score for answer in answers}) > 20


def test_a_covered_mark_is_the_edit_that_covers_it(runner: Runner) -> None:
    """And all but it is the rest of the picture; superpixels part the picture without a gap."""
    picture = png(np.dstack([PIXELS, PIXELS[::-1], PIXELS]))
    assert isinstance(picture, Blob)
    assert picture.data is not None
    base: dict[str, Value] = {"x": picture}
    shape = Occlude(shape="ellipse", x=0.2, y=0.1, w=0.5, h=0.6, fill="black")
    parted = Superpixels(8, 10.0)
    labels = runner.part(base, "x", parted)
    assert labels.shape == PIXELS.shape
    count = int(labels.max()) + 1
    whole, nothing, without, alone, *regions = runner.vary(
        base,
        [
            Variant(),
            Variant(covers={"x": Cover("black")}),
            Variant(covers={"x": Cover("black", shape)}),
            Variant(covers={"x": Cover("black", shape, but=True)}),
            *(Variant(covers={"x": Cover("black", superpixels=parted, label=label)}) for label in range(count)),
        ],
        "y",
    )
    edited = render(picture.data, (shape,))
    [by_hand] = runner.predict([{"x": Blob(edited.sha256, "image/png", edited.data)}])
    field = NumberOutput(name="y")

    def of(answer: RawAnswer) -> float:
        return reading(field, answer["y"], "").score

    assert of(without) == of(by_hand)
    assert of(nothing) == 0
    assert of(without) + of(alone) == pytest.approx(of(whole), abs=2 / 255)  # rounded once each when it is resized
    assert sum(of(whole) - of(each) for each in regions) == pytest.approx(of(whole), abs=count / 255)


def test_a_worse_picture_reaches_the_model(runner: Runner) -> None:
    picture = png(np.dstack([PIXELS, PIXELS[::-1], PIXELS]))
    assert isinstance(picture, Blob)
    brighter = [Variant(corruptions={"x": Corruption("brightness", severity, 0)}) for severity in (1, 3, 5)]
    answers = runner.vary({"x": picture}, [Variant(), *brighter], "y")
    scores = [reading(NumberOutput(name="y"), answer["y"], "").score for answer in answers]
    assert scores == sorted(scores)
    assert scores[0] < scores[-1]
