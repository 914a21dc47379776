"""Masks: the choice of a class, the way back to the original, lines around it; against torch, scipy and by hand."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageDraw
from scipy import special

from gpu_workers.masks import classes_in, contours
from gpu_workers.protocol.answers import MaskAnswer
from gpu_workers.protocol.edits import Crop, Flip, Rotate
from gpu_workers.protocol.findings import MaskOutput
from gpu_workers.protocol.interface import ImageInput, Interface
from gpu_workers.protocol.messages import Blob, Origin
from gpu_workers.runner.postprocess import Unanswered, Unplaced, answers
from gpu_workers.runner.preprocess import prepare

from .test_findings import EDITS, blob, plain


def made(output: MaskOutput, raw: Any, value: Blob | None = None, image: ImageInput | None = None) -> Unplaced:
    field = image or ImageInput(name="film", mode="L")
    file = answers(Interface((field,), (output,)), {output.name: raw}, {"film": value or plain()})[output.name]
    assert isinstance(file, Unplaced)
    return file


def told(output: MaskOutput, raw: Any, value: Blob | None = None) -> MaskAnswer:
    answer = made(output, raw, value).answer
    assert isinstance(answer, MaskAnswer)
    return answer


def indices(output: MaskOutput, raw: Any, value: Blob | None = None, image: ImageInput | None = None) -> Any:
    file = made(output, raw, value, image)
    read = np.asarray(Image.open(BytesIO(file.data)))
    assert isinstance(file.answer, MaskAnswer)
    assert read.shape == (file.answer.height, file.answer.width)
    return read


# ---- which class ----

SCORES = arrays.arrays(np.float32, (1, 4, 5, 7), elements=st.floats(-8, 8, width=32))


@given(SCORES)
def test_the_highest_plane_counts_the_first_of_them_is_the_background(scores: Any) -> None:
    np.testing.assert_array_equal(indices(MaskOutput(name="y", resize_back=False), scores), scores[0].argmax(axis=0))


@given(SCORES, st.sampled_from([0.3, 0.5, 0.9]))
def test_a_softmax_must_reach_the_threshold(scores: Any, least: float) -> None:
    shares = special.softmax(scores[0].astype(np.float64), axis=0)
    is_near = np.abs(shares.max(axis=0) - least) < 1e-5
    for background in (True, False):
        wanted = scores[0].argmax(axis=0) + (not background)
        wanted[shares.max(axis=0) < least] = 0
        output = MaskOutput(name="y", activation="softmax", threshold=least, background=background, resize_back=False)
        got = indices(output, scores)
        np.testing.assert_array_equal(got[~is_near], wanted[~is_near])


@given(arrays.arrays(np.float32, (5, 7), elements=st.floats(-8, 8, width=32)))
def test_one_plane_is_one_class(scores: Any) -> None:
    shares = special.expit(scores.astype(np.float64))
    is_clear = np.abs(shares - 0.5) > 1e-5
    for shape, layout in (((1, 1, 5, 7), "NCHW"), ((1, 5, 7, 1), "NHWC"), ((1, 5, 7), "NHW"), ((5, 7), "NHW")):
        output = MaskOutput(name="y", activation="sigmoid", layout=layout, resize_back=False)  # type: ignore[arg-type]
        got = indices(output, scores.reshape(shape))
        np.testing.assert_array_equal(got[is_clear], (shares >= 0.5)[is_clear])


def test_indices_stand_as_they_are_or_one_higher_without_a_background() -> None:
    raw = np.array([[0, 1], [2, 0]], np.int64)[None]
    with_background = MaskOutput(name="y", channels="indices", layout="NHW", resize_back=False)
    np.testing.assert_array_equal(indices(with_background, raw), raw[0])
    without = MaskOutput(name="y", channels="indices", layout="NHW", background=False, resize_back=False)
    np.testing.assert_array_equal(indices(without, raw), raw[0] + 1)


@pytest.mark.parametrize(
    ("options", "raw", "said"),
    [
        ({"classes": ("a", "b")}, np.zeros((1, 4, 5, 7)), "names 2 classes, but the model has 4 planes, the first"),
        ({"classes": ("a",), "channels": "indices"}, np.full((1, 1, 5, 7), 2), "has 1 classes, but the model answered"),
        ({"channels": "indices"}, np.full((1, 1, 5, 7), -1), "answered -1"),
        ({}, np.zeros((1, 300, 5, 7)), "299 classes; a mask holds 1 to 255"),
        ({"layout": "NHW"}, np.zeros((3, 5, 7)), "has the shape"),
        ({}, np.full((1, 2, 5, 7), np.nan), "not a finite number"),
        ({}, [{"a": 1.0}], "holds no mask"),
    ],
)
def test_what_is_no_mask_is_refused_in_words(options: Any, raw: Any, said: str) -> None:
    with pytest.raises(Unanswered, match=said):
        made(MaskOutput(name="y", **options), raw)


# ---- the way back ----


@given(arrays.arrays(np.float32, (1, 3, 6, 5), elements=st.floats(-8, 8, width=32)))
def test_scores_are_resized_as_torch_does_before_the_highest_is_taken(scores: Any) -> None:
    field = ImageInput(name="film", size=(24, 20), mode="L")
    grown = torch.nn.functional.interpolate(torch.from_numpy(scores), (30, 50), mode="bilinear", align_corners=False)
    got = indices(MaskOutput(name="y"), scores, plain(50, 30), field)
    best = torch.topk(grown[0], 2, dim=0).values
    is_clear = (best[0] - best[1] > 1e-4).numpy()
    np.testing.assert_array_equal(got[is_clear], grown[0].argmax(dim=0).numpy()[is_clear])


def test_indices_are_resized_by_the_nearest() -> None:
    raw = np.arange(6).reshape(1, 2, 3)
    field = ImageInput(name="film", size=(2, 3), mode="L")
    got = indices(MaskOutput(name="y", channels="indices", layout="NHW"), raw, plain(9, 4), field)
    np.testing.assert_array_equal(got, np.kron(raw[0], np.ones((2, 3))))


@pytest.mark.parametrize("edits", EDITS)
@pytest.mark.parametrize("resize", ["stretch", "fit", "cover"])
@pytest.mark.parametrize("channels", ["scores", "indices"])
def test_a_blob_is_painted_where_it_lies_on_the_original(channels: Any, resize: Any, edits: Any) -> None:
    """The model is a threshold on what it really sees. What it did not see is background."""
    size = (240, 160)
    original = Image.new("L", size)
    ImageDraw.Draw(original).ellipse((80, 55, 150, 110), fill=255)
    field = ImageInput(name="film", size=(320, 320), mode="L", resize=resize, interpolation="nearest", layout="NHW")
    given = blob(original, edits)
    seen = prepare(field, given, 3)[0] > 127
    raw = np.where(seen, 1.0, 0.0)[None] if channels == "scores" else seen.astype(np.int64)[None]
    got = indices(MaskOutput(name="y", channels=channels, layout="NHW"), raw, given, field)
    wanted = np.asarray(original) > 127
    overlap = (wanted & (got == 1)).sum() / (wanted | (got == 1)).sum()
    assert overlap > 0.97


def test_nothing_is_found_where_the_model_did_not_look() -> None:
    field = ImageInput(name="film", size=(100, 100), mode="L", resize="fit")
    given = blob(Image.new("L", (200, 100)), (Crop(x=0.5, y=0, w=0.5, h=1), Flip(axis="y"), Rotate(degrees=90)))
    got = indices(MaskOutput(name="y"), np.ones((1, 1, 50, 50)), given, field)
    np.testing.assert_array_equal(got[:, :100], 0)
    np.testing.assert_array_equal(got[:, 100:], 1)


def test_an_area_is_told_where_the_spacing_is_known() -> None:
    given = plain(10, 10)
    spaced = Blob("", "image/png", given.data, origin=Origin(10, 10, spacing_mm=(0.5, 0.25)))
    planes = np.zeros((1, 1, 10, 10))
    planes[..., 2:6, 3:8] = 1
    assert [each.area_mm2 for each in told(MaskOutput(name="y"), planes, spaced).classes] == [20 * 0.125]
    assert [each.area_mm2 for each in told(MaskOutput(name="y"), planes, given).classes] == [None]


# ---- lines around ----


def painted(lines: Any, shape: tuple[int, int]) -> Any:
    """By even and odd at the pixels' centres, in plain Python's way: crossings left of each."""
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    inside = np.zeros(shape, bool)
    for line in lines:
        for (x0, y0), (x1, y1) in zip(line, np.roll(line, -1, axis=0), strict=True):
            crosses = (y0 > y) != (y1 > y)
            with np.errstate(divide="ignore", invalid="ignore"):
                inside ^= crosses & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
    return inside


@given(arrays.arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12))))
def test_lines_filled_give_the_mask_again(mask: Any) -> None:
    lines, left_out = contours(mask)
    assert not left_out
    np.testing.assert_array_equal(painted(lines, mask.shape), mask)
    for line in lines:  # corners only: along rows and columns in turn
        steps = np.roll(line, -1, axis=0) - line
        assert ((steps[:, 0] == 0) != (steps[:, 1] == 0)).all()


def test_long_lines_lose_corners_but_stay_within_a_pixel() -> None:
    y, x = np.mgrid[:600, :600]
    ring = (np.hypot(x - 300, y - 280) < 250) & (np.hypot(x - 310, y - 300) > 100)
    lines, left_out = contours(ring)
    assert left_out
    assert len(lines) == 2
    assert sum(map(len, lines)) < 300
    wrong = painted(lines, ring.shape) ^ ring
    border = np.hypot(*np.gradient(ring.astype(float))) > 0
    assert not (wrong & ~border).any()


def test_noise_is_bounded() -> None:
    noise = np.random.default_rng(0).random((700, 900)) > 0.5
    lines, left_out = contours(noise)
    assert left_out
    assert len(lines) <= 200
    assert sum(map(len, lines)) <= 2000


def test_classes_are_named_and_counted() -> None:
    mask = np.zeros((10, 20), np.uint8)
    mask[2:4, 5:10], mask[6:, :] = 2, 5
    second, fifth = classes_in(mask, ("lung", "heart"))
    assert (second.id, second.index, second.name, second.pixels) == ("m2", 2, "heart", 10)
    assert (fifth.id, fifth.name, fifth.pixels) == ("m5", "5", 80)
    assert second.contours == (((0.25, 0.2), (0.5, 0.2), (0.5, 0.4), (0.25, 0.4)),)
