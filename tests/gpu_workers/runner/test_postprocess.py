"""Post-processing: raw outputs to answers, and refusals in words."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from scipy import special

from gpu_workers.protocol.answers import ImageAnswer, LabelAnswer, NumberAnswer, TextAnswer
from gpu_workers.protocol.interface import (
    ImageOutput,
    Interface,
    LabelOutput,
    NumberOutput,
    Output,
    TextInput,
    TextOutput,
)
from gpu_workers.runner.postprocess import Unanswered, Unplaced, answers


def answer(output: Output, raw: Any) -> Any:
    interface = Interface((TextInput(name="unused"),), (output,))
    return answers(interface, {output.name: raw})[output.name]


def scores(output: LabelOutput, raw: Any) -> list[tuple[str, float]]:
    label = answer(output, raw)
    assert isinstance(label, LabelAnswer)
    return list(label.scores)


VALUES = arrays.arrays(np.float32, st.tuples(st.just(1), st.integers(1, 12)), elements=st.floats(-1000, 1000, width=32))


@given(VALUES)
def test_softmax_is_scipys(raw: Any) -> None:
    expected = special.softmax(raw[0].astype(np.float64))
    got = dict(scores(LabelOutput(name="y", activation="softmax"), raw))
    np.testing.assert_allclose([got[str(index)] for index in range(raw.size)], expected, rtol=1e-9, atol=1e-300)


@given(VALUES)
def test_sigmoid_is_scipys(raw: Any) -> None:
    expected = special.expit(raw[0].astype(np.float64))
    got = dict(scores(LabelOutput(name="y", activation="sigmoid"), raw))
    np.testing.assert_allclose([got[str(index)] for index in range(raw.size)], expected, rtol=1e-9, atol=1e-300)


def test_scores_fall_and_ties_keep_the_order_of_the_classes() -> None:
    output = LabelOutput(name="y", classes=("a", "b", "c", "d"))
    raw = np.array([[0.25, 0.5, 0.25, 0.5]], dtype=np.float32)
    assert scores(output, raw) == [("b", 0.5), ("d", 0.5), ("a", 0.25), ("c", 0.25)]


def test_only_the_first_hundred_are_kept() -> None:
    label = answer(LabelOutput(name="y"), np.arange(150, dtype=np.float32))
    assert label.truncated
    assert [name for name, _ in label.scores] == [str(index) for index in range(149, 49, -1)]
    assert not answer(LabelOutput(name="y"), np.arange(100, dtype=np.float32)).truncated


def test_a_map_has_its_own_names_and_classes_rename_them_in_sorted_order() -> None:
    raw = [{10: 0.25, 2: 0.75}]
    assert scores(LabelOutput(name="y"), raw) == [("2", 0.75), ("10", 0.25)]
    assert scores(LabelOutput(name="y", classes=("two", "ten")), raw) == [("two", 0.75), ("ten", 0.25)]


def test_a_number_is_scaled_and_has_its_unit() -> None:
    output = NumberOutput(name="y", unit="mm", scale=10, offset=1)
    for raw in (np.array([[2]], dtype=np.float32), np.array(2, dtype=np.int64)):
        assert answer(output, np.asarray(raw)) == NumberAnswer(21.0, "mm")


def test_text_is_text_and_a_class_label_its_name() -> None:
    assert answer(TextOutput(name="y"), np.array([["ja"]], dtype=object)) == TextAnswer("ja")
    assert answer(TextOutput(name="y"), np.array([3])) == TextAnswer("3")
    assert answer(TextOutput(name="y"), np.array([0.5], dtype=np.float32)) == TextAnswer("0.5")
    assert answer(TextOutput(name="y", classes=("no", "yes")), np.array([1])) == TextAnswer("yes")


@pytest.mark.parametrize(
    ("layout", "mode", "shape"),
    [
        ("NCHW", "RGB", (1, 3, 4, 5)),
        ("NCHW", "RGB", (3, 4, 5)),
        ("NHWC", "RGB", (1, 4, 5, 3)),
        ("NCHW", "L", (1, 1, 4, 5)),
        ("NHW", "L", (1, 4, 5)),
    ],
)
def test_a_picture_is_clipped_and_rounded(layout: Any, mode: Any, shape: tuple[int, ...]) -> None:
    raw = np.random.default_rng(2).random(shape, dtype=np.float32) * 1.4 - 0.2
    picture = answer(ImageOutput(name="y", layout=layout, mode=mode), raw)
    assert isinstance(picture, Unplaced)
    assert picture.answer == ImageAnswer("", "", 0, 5, 4)
    with Image.open(BytesIO(picture.data)) as opened:
        assert opened.mode == mode
        pixels = np.asarray(opened)
    expected = np.clip(raw.astype(np.float64) * 255, 0, 255)
    if layout == "NCHW":
        expected = np.moveaxis(expected, -3, -1)
    np.testing.assert_allclose(pixels.ravel().astype(float), expected.ravel(), atol=0.5001)


@pytest.mark.parametrize(
    ("output", "raw"),
    [
        (LabelOutput(name="y"), np.array([[1, np.nan]], dtype=np.float32)),
        (LabelOutput(name="y", activation="softmax"), np.array([[1, np.inf]], dtype=np.float32)),
        (LabelOutput(name="y"), [{"a": float("nan")}]),
        (NumberOutput(name="y"), np.array([np.inf], dtype=np.float32)),
        (TextOutput(name="y"), np.array([np.nan], dtype=np.float32)),
        (ImageOutput(name="y"), np.full((1, 1, 2, 2), np.nan, dtype=np.float32)),
    ],
)
def test_what_is_not_finite_is_no_answer(output: Output, raw: Any) -> None:
    with pytest.raises(Unanswered, match="“y”") as refused:
        answer(output, raw)
    assert refused.value.code == "answer_not_finite"


@pytest.mark.parametrize(
    ("output", "raw", "why"),
    [
        (
            LabelOutput(name="y", classes=("a", "b")),
            np.array([[1, 2, 3]], dtype=np.float32),
            "names 2 classes, but the model answered 3",
        ),
        (LabelOutput(name="y"), np.zeros((2, 3), np.float32), r"shape \[2, 3\]"),
        (LabelOutput(name="y"), np.array([["a"]], dtype=object), "no numbers"),
        (LabelOutput(name="y"), [{"a": 1.0}, {"a": 2.0}], "one map"),
        (NumberOutput(name="y"), np.zeros((1, 2), np.float32), "one value"),
        (NumberOutput(name="y"), np.array(["a"], dtype=object), "declared as a number"),
        (TextOutput(name="y"), [{"a": 1.0}], "several parts"),
        (TextOutput(name="y", classes=("a",)), np.array([1]), "none of its classes"),
        (ImageOutput(name="y", mode="RGB"), np.zeros((1, 1, 2, 2), np.float32), "3 channel"),
        (ImageOutput(name="y"), np.zeros((1, 1, 0, 2), np.float32), "out of bounds"),
        (ImageOutput(name="y"), np.array(["a"], dtype=object), "no picture"),
    ],
)
def test_what_does_not_fit_is_said(output: Output, raw: Any, why: str) -> None:
    with pytest.raises(Unanswered, match=why) as refused:
        answer(output, raw)
    assert refused.value.code == "model_failed"


def test_what_is_left_out_is_said() -> None:
    interface = Interface((TextInput(name="unused"),), (NumberOutput(name="y"),))
    with pytest.raises(Unanswered, match="gave no “y”"):
        answers(interface, {})
