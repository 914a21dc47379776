"""Segments by time, beside pandas' own windows."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from gpu_workers.debugger.answer import answer
from gpu_workers.debugger.failure import BadQuestion
from gpu_workers.protocol.debugger import ByTime, Clause, View

from .conftest import Make
from .stored import moments, numbers
from .test_view import view

ROWS = 1000
OF_PANDAS = {"hour": "h", "day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}


def table(first: str, last: str) -> tuple[Any, dict[str, Any]]:
    """Moments from one day to another, borders among them, some missing."""
    low, high = (pd.Timestamp(day).timestamp() for day in (first, last))
    seconds = np.random.default_rng(7).uniform(low, high, ROWS).round(3)
    seconds[:4] = [low, high, pd.Timestamp("2024-01-01").timestamp(), pd.Timestamp("2024-02-29 23:59:59").timestamp()]
    seconds[4:14] = np.nan
    return seconds, {"when": moments(seconds), "x": numbers(np.arange(ROWS))}


@pytest.mark.parametrize(
    ("every", "first", "last", "name"),
    [
        ("hour", "2023-12-31", "2024-01-02", "2024-01-01 00:00"),
        ("day", "2023-12-20", "2024-02-10", "2024-01-01"),
        ("week", "2023-12-25", "2024-03-15", "Week from 2024-01-01"),
        ("month", "2020-03-01", "2024-03-15", "January 2024"),
        ("quarter", "2020-03-01", "2024-03-15", "2024, quarter 1"),
        ("year", "1969-03-01", "2024-03-15", "2024"),
    ],
)
def test_windows_are_pandass(make: Make, every: Any, first: str, last: str, name: str) -> None:
    seconds, columns = table(first, last)
    if every in ("hour", "day"):
        seconds[3] = np.nan
        columns["when"] = moments(seconds)
    held = make(columns, {"when": "time"})
    found = view(held, View(segments=ByTime("when", every)))
    stamps = pd.Series(pd.to_datetime(seconds, unit="s"))
    wanted = stamps.dropna().dt.to_period(OF_PANDAS[every]).value_counts().sort_index()
    assert [segment.rows for segment in found.segments] == wanted.tolist()
    assert name in [segment.name for segment in found.segments]
    lost = int(np.isnan(seconds).sum())
    assert any(f"{lost} rows without “when”" in note for note in found.notes)
    for segment in (found.segments[0], found.segments[-1]):
        assert segment.where is not None
        filtered = View(segments=ByTime("when", every), clauses=(Clause("manual", segment.where),))
        assert view(held, filtered).selected == segment.rows


@pytest.mark.parametrize(
    ("first", "last", "every"),
    [
        ("2024-01-01", "2024-01-01 20:00", "hour"),
        ("2023-12-30", "2024-05-30", "week"),
        ("2020-01-01", "2024-06-01", "quarter"),
    ],
)
def test_the_length_is_chosen_where_it_is_left_open(make: Make, first: str, last: str, every: str) -> None:
    low, high = (pd.Timestamp(day).timestamp() for day in (first, last))
    held = make({"when": moments(np.linspace(low, high, 500))}, {"when": "time"})
    found = view(held, View(segments=ByTime("when")))
    assert f"Each segment is a window of one {every}, in UTC." in found.notes
    assert len(found.segments) <= 24


def test_groups_are_unions_of_windows(make: Make) -> None:
    _, columns = table("2024-01-01", "2024-12-31")
    found = view(make(columns, {"when": "time"}), View(segments=ByTime("when", "month"), a=(0, 5, 11), b=(1, 2)))
    assert found.groups["a"].rows == sum(found.segments[key].rows for key in (0, 5, 11))
    assert found.groups["b"].rows == sum(found.segments[key].rows for key in (1, 2))


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (ByTime("when", "day"), "by day .* of them have rows: choose longer windows"),
        (ByTime("when", "hour"), "Segments are 64 at most"),
        (ByTime("x"), "“x” holds no times"),
        (ByTime("nothing"), "There is no column “nothing”"),
        (ByTime("lost"), "missing in every row"),
    ],
)
def test_what_has_no_windows_is_said(make: Make, by: ByTime, said: str) -> None:
    _, columns = table("2000-01-01", "2024-12-31")
    held = make(columns | {"lost": moments(np.full(ROWS, np.nan))}, {"when": "time", "lost": "time"})
    with pytest.raises(BadQuestion, match=f"(?i){said}"):
        answer(held, View(segments=by))


def test_one_moment_is_one_window(make: Make) -> None:
    held = make({"when": moments(np.full(20, 1.7e9))}, {"when": "time"})
    [only] = view(held, View(segments=ByTime("when"))).segments
    assert (only.name, only.rows) == ("2023-11-14 22:00", 20)
