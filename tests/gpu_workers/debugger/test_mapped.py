"""Tables that are larger than the memory: their columns lie in a file, and answers are those of a table in memory."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from gpu_workers.debugger.answer import answer, open_dataset
from gpu_workers.debugger.failure import BadQuestion, Unanswerable
from gpu_workers.debugger.held import Held
from gpu_workers.debugger.resident import Resident
from gpu_workers.debugger.scratch import Scratch
from gpu_workers.debugger.texts import Many
from gpu_workers.protocol.datasets import Column
from gpu_workers.protocol.debugger import (
    ByColumn,
    ByConditions,
    ByPerformance,
    ByQuantiles,
    ByTime,
    ByTree,
    Clause,
    Condition,
    Export,
    FindSlices,
    Named,
    Question,
    Rows,
    View,
)
from gpu_workers.sandbox import Limits

from .stored import moments, numbers, stored, texts

ROWS = 140_000
"""More than are handed to the cores at once, and three row groups."""
FEW = Clause("performance", Condition("score:A", low=0.5))
SITES = Clause("feature:site", Condition("site", among=("A", "rare 7")))
HIGH, LATE = Condition("x", low=0.0), Condition("when", low=1.7e9 + 5e5)
QUESTIONS: list[Question] = [
    View(rows=Rows(0, 50)),
    View(clauses=(FEW, SITES), rows=Rows(70, 30, "x", descending=True)),
    View(segments=ByQuantiles("x", 5), a=(4,), rows=Rows(0, 20, "id", of="a")),
    View(segments=ByColumn("site", 6), score="brier", rows=Rows(0, 20, "site")),
    View(segments=ByColumn("place", 5)),
    View(segments=ByTime("when", "week")),
    View(segments=ByConditions((Named("", HIGH), Named("late", LATE))), score="= abs(x)"),
    View(segments=ByTree("A"), rows=Rows(5, 20, "score:B", of="b")),
    View(
        segments=ByPerformance(3, models=("A",)), clauses=(Clause("feature:when", Condition("when", high=1.7e9 + 1e6)),)
    ),
    View(clauses=(Clause("manual", Condition("id", among=("row 5", "row 139999"))),), rows=Rows(0, 5)),
    FindSlices("A", "B"),
    FindSlices("B", score="margin", depth=3),
]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Column, ...]]:
    random = np.random.default_rng(3)
    y = random.integers(0, 2, ROWS)
    x = random.normal(size=ROWS)
    site = random.choice(
        [*"ABC", *(f"rare {number}" for number in range(400))], ROWS, p=[0.3, 0.3, 0.2, *[0.0005] * 400]
    )
    evidence = np.where((x > 1) | (site == "C"), 0.0, 2.5) * (2 * y - 1)
    said = [1 / (1 + np.exp(-(part + random.normal(size=ROWS)))) for part in (evidence, 1.5 * (2 * y - 1))]
    x[::50] = np.nan
    said[0][::70] = np.nan
    columns: dict[str, Any] = {
        "id": texts(f"row {number}" for number in range(ROWS)),
        "y": numbers(y),
        "pA": numbers(said[0]),
        "pB": numbers(said[1]),
        "x": numbers(x),
        "half": numbers(np.round(x * 2) / 2),
        "site": texts(site),
        "when": moments(1.7e9 + 60.0 * np.arange(ROWS)),
        "lat": numbers(50 + random.normal(size=ROWS)),
        "lon": numbers(7 + random.normal(size=ROWS)),
    }
    path = tmp_path_factory.mktemp("mapped") / "table.parquet"
    roles = {"id": "id", "y": "label", "pA": "probability:A", "pB": "probability:B", "when": "time"}
    roles |= {"lat": "lat", "lon": "lon"}
    return path, stored(path, columns, roles)


@pytest.fixture(scope="module")
def in_memory(table: tuple[Path, tuple[Column, ...]]) -> Held:
    return open_dataset(*table)


@pytest.fixture(scope="module")
def in_a_file(table: tuple[Path, tuple[Column, ...]]) -> Iterator[Held]:
    """All of its columns, the shortest too; of the texts of `id` more than are held."""
    with tempfile.TemporaryFile() as file:
        yield open_dataset(*table, Scratch(file.fileno(), 2**30, small=1), many=2**17)


def told(held: Held, question: Question) -> Any:
    return msgspec.to_builtins(msgspec.structs.replace(answer(held, question), seconds=0.0))


@pytest.mark.parametrize("question", QUESTIONS, ids=[str(number) for number in range(len(QUESTIONS))])
def test_it_answers_as_one_in_memory(in_memory: Held, in_a_file: Held, question: Question) -> None:
    if isinstance(question, View) and question.rows is not None and question.rows.sort == "id":
        with pytest.raises(BadQuestion, match="cannot be sorted"):
            answer(in_a_file, question)
        question = msgspec.structs.replace(question, rows=msgspec.structs.replace(question.rows, sort=""))
    expected, found = told(in_memory, question), told(in_a_file, question)
    if "notes" in found:
        said = [note for note in found["notes"] if note not in expected["notes"]]
        assert [note for note in said if "more different texts than are held" not in note] == []
        expected["notes"] = found["notes"]
    assert found == expected


def test_its_exports_are_those_of_one_in_memory(in_memory: Held, in_a_file: Held) -> None:
    for asked in (Export(View(clauses=(FEW,)), of="a"), Export(View(), format="parquet")):
        files = []
        for held in (in_memory, in_a_file):
            with tempfile.TemporaryFile() as into:
                answer(held, asked, into)
                into.seek(0)
                files.append(into.read())
        assert files[0] == files[1]


def test_what_is_as_long_as_the_table_lies_in_the_file(in_a_file: Held) -> None:
    """What was computed and is kept, too."""
    told(in_a_file, QUESTIONS[1])
    assert isinstance(in_a_file.data["id"], Many)
    kept = [value for kind in in_a_file.kept._held.values() for value in kind.values()]
    arrays = list(_arrays([in_a_file.data, in_a_file.table, in_a_file.dealt, kept]))
    long = [array for array in arrays if len(array) == ROWS or array.shape[-1] == ROWS]
    assert len(long) > 20
    assert [array.dtype for array in long if not hasattr(_owner(array), "__array_interface__")] == []


def _arrays(value: Any) -> Iterator[Any]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _arrays(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _arrays(one)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from _arrays(getattr(value, name))


def _owner(array: Any) -> Any:
    while isinstance(array, np.ndarray) and array.base is not None:
        array = array.base
    return array if not isinstance(array, np.ndarray) else None


def test_space_of_columns_that_are_gone_is_used_again() -> None:
    with tempfile.TemporaryFile() as file:
        scratch = Scratch(file.fileno(), 2**20)
        for turn in range(5):
            column = scratch.empty(100_000, np.float32)
            column[:] = turn
            part = column[10:20]
            del column
            assert (part == turn).all()
            del part
        assert scratch.taken == 401_408
        assert os.fstat(file.fileno()).st_blocks * 512 < 2 * scratch.taken  # a file system may round up
        with pytest.raises(OSError, match="may take"):
            scratch.empty(2**20, np.uint16)


@pytest.fixture
def wide(tmp_path: Path) -> tuple[Path, tuple[Column, ...]]:
    """About 210 MiB in memory."""
    path = tmp_path / "wide.parquet"
    column = numbers(np.arange(800_000) * 7 % 1000)
    columns = stored(path, {f"x{place}": column for place in range(40)})
    path.chmod(0o644)
    return path, columns


def test_one_beyond_the_memory_is_answered_and_leaves_nothing_on_the_disk(
    wide: tuple[Path, tuple[Column, ...]],
) -> None:
    asked = View(segments=ByQuantiles("x3"), clauses=(Clause("feature:x5", Condition("x5", low=500)),))
    with closing(Resident(*wide, limits=Limits(memory=192 * 2**20))) as child:
        child.start()
        assert child.ask(asked)
        assert child.on_disk() > 150 * 2**20
        assert child.resident() < 192 * 2**20
        assert os.listdir(wide[0].parent) == ["wide.parquet"]


def test_one_beyond_the_disk_is_refused_in_words(wide: tuple[Path, tuple[Column, ...]]) -> None:
    with closing(Resident(*wide, limits=Limits(memory=192 * 2**20), disk=64 * 2**20)) as child:
        with pytest.raises(Unanswerable) as failed:
            child.start()
        assert not child.alive()
    assert failed.value.code == "dataset_too_large"
    assert "disk" in failed.value.message
