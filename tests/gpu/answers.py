"""A debugger's answers on a device beside those on the processors, for the same table."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import msgspec
import numpy as np

from gpu_workers.debugger.answer import answer, open_dataset
from gpu_workers.debugger.held import Held
from gpu_workers.protocol.debugger import (
    ByColumn,
    ByConditions,
    ByPerformance,
    ByQuantiles,
    ByTree,
    Clause,
    Condition,
    FindSlices,
    Named,
    Question,
    Rows,
    View,
)

TOLERANCE = 1e-6


def questions(model: str, number: str, category: str, name: str) -> Iterator[tuple[str, Question]]:
    """Of a table with such columns. name: one of the category's."""
    high = Condition(number, low=0.5)
    of_category = Condition(category, among=(name,))
    brushed = (Clause(f"feature:{number}", high),)
    yield "first view", View()
    yield "segments of one model", View(segments=ByPerformance(3, models=(model,)))
    yield "quantiles of a score", View(segments=ByQuantiles(f"score:{model}", 4))
    yield "quantiles of a number", View(segments=ByQuantiles(number, 5))
    yield "a column's values", View(segments=ByColumn(category))
    yield "conditions", View(segments=ByConditions((Named("", high), Named("", of_category))))
    yield "a tree", View(segments=ByTree(model))
    yield "other groups", View(a=(0,), b=(1,))
    yield "a brushed feature", View(clauses=brushed)
    yield "a brushed score", View(clauses=(Clause("performance", Condition(f"score:{model}", low=0.7)),))
    yield "two brushes", View(clauses=(*brushed, Clause(f"feature:{category}", of_category)))
    yield "rows of group A", View(rows=Rows(sort=f"score:{model}", descending=True, count=20, of="a"))
    yield "an expression", View(score=f"= abs(probability - label) + 0 * {number}")
    yield "slices", FindSlices(model)


def told(held: Held, question: Question) -> Any:
    """An answer as plain data, without what may differ."""
    found = msgspec.to_builtins(answer(held, question))
    assert found.pop("device") == held.device.name
    del found["seconds"]
    return found


def difference(one: Any, other: Any, place: str = "answer") -> str:
    """Where two answers are not the same but for the last digits of numbers, and how; "" where they are."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return next(filter(None, (difference(one[key], other[key], f"{place}.{key}") for key in one)), "")
    if isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return next(filter(None, (difference(*pair, f"{place}[{number}]") for number, pair in pairs)), "")
    if isinstance(one, float) and isinstance(other, float):
        return "" if np.isclose(one, other, TOLERANCE, TOLERANCE, equal_nan=True) else f"{place}: {one} and {other}"
    return "" if one == other else f"{place}: {str(one)[:200]} and {str(other)[:200]}"


def compared(rows: int) -> bool:
    """Whether they agree on the benchmark's table; prints what was asked."""
    from tests.benchmarks.debugger import table

    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        columns = table(rows, path)
        here, there = open_dataset(path, columns), open_dataset(path, columns, on="cuda:0")
        for name, question in questions("A", "x4", "c3", "02"):
            begun = perf_counter()
            found = told(there, question)
            seconds = perf_counter() - begun
            if apart := difference(told(here, question), found):
                print(f"DIFFERS: asked for {name}, {rows:,} rows: {apart}")  # noqa: T201
                return False
            print(f"  asked for {name}: the same on {rows:,} rows, {seconds:.2f} s at first")  # noqa: T201
    return True
