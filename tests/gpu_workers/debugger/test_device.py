"""Answers on a GPU, with a stand-in for CuPy: nothing of the table is taken for what lies elsewhere."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from gpu_workers.debugger.answer import answer, open_dataset
from gpu_workers.debugger.device import device
from gpu_workers.debugger.held import Held
from gpu_workers.protocol.debugger import (
    ByColumn,
    ByQuantiles,
    Clause,
    Condition,
    Export,
    Question,
    Rows,
    View,
)
from tests.gpu.answers import difference, questions, told
from tests.gpu.stand_in import stand_in

from .conftest import ROWS, Binary
from .stored import numbers, stored, texts

ASKED = list(questions("A", "x", "site", "B"))


@pytest.mark.parametrize("question", [question for _, question in ASKED], ids=[name for name, _ in ASKED])
def test_answers_on_a_device_are_those_of_the_processors(
    held: Held, binary: Binary, tmp_path: Path, question: Question
) -> None:
    path = tmp_path / "table.parquet"
    columns = stored(path, binary.columns(), binary.roles)
    with stand_in() as cupy:
        there = open_dataset(path, columns, on="cuda:0")
        assert all(isinstance(codes, cupy.ndarray) for codes in there.table.codes)
        found = told(there, question)
    assert difference(told(held, question), found) == ""


def other_tables() -> dict[str, tuple[dict[str, Any], dict[str, str]]]:
    """A regression with weights, nulls, places and many texts; classes of three with probabilities; no labels."""
    random = np.random.default_rng(3)
    x, y, weight = random.normal(size=(3, ROWS))
    weight[::7] = np.nan
    features = {
        "x": numbers(x),
        "flag": pa.array([None if one > 1 else bool(one > 0) for one in y]),
        "lat": numbers(48 + random.random(ROWS)),
        "lon": numbers(9 + random.random(ROWS)),
        "word": texts(f"word {number}" for number in random.integers(0, 400, ROWS)),
    }
    said = {"y": numbers(y), "A": numbers(y + 0.3 * x), "B": numbers(y + random.normal(size=ROWS))}
    chances = random.dirichlet([2, 1, 1], ROWS)
    classes = {f"p{name}": numbers(chances[:, place]) for place, name in enumerate("abc")}
    placed = {"lat": "lat", "lon": "lon"}
    of_numbers = {"y": "label", "A": "prediction:A", "B": "prediction:B", **placed}
    of_classes = {"c": "label", **{f"p{name}": f"probability:A:{name}" for name in "abc"}}
    label = texts("abc"[place] for place in random.integers(0, 3, ROWS))
    return {
        "numbers": (features | said | {"w": numbers(np.abs(weight))}, of_numbers | {"w": "weight"}),
        "classes": (features | {"c": label} | classes, of_classes | placed),
        "features": (features, placed),
    }


QUESTIONS = [
    View(rows=Rows(sort="x")),
    View(segments=ByColumn("flag")),
    View(segments=ByColumn("word"), clauses=(Clause("feature:word", Condition("word", not_in=("word 1", "word 2"))),)),
    View(segments=ByQuantiles("x", 3), clauses=(Clause("manual", Condition("flag", null=True)),)),
    View(segments=ByColumn("place"), rows=Rows(sort="word", of="a")),
]


@pytest.mark.parametrize("name", ["numbers", "classes", "features"])
def test_tables_of_all_kinds_are_answered_there(name: str, tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    columns = stored(path, *other_tables()[name])
    here = open_dataset(path, columns)
    with stand_in():
        there = open_dataset(path, columns, on="cuda:0")
        for question in QUESTIONS if name != "features" else QUESTIONS[1:]:
            assert difference(told(here, question), told(there, question)) == ""
        into = [BytesIO(), BytesIO()]
        for held, file in zip((here, there), into, strict=True):
            answer(held, Export(QUESTIONS[-1], "csv"), file)
    assert into[0].getvalue() == into[1].getvalue()


def test_the_stand_in_keeps_host_and_device_apart() -> None:
    with stand_in() as cupy:
        there = cupy.asarray([1.0, 2.0])
        with pytest.raises(TypeError):
            there + there.get()
        with pytest.raises(TypeError):
            cupy.where(there > 1, there.get(), 0)
        assert (there + 1).get().tolist() == [2, 3]


def test_a_device_has_a_name() -> None:
    assert device("cpu").name == "cpu"
    with pytest.raises(ValueError, match="cuda:N"):
        device("gpu")
