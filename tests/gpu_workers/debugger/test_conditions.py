"""Conditions as people write them: dates, yes and no, and values that there are not."""

import numpy as np
import pyarrow as pa
import pytest

from gpu_workers.debugger.answer import answer
from gpu_workers.debugger.failure import BadQuestion
from gpu_workers.debugger.held import Held
from gpu_workers.protocol.conditions import seconds
from gpu_workers.protocol.debugger import ByColumn, ByConditions, Clause, Condition, Named, View

from .conftest import Make
from .stored import moments, numbers, texts
from .test_view import view

DAY = 86_400
BY = ByColumn("region")
FIRST = 1_740_787_200
"""The first of March 2025, UTC."""


@pytest.fixture
def held(make: Make) -> Held:
    days = np.arange(40)
    columns = {
        "when": moments(FIRST + days * DAY),
        "ok": pa.array([bool(day % 4 == 0) for day in days]),
        "region": texts(["east" if day < 30 else "west" for day in days]),
        "x": numbers(days),
    }
    return make(columns, {"when": "time"})


def selected(held: Held, where: Condition) -> int:
    return view(held, View(segments=BY, clauses=(Clause("manual", where),))).selected


@pytest.mark.parametrize(
    ("low", "high", "rows"),
    [
        ("2025-03-11", "2025-03-21", 10),
        ("2025-03-11T00:00:00Z", None, 30),
        (None, "2025-03-11T01:00:00+02:00", 10),
        (FIRST + 30.0 * DAY, "2025-04-05", 5),
    ],
)
def test_a_time_is_bounded_by_dates(held: Held, low: float | str | None, high: str | None, rows: int) -> None:
    assert selected(held, Condition("when", low=low, high=high)) == rows
    assert selected(held, Condition(all=(Condition("when", low=low, high=high),))) == rows


def test_times_are_listed_as_dates(held: Held) -> None:
    assert selected(held, Condition("when", among=("2025-03-02", "2025-03-03T00:00:00Z"))) == 2
    assert seconds("2025-03-01") == FIRST


@pytest.mark.parametrize(
    ("where", "told"),
    [
        (Condition("when", low="March"), "“March” is no time for “when”: write “2025-03-01”"),
        (Condition("x", low="2025-03-01"), "The bounds of “x” are numbers, not “2025-03-01”"),
    ],
)
def test_what_is_no_date_is_refused(held: Held, where: Condition, told: str) -> None:
    with pytest.raises(BadQuestion, match=told):
        answer(held, View(segments=BY, clauses=(Clause("manual", where),)))


@pytest.mark.parametrize("yes", [True, "true", "yes", "Yes", 1.0])
def test_a_boolean_is_yes_or_true(held: Held, yes: str | float | bool) -> None:
    assert selected(held, Condition("ok", among=(yes,))) == 10
    assert selected(held, Condition("ok", not_in=(yes,))) == 30
    assert selected(held, Condition("ok", among=(False, "no"))) == 30


def test_a_value_that_there_is_not_is_told(held: Held) -> None:
    east = Condition("region", among=("East", "west"))
    told = "“East” is no value of “region”; did you mean “east”?"
    assert told in view(held, View(segments=BY, clauses=(Clause("manual", east),))).notes
    assert told in view(held, View(segments=ByConditions((Named("E", east),)))).notes
    far = view(held, View(segments=BY, clauses=(Clause("manual", Condition("region", among=("11", "west"))),)))
    assert "“11” is no value of “region”." in far.notes
    known = view(held, View(segments=BY, clauses=(Clause("manual", Condition("region", among=("west",))),)))
    assert not any("is no value" in note for note in known.notes)


def test_what_is_no_probability_and_of_no_label_is_told_with_its_rows(make: Make) -> None:
    said = np.full(50, 0.3)
    said[7] = 1.5
    columns = {"y": texts(["ham", "spam"] * 25), "p": numbers(said), "q": numbers(np.full(50, 0.4))}
    held = make(columns, {"y": "label", "p": "probability:A:ham", "q": "probability:A:spamm"})
    notes = view(held, View()).notes
    assert "1 row has a “p” that is no probability, outside 0 to 1." in notes
    assert "No row of 50 has the label “spamm”, whose probability “q” is: see the column's role." in notes
    assert not any("“ham”, whose" in note for note in notes)
