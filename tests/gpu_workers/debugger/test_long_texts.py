"""Texts of any length: answers hold what can be read of them, and no more than a queue and a database should carry."""

from contextlib import closing
from pathlib import Path
from typing import cast

import msgspec
import numpy as np
import pytest

from gpu_workers.debugger.answer import answer
from gpu_workers.debugger.failure import Unanswerable
from gpu_workers.debugger.resident import Resident
from gpu_workers.debugger.texts import LONGEST
from gpu_workers.protocol.debugger import ByColumn, ByQuantiles, Clause, Rows, View, ViewAnswer
from gpu_workers.sandbox import Limits

from .conftest import Make
from .stored import numbers, stored, texts

LONG = "long " * 200_000


def test_long_texts_are_cut_and_still_told_apart(make: Make) -> None:
    """Few categories, and a column of many texts."""
    few = [LONG + "a"] * 150 + [LONG + "b"] * 100 + ["short"] * 50
    many = [LONG] * 20 + ["often"] * 10 + [f"text {number}" for number in range(270)]
    held = make({"few": texts(few), "many": texts(many)})
    for column in ("few", "many"):
        asked = View(segments=ByColumn(column), rows=Rows(0, 300))
        found = cast(ViewAnswer, answer(held, asked))
        assert len(msgspec.json.encode(found)) < 1_000_000
        assert len({segment.name for segment in found.segments}) == len(found.segments)
        for segment in found.segments:
            assert segment.where is not None
            met = cast(
                ViewAnswer, answer(held, View(clauses=(Clause("manual", segment.where),), segments=asked.segments))
            )
            assert met.selected == segment.rows > 0
        assert found.table is not None
        cells = [row[found.table.columns.index(column)] for row in found.table.values]
        assert max(len(str(cell)) for cell in cells) == LONGEST
        names = [name for feature in found.features for name in feature.categories]
        assert max(map(len, names)) <= LONGEST
    by_few = cast(ViewAnswer, answer(held, View(segments=ByColumn("few"))))
    assert [segment.rows for segment in by_few.segments] == [150, 100, 50]


def test_an_answer_that_is_too_long_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.parquet"
    rows = [f"{number:03}" + "y" * 297 for number in range(500)]
    columns = stored(path, {f"text {place}": texts(rows) for place in range(40)} | {"x": numbers(np.arange(500.0))})
    path.chmod(0o644)
    with closing(Resident(path, columns, limits=Limits(memory=2**30))) as child:
        child.start()
        with pytest.raises(Unanswerable) as refused:
            child.ask(View(segments=ByQuantiles("x"), rows=Rows(0, 500)))
        assert refused.value.code == "question_refused"
        assert "fewer rows" in refused.value.message
        assert child.alive()
