"""Vectors: tokens and patches pooled and brought to length one, against plain ONNX Runtime and NumPy by hand."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper

from gpu_workers.inspection.probe import examine
from gpu_workers.protocol.interface import ImageInput, Interface, NumberInput, TextInput
from gpu_workers.protocol.vectors import MAX_VECTOR, VectorOutput, cosine, vector
from gpu_workers.runner import Runner
from gpu_workers.runner.postprocess import Unanswered, answers
from tests.gpu_workers.bundles import bundle, tokenizer
from tests.gpu_workers.runner.tiny_models import FLOAT, INT64, constant, save, value

TABLE = np.random.default_rng(7).normal(size=(8, 5)).astype(np.float32)
IDS, MASK = [[2, 4, 5, 3, 0, 0, 0]], [[1, 1, 1, 1, 0, 0, 0]]
"""Of “the cat”, filled up to seven."""


def encoder(path: Path) -> Path:
    """A vector of five numbers for each token; the mask is taken and left aside, as some exports do."""
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["looked"]),
        helper.make_node("Cast", ["attention_mask"], ["real"], to=FLOAT),
        helper.make_node("Unsqueeze", ["real", "last"], ["column"]),
        helper.make_node("Mul", ["column", "nought"], ["nothing"]),
        helper.make_node("Add", ["looked", "nothing"], ["last_hidden_state"]),
    ]
    ends = [value("input_ids", INT64, "n", "t"), value("attention_mask", INT64, "n", "t")]
    held = [constant("table", TABLE), constant("last", np.array([2])), constant("nought", np.float32(0))]
    return save(path, nodes, ends, [value("last_hidden_state", FLOAT, "n", "t", 5)], held)


@pytest.mark.parametrize("pooling", ["mean", "first"])
@pytest.mark.parametrize("l2", [False, True])
def test_a_sentence_is_what_plain_runtime_and_numpy_make_of_it(tmp_path: Path, pooling: Any, l2: bool) -> None:
    model = encoder(tmp_path / "m.onnx")
    path = bundle(tmp_path / "b", {"m.onnx": model, "words.json": tokenizer("the", "cat", "sat", "on")})
    text = TextInput(name="text", tensor="input_ids", tokenizer="words.json", pad_to=7)
    interface = Interface((text,), (VectorOutput(name="last_hidden_state", pooling=pooling, l2=l2),))
    runner = Runner(path, format="bundle", interface=interface, batch_axis=0)
    try:
        runner.start()
        raws = runner.predict([{"text": "the cat"}, {"text": "sat"}])
    finally:
        runner.close()
    told: Any = answers(interface, raws[0])["last_hidden_state"]
    (plain,) = onnxruntime.InferenceSession(model).run(None, {"input_ids": IDS, "attention_mask": MASK})
    wanted = plain[0, :4].mean(axis=0) if pooling == "mean" else plain[0, 0]
    assert told.norm == pytest.approx(np.linalg.norm(wanted), abs=1e-6)
    np.testing.assert_allclose(told.values, wanted / (np.linalg.norm(wanted) if l2 else 1), atol=1e-6, rtol=0)
    other: Any = answers(interface, raws[1])["last_hidden_state"]
    assert (other.values != told.values) == (pooling == "mean")  # both begin with [CLS]


def test_an_encoder_of_tokens_is_proposed_and_a_declared_one_tried(tmp_path: Path) -> None:
    path = bundle(tmp_path / "b", {"m.onnx": encoder(tmp_path / "m"), "tokenizer.json": tokenizer("the", "cat")})
    report = examine(path, "bundle")
    assert report.interface is not None
    assert report.interface.outputs == (VectorOutput(name="last_hidden_state", pooling="mean", l2=True),)
    told: Any = report.answers["last_hidden_state"]
    assert np.linalg.norm(told.values) == pytest.approx(1, abs=1e-6)
    assert examine(path, "bundle", report.interface).rule == ""
    bare = Interface(report.interface.inputs, (VectorOutput(name="last_hidden_state"),))
    refused = examine(path, "bundle", bare)
    assert refused.rule == "interface_mismatch"
    assert "without pooling" in refused.reason


def found(output: VectorOutput, raw: Any) -> Any:
    interface = Interface((NumberInput(name="x"),), (output,))
    return answers(interface, {output.name: raw})[output.name]


def test_a_vector_of_a_picture_and_one_of_zeros_stay_as_they_are() -> None:
    told = found(VectorOutput(name="y"), np.array([[[[3.0]], [[-4.0]]]], np.float32))
    assert (told.values, told.norm) == ((3.0, -4.0), 5.0)
    assert found(VectorOutput(name="y", l2=True), np.array([[3.0, -4.0]])).values == (
        pytest.approx(0.6),
        pytest.approx(-0.8),
    )
    assert found(VectorOutput(name="y", l2=True), np.zeros((1, 3))).values == (0.0, 0.0, 0.0)
    patches = np.arange(12, dtype=np.float32).reshape(1, 4, 3)
    assert found(VectorOutput(name="y", pooling="mean"), patches).values == (4.5, 5.5, 6.5)


@pytest.mark.parametrize(
    ("output", "raw", "says"),
    [
        ({}, np.zeros((1, 4, 3)), "without pooling"),
        ({"pooling": "mean"}, np.zeros(3), "vectors of parts"),
        ({"pooling": "first"}, np.zeros((1, 0, 3)), "no parts"),
        ({"pooling": "mean"}, [np.zeros((1, 4, 3)), np.ones((1, 5))], "a mask for 5"),
        ({"pooling": "mean"}, [np.zeros((1, 4, 3)), np.zeros((1, 4))], "leaves no part"),
        ({}, np.zeros((1, MAX_VECTOR + 1)), "a vector has 1 to"),
        ({}, np.array([[1.0, np.nan]]), "not a finite number"),
        ({}, np.array([[1e39]]), "not a finite number"),
        ({}, np.array([["a", "b"]], dtype=object), "holds no numbers"),
    ],
)
def test_what_is_no_vector_is_said(output: dict[str, Any], raw: Any, says: str) -> None:
    with pytest.raises(Unanswered, match=says):
        found(VectorOutput(name="y", **output), raw)


def test_the_text_over_which_is_averaged_must_be_there() -> None:
    with pytest.raises(ValueError, match="no text with a tokenizer"):
        Interface((ImageInput(name="film"),), (VectorOutput(name="y", pooling="mean", input="film"),))


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=40))
def test_nine_digits_tell_each_float32(values: list[float]) -> None:
    told = vector(values, False).values
    assert struct.pack(f"{len(told)}f", *told) == struct.pack(f"{len(values)}f", *values)


def test_a_cosine_is_that_of_the_angle() -> None:
    assert cosine((1, 0), (1, 1)) == pytest.approx(np.sqrt(0.5))
    assert cosine((1, 2), (-2, -4)) == pytest.approx(-1)
    assert cosine((0, 0), (1, 1)) is None
    assert cosine((1,), (1, 1)) is None
