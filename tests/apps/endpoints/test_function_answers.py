"""A function's answer is checked as a runner's: the same values give the same answer, or the same code of failure."""

import asyncio
import re
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.endpoints.live.answers import PLAIN, answers_of, largest_of, read, unfinished_of
from apps.endpoints.live.unusable import Unusable
from gpu_workers.protocol.interface import ImageOutput, Interface, LabelOutput, NumberOutput, TextInput, TextOutput
from gpu_workers.protocol.live import LARGEST
from gpu_workers.protocol.vectors import VectorOutput
from gpu_workers.runner.postprocess import Unanswered, answers
from infra.dev.ground import ROOT

INPUT = TextInput(name="word")
numbers = st.floats(allow_nan=True, allow_infinity=True, width=32) | st.floats(-50, 50)


def of_a_runner(output: Any, raw: Any) -> Any:
    try:
        return answers(Interface((INPUT,), (output,)), {"out": raw})["out"]
    except Unanswered as failed:
        return failed.code


def of_a_function(output: Any, value: Any) -> Any:
    try:
        return asyncio.run(answers_of(Interface((INPUT,), (output,)), {"out": value}, {}, {}))["out"]
    except Unusable as failed:
        return failed.code


def same(one: Any, other: Any) -> bool:
    if isinstance(one, str) or not hasattr(one, "scores"):
        return bool(one == other)
    return (
        hasattr(other, "scores")
        and [name for name, _ in one.scores] == [name for name, _ in other.scores]
        and np.allclose([s for _, s in one.scores], [s for _, s in other.scores], rtol=1e-12, atol=1e-300)
        and one.truncated == other.truncated
    )


@given(st.lists(numbers, min_size=1, max_size=6), st.sampled_from(["none", "sigmoid"]), st.booleans())
def test_scores(scores: list[float], activation: Any, named: bool) -> None:
    output = LabelOutput(name="out", classes=("c", "a", "b") if named else (), activation=activation)
    assert same(of_a_runner(output, np.array(scores)), of_a_function(output, scores))


@given(st.lists(st.floats(-50, 50), min_size=3, max_size=3, unique_by=lambda score: round(score, 3)))
def test_softmax(scores: list[float]) -> None:
    output = LabelOutput(name="out", classes=("c", "a", "b"), activation="softmax")
    assert same(of_a_runner(output, np.array(scores)), of_a_function(output, scores))


def test_only_the_first_hundred_scores_are_kept() -> None:
    scores = [float(number % 97) for number in range(300)]
    output = LabelOutput(name="out")
    assert same(of_a_runner(output, np.array(scores)), of_a_function(output, scores))


@given(numbers)
def test_numbers(value: float) -> None:
    output = NumberOutput(name="out", unit="mm", scale=2.0, offset=1.0)
    assert of_a_runner(output, np.array([value])) == of_a_function(output, value)


@given(st.lists(numbers, min_size=1, max_size=6), st.booleans())
def test_vectors(values: list[float], l2: bool) -> None:
    output = VectorOutput(name="out", l2=l2)
    assert of_a_runner(output, np.array(values)) == of_a_function(output, values)


@pytest.mark.parametrize("value", [[], "a", 1.0, [True], ["1"], {"0": 1.0}, [[1.0]]])
def test_what_is_no_vector_is_refused(value: Any) -> None:
    assert of_a_function(VectorOutput(name="out"), value) == "model_failed"


def test_a_number_that_overflows_when_it_is_scaled_is_none() -> None:
    output = NumberOutput(name="out", scale=1e10)
    assert of_a_runner(output, np.array([1e300])) == of_a_function(output, 1e300) == "answer_not_finite"


@given(st.text(max_size=20) | st.integers(-2, 4).map(float) | numbers)
def test_texts(value: Any) -> None:
    for classes in ((), ("a", "b")):
        output = TextOutput(name="out", classes=classes)
        raw = np.array([value], dtype=object)
        assert of_a_runner(output, raw) == of_a_function(output, value)


@pytest.mark.parametrize("value", [None, {}, "text", True, [[1.0]], [True, 1, 2], {"a": 1}, {"a": 1, "b": 2, "d": 3}])
def test_what_is_no_score_is_refused(value: Any) -> None:
    assert of_a_function(LabelOutput(name="out", classes=("c", "a", "b")), value) == "model_failed"


@pytest.mark.parametrize("value", ["", "text", 3, "data:image/png;base64,!", ["data:"]])
def test_what_is_no_picture_is_refused(value: Any) -> None:
    interface = Interface((INPUT,), (ImageOutput(name="out"),))
    with pytest.raises(Unusable, match="not a picture"):
        asyncio.run(answers_of(interface, {"out": value}, {"out": "key"}, {}))


def test_parts_have_no_pictures() -> None:
    interface = Interface((INPUT,), (ImageOutput(name="film"), TextOutput(name="said")))
    assert set(unfinished_of(interface, {"film": "data:", "said": "so far", "more": 1}, {})) == {"said"}


def test_values_are_read_by_what_is_declared() -> None:
    """A picture is its text, whatever else stands there; what is too large for another is not read."""
    interface = Interface((INPUT,), (ImageOutput(name="film"), TextOutput(name="said")))
    raw = {"film": msgspec.Raw(b"[[[1]]]"), "said": msgspec.Raw(b'"x"')}
    assert read(interface, raw) == {"film": (), "said": "x"}
    assert read(interface, {"film": msgspec.Raw(b'"data:"')}) == {"film": "data:"}
    with pytest.raises(Unusable) as refused:
        read(interface, {"said": msgspec.Raw(b" " * PLAIN + b"1")})
    assert (str(refused.value), refused.value.told) == ("The function's answer is too large.", "“said” is too large.")


def test_a_message_is_as_large_as_what_is_declared() -> None:
    said, film = TextOutput(name="said"), ImageOutput(name="film")
    assert largest_of(Interface((INPUT,), (said,))) == PLAIN
    assert largest_of(Interface((INPUT,), (said, film))) == LARGEST
    for file in ("infra/compose/compose.yaml", "infra/dev/site_processes.py"):
        assert re.search(rf"--ws-max-size\W+{LARGEST}\b", (ROOT / file).read_text()), file
