"""Answers on a GPU, with a stand-in for CuPy: nothing of the table is taken for what lies elsewhere."""

from pathlib import Path

import pytest

from gpu_workers.debugger.answer import open_dataset
from gpu_workers.debugger.device import device
from gpu_workers.debugger.held import Held
from gpu_workers.protocol.debugger import Question
from tests.gpu.answers import difference, questions, told
from tests.gpu.stand_in import stand_in

from .conftest import Binary
from .stored import stored

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
