"""A function's arguments and answers, without any connection."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from atrium_client import Call, Cancelled, Choice, Column, Image, Invalid, Label, Number, Table, Text, Vector, png
from atrium_client.fields import Field
from atrium_client.functions import Function, answer, argument
from gpu_workers.inputs import png as atriums

CLASSES = Label("view", classes=["a", "b"])


@given(
    arrays.arrays(np.uint8, st.sampled_from([(1, 1), (3, 5), (4, 2, 3)]) | st.just((7, 1, 3))),
)
def test_a_picture_comes_as_its_pixels(pixels: Any) -> None:
    from PIL import Image as Pillow

    for data in (png.encode(pixels), atriums.encode(Pillow.fromarray(pixels))):
        found = argument(Image("film"), "data:image/png;base64," + b64encode(data).decode())
        assert found.dtype == np.uint8
        assert (found == pixels).all()


def test_a_png_of_another_form_is_refused() -> None:
    for data in (b"GIF89a", png.encode(np.zeros((2, 2), np.uint16)), png.encode(np.zeros((2, 2, 4), np.uint8))):
        with pytest.raises(Invalid):
            png.decode(data)


def test_a_row_comes_by_column_with_choices_as_words() -> None:
    table = Table("row", [Column("age"), Column("sex", choices=["f", "m"])])
    assert argument(table, [40.0, 1.0]) == {"age": 40.0, "sex": "m"}


@pytest.mark.parametrize(
    ("field", "value", "wanted"),
    [
        (CLASSES, "b", {"a": 0.0, "b": 1.0}),
        (CLASSES, {"a": np.float32(0.25), "b": 0.75}, {"a": 0.25, "b": 0.75}),
        (CLASSES, np.array([[0.25, 0.75]]), [0.25, 0.75]),
        (Label("view"), "z", {"z": 1.0}),
        (Number("n"), np.array([2]), 2.0),
        (Number("n"), 3, 3.0),
        (Text("t"), 3, "3"),
        (Text("t"), "x", "x"),
    ],
)
def test_what_is_returned_becomes_the_answer(field: Field, value: Any, wanted: Any) -> None:
    assert answer(field, value) == wanted


def test_a_vector_is_any_array_of_one_axis() -> None:
    for returned in ([1, 2.5], np.array([[1.0, 2.5]], np.float32), (1.0, 2.5)):
        assert answer(Vector("v"), returned) == [1.0, 2.5]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (Vector("v"), [[1, 2], [3, 4]]),
        (Vector("v"), [1.0, float("nan")]),
        (Vector("v"), "abc"),
        (Vector("v"), []),
        (CLASSES, "c"),
        (CLASSES, [1, 2, 3]),
        (CLASSES, [float("nan"), 1]),
        (Number("n"), "3"),
        (Number("n"), True),
        (Number("n"), float("inf")),
        (Image("i"), "nowhere.png"),
        (Image("i"), np.full((2, 2), 3.0)),
    ],
)
def test_what_is_not_it_says_so(field: Field, value: Any) -> None:
    with pytest.raises(Invalid):
        answer(field, value)


def test_a_class_by_its_name_and_scores_of_some_classes() -> None:
    stages = Label("stage", classes=["0", "1", "2"])
    for said in (1, "1", np.int64(1), {"1": 1.0}, {1: 1.0}):
        assert answer(stages, said) == {"0": 0.0, "1": 1.0, "2": 0.0}
    for wrong in (3, {"3": 1.0}):
        with pytest.raises(Invalid, match="is one of 0, 1, 2"):
            answer(stages, wrong)
    logits = Label("stage", classes=["a", "b"], activation="softmax")
    assert answer(logits, {"a": 2.0}) == {"a": 2.0}  # a logit of 0 is no score of 0: the server says what lacks


def test_several_outputs_by_order_or_by_name() -> None:
    outputs = [Number("n"), Text("t")]
    for returned in ((1, "x"), [1, "x"], {"t": "x", "n": 1}):
        assert Function(lambda a, returned=returned: returned, [Text("a")], outputs)({"a": ""}, Call()) == {
            "n": 1.0,
            "t": "x",
        }
    with pytest.raises(Invalid, match="n, t"):
        Function(lambda a: 1, [Text("a")], outputs)({"a": ""}, Call())


def test_a_generator_tells_each_part_and_stops_when_nobody_waits() -> None:
    told: list[Any] = []
    closed: list[bool] = []

    def parts(word: str) -> Iterator[str]:
        try:
            yield "a"
            yield "b"
        finally:
            closed.append(True)

    function = Function(parts, [Text("word")], [Text("said")])
    call = Call(lambda share, text, answers: told.append(answers))
    assert function({"word": ""}, call) == {"said": "b"}
    assert told[0] == {"said": "a"}
    call._cancel()
    with pytest.raises(Cancelled):
        function({"word": ""}, call)
    assert closed == [True, True]


def test_progress_and_cancel_reach_a_function_that_asks() -> None:
    told: list[Any] = []

    def asks(word: str, call: Call) -> str:
        call.progress(2, "far")
        return str(call.cancelled)

    call = Call(lambda *what: told.append(what))
    assert Function(asks, [Text("word")], [Text("said")])({"word": ""}, call) == {"said": "False"}
    assert told == [(1.0, "far", None)]


def test_a_batch_returns_one_for_each() -> None:
    function = Function(lambda words: [word * 2 for word in words], [Text("word")], [Text("said")], batch=True)
    assert function.together([{"word": "a"}, {"word": "b"}], Call()) == [{"said": "aa"}, {"said": "bb"}]
    assert function({"word": "c"}, Call()) == {"said": "cc"}
    short = Function(lambda words: ["one"], [Text("word")], [Text("said")], batch=True)
    with pytest.raises(Invalid, match="given 2 cases and returned 1"):
        short.together([{"word": "a"}, {"word": "b"}], Call())


def test_what_cannot_be_called_is_said_when_it_is_served() -> None:
    for function, inputs in (
        (lambda: 1, [Text("a")]),
        (lambda a, b: 1, [Text("a")]),
        ("no function", [Text("a")]),
        (lambda a: 1, []),
    ):
        with pytest.raises(Invalid):
            Function(function, inputs, [Text("said")])  # type: ignore[arg-type]
    Function(lambda a, b=1, *, call: a, [Choice("a", ["x"])], [Text("said")])
