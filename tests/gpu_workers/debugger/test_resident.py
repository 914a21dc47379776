"""A table in its sandboxed child: it answers as in this process, refuses, is ended at its time, and can do no more."""

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from typing import cast

import msgspec
import pytest

from gpu_workers.debugger.answer import answer
from gpu_workers.debugger.failure import Unanswerable
from gpu_workers.debugger.held import Held
from gpu_workers.debugger.resident import Resident
from gpu_workers.protocol.debugger import (
    ByTree,
    Clause,
    Condition,
    Export,
    ExportAnswer,
    FindSlices,
    Question,
    View,
    ViewAnswer,
    answered,
)
from gpu_workers.sandbox import Floor, Limits, floor, floor_reason

LIMITS = Limits(memory=2 * 2**30, file_size=2**30)


@pytest.fixture(scope="module")
def resident(held: Held) -> Iterator[Resident]:
    os.chmod(held.path, 0o644)
    with closing(Resident(held.path, held.columns, limits=LIMITS)) as child:
        child.start()
        yield child


@pytest.mark.parametrize(
    "question", [View(), View(segments=ByTree("A")), FindSlices("A", "B")], ids=["view", "tree", "slices"]
)
def test_it_answers_as_in_this_process(resident: Resident, held: Held, question: Question) -> None:
    told, known = answered(resident.ask(question)), answer(held, question)
    assert msgspec.structs.replace(told, seconds=0.0) == msgspec.structs.replace(known, seconds=0.0)


@pytest.mark.skipif(floor() is not Floor.FULL, reason=floor_reason())
@pytest.mark.skipif(find_spec("cupy") is not None, reason="CuPy is installed")
def test_where_the_gpu_does_not_start_the_processors_answer_and_say_so(held: Held) -> None:
    os.chmod(held.path, 0o644)
    with closing(Resident(held.path, held.columns, limits=replace(LIMITS, devices=("/dev/full",)))) as child:
        child.start()
        told = answered(child.ask(View(features=0)))
    assert isinstance(told, ViewAnswer)
    assert told.device == "cpu"
    assert any(note.startswith("The GPU does not hold this table") for note in told.notes)


def test_a_bad_question_is_refused_and_the_next_is_answered(resident: Resident) -> None:
    with pytest.raises(Unanswerable) as refused:
        resident.ask(View(score="= nothing + 1"))
    assert refused.value.code == "question_refused"
    assert "nothing" in refused.value.message
    assert resident.alive()
    assert resident.ask(View())


def test_an_export_lies_in_its_file_until_the_next(resident: Resident) -> None:
    clause = Clause("manual", Condition("x", low=1.0))
    for asked in (Export(View()), Export(View(clauses=(clause,)), "parquet"), Export(View(clauses=(clause,)))):
        told = cast(ExportAnswer, answered(resident.ask(asked)))
        assert resident.exported.stat().st_size == told.size > 0
    lines = resident.exported.read_text().splitlines()
    assert len(lines) == told.rows + 1


def test_it_is_ended_at_its_time(held: Held) -> None:
    with closing(Resident(held.path, held.columns, limits=LIMITS)) as child:
        child.start()
        with pytest.raises(Unanswerable) as failed:
            child.ask(View(segments=ByTree("B")), seconds=0.001)
        assert failed.value.code == "deadline_exceeded"
        assert not child.alive()


def test_a_killed_one_says_so(held: Held) -> None:
    with closing(Resident(held.path, held.columns, limits=LIMITS)) as child:
        child.start()
        child.kill()
        with pytest.raises(Unanswerable) as failed:
            child.ask(View())
    assert failed.value.code == "internal"
