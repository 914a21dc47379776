"""Tokens of texts, by the real package in the real sandbox."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import helper

from gpu_workers.protocol.interface import Interface, LabelOutput, NumberOutput, TextInput
from gpu_workers.runner import Runner, RunnerFailed
from tests.gpu_workers.bundles import bundle, tokenizer
from tests.gpu_workers.inspection.test_bundles import counts
from tests.gpu_workers.runner.tiny_models import BOOL, INT64, constant, save, value

TEXT = TextInput(name="text", tokenizer="words.json")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    files: dict[str, bytes | Path] = {
        "m.onnx": counts(tmp_path / "m.onnx"),
        "words.json": tokenizer("the", "cat", "sat"),
    }
    return bundle(tmp_path / "b", files)


@pytest.fixture
def runner(path: Path) -> Iterator[Runner]:
    made = Runner(path, format="bundle", interface=Interface((TEXT,), (LabelOutput(name="logits"),)), batch_axis=0)
    made.start()
    yield made
    made.close()


CASES: list[tuple[dict[str, Any], str, list[int], list[int]]] = [
    ({}, "The cat SAT", [2, 4, 5, 6, 3], [1] * 5),
    ({}, "", [2, 3], [1, 1]),
    ({"max_tokens": 4}, "the cat sat", [2, 4, 5, 3], [1] * 4),
    ({"pad_to": 7}, "the dog", [2, 4, 1, 3, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0]),
    ({"pad_to": 4, "max_tokens": 4}, "the cat sat on", [2, 4, 5, 3], [1] * 4),
]


@pytest.mark.parametrize(("options", "text", "ids", "mask"), CASES)
def test_cut_and_filled_as_declared(
    runner: Runner, options: dict[str, Any], text: str, ids: list[int], mask: list[int]
) -> None:
    found = runner.tokens(TextInput(name="text", tokenizer="words.json", **options), text)
    assert {what: array.tolist() for what, array in found.items()} == {
        "ids": [ids],
        "mask": [mask],
        "types": [[0] * len(ids)],
    }


def test_texts_of_different_lengths_are_answered_in_their_order(runner: Runner) -> None:
    answers = runner.predict([{"text": text} for text in ("the", "the cat sat", "cat", "sat sat")])
    sums = [2 + 4 + 3, 2 + 4 + 5 + 6 + 3, 2 + 5 + 3, 2 + 6 + 6 + 3]
    for answer, expected in zip(answers, sums, strict=True):
        np.testing.assert_array_equal(answer["logits"], [[expected, 2 * expected, 0]])


def test_the_mask_has_the_type_that_the_model_takes(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Where", ["kept", "ids", "none"], ["words"]),
        helper.make_node("ReduceSum", ["words", "second"], ["sum"], keepdims=1),
    ]
    constants = [constant("none", np.array(0)), constant("second", np.array([1]))]
    ends = [value("ids", INT64, "n", "t"), value("kept", BOOL, "n", "t")]
    model = save(tmp_path / "m.onnx", nodes, ends, [value("sum", INT64, "n", 1)], constants)
    path = bundle(tmp_path / "b", {"m.onnx": model, "words.json": tokenizer("the", "cat")})
    text = TextInput(name="text", tensor="ids", mask="kept", tokenizer="words.json", pad_to=6)
    runner = Runner(path, format="bundle", interface=Interface((text,), (NumberOutput(name="sum"),)), batch_axis=0)
    try:
        runner.start()
        np.testing.assert_array_equal(runner.predict([{"text": "the cat"}])[0]["sum"], [[2 + 4 + 5 + 3]])
    finally:
        runner.close()


def test_a_token_that_there_is_not_is_said(runner: Runner) -> None:
    with pytest.raises(RunnerFailed) as failed:
        runner.tokens(TextInput(name="text", tokenizer="words.json", pad_to=9, pad="<pad>"), "the")
    assert "has no token “<pad>” to fill up with" in failed.value.detail
    assert runner.tokens(TEXT, "the")["ids"].tolist() == [[2, 4, 3]]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"max_tokens": 5}, "has no tokenizer"),
        ({"tokenizer": "t.json", "max_tokens": 5, "pad_to": 6}, "never filled up to 6"),
        ({"tokenizer": "metadata:t"}, "is a file of the upload"),
    ],
)
def test_what_contradicts_itself_is_said(options: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Interface((TextInput(name="text", **options),), (LabelOutput(name="y"),))
