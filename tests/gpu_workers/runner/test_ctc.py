"""Lines read from scores step by step, beside a reading that merges one step after another."""

from itertools import groupby
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_workers.protocol.interface import TextOutput
from gpu_workers.runner.postprocess import Unanswered
from gpu_workers.runner.postprocess.ctc import read_line

NAMES = ("a", "b", "ç", "ff")


def merged(steps: list[int], blank: int, names: tuple[str, ...]) -> str:
    """Each run of one class once; the model's classes are the names with the blank put in."""
    whole = [*names[:blank], None, *names[blank:]]
    return "".join(whole[step] or "" for step, _ in groupby(steps))


@given(st.lists(st.integers(0, 5), max_size=30), st.integers(0, 5), st.sampled_from(["NTC", "TNC"]))
def test_scores_are_read(steps: list[int], blank: int, layout: Literal["NTC", "TNC"]) -> None:
    field = TextOutput(name="line", classes=NAMES, decode="ctc", blank=blank, space=True, layout=layout)
    scores = np.random.default_rng(len(steps)).random((1, len(steps), 6), dtype=np.float32)
    scores[0, range(len(steps)), steps] = 2
    given_scores = scores if layout == "NTC" else np.moveaxis(scores, 0, 1)
    assert read_line(field, given_scores) == merged(steps, blank, (*NAMES, " "))


def test_classes_chosen_by_the_model_are_read() -> None:
    field = TextOutput(name="line", classes=NAMES, decode="ctc")
    assert read_line(field, np.array([[1.0, 1.0, 0.0, 1.0, 4.0]], dtype=np.float32)) == "aaff"
    assert read_line(field, np.array([[0, 0]])) == ""


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (np.zeros((1, 3, 7)), "names 5 classes, its blank included, but the model answered 7"),
        (np.zeros((2, 3, 5)), "one line for a case"),
        (np.full((1, 3, 5), np.nan), "not a finite number"),
        (np.array([[9]]), "answered class 9, but names 4"),
        (np.array([[-1]]), "answered class -1"),
        (np.array([[0.5]]), "holds no classes"),
        (np.zeros(3), "holds no scores"),
        ([{"a": 1.0}], "holds no scores"),
    ],
)
def test_what_is_no_line_is_said(raw: Any, says: str) -> None:
    with pytest.raises(Unanswered, match=says):
        read_line(TextOutput(name="line", classes=NAMES, decode="ctc"), raw)
