"""Rows as files: CSV that no spreadsheet takes for a formula, and Parquet as the table is stored."""

import csv
import io
import json
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gpu_workers.debugger.answer import answer
from gpu_workers.debugger.failure import BadQuestion
from gpu_workers.debugger.held import Held
from gpu_workers.protocol.debugger import ByColumn, Clause, Condition, Export, ExportAnswer, View

from .conftest import ROWS, Binary, Make
from .stored import moments, numbers, texts


def exported(held: Held, asked: Export) -> tuple[ExportAnswer, bytes]:
    into = io.BytesIO()
    told = cast(ExportAnswer, answer(held, asked, into))
    data = into.getvalue()
    assert told.size == len(data)
    return told, data


def table(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode())))


def test_csv_has_the_rows_with_segment_and_scores(held: Held, binary: Binary) -> None:
    clause = Clause("manual", Condition("x", low=1.0))
    told, data = exported(held, Export(View(segments=ByColumn("site"), clauses=(clause,))))
    head, *rows = table(data)
    assert head == ["id", "y", "pA", "pB", "x", "noise", "site", "when", "segment", "score:A", "score:B"]
    kept = np.flatnonzero(binary.x >= 1.0)
    assert told.rows == len(rows) == len(kept)
    assert [row[0] for row in rows] == [f"row {number}" for number in kept]
    assert [float(row[4]) for row in rows] == [binary.x[number] for number in kept]
    assert rows[0][7].endswith("Z")
    assert {row[8] for row in rows} == {"0", "1", "2"}


def test_of_one_group(held: Held, binary: Binary) -> None:
    asked = Export(View(segments=ByColumn("site"), a=(1,)), of="a")
    told, data = exported(held, asked)
    (site,) = {row[6] for row in table(data)[1:]}
    assert told.rows == np.count_nonzero(binary.site == site)


def test_parquet_is_the_table_as_it_was_stored(held: Held, binary: Binary) -> None:
    told, data = exported(held, Export(View(clauses=(Clause("manual", Condition("x", low=1.0)),)), "parquet"))
    found, whole = pq.read_table(pa.BufferReader(data)), pq.read_table(held.path)
    kept = pa.array(np.flatnonzero(binary.x >= 1.0))
    assert found.schema.equals(whole.schema)
    assert found.to_pylist() == whole.take(kept).to_pylist()
    assert told.rows == len(kept)


def test_all_rows_and_no_rows(held: Held) -> None:
    assert exported(held, Export(View()))[0].rows == ROWS
    nothing = View(clauses=(Clause("manual", Condition("x", low=99.0)),))
    for form in ("csv", "parquet"):
        told, data = exported(held, Export(nothing, form))
        assert told.rows == 0
        assert data


def test_what_a_spreadsheet_takes_for_a_formula_is_defused(make: Make) -> None:
    bad = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\n=1", "＝1", "a=b", "x", None, ""]
    held = make(
        {"=cmd": texts(bad), "y": numbers([-1.0] * 12), "p": numbers(range(12))}, {"y": "label", "p": "prediction:A"}
    )
    head, *rows = table(exported(held, Export(View()))[1])
    assert head[0] == "'=cmd"
    assert [row[0] for row in rows] == [f"'{text}" for text in bad[:8]] + ["a=b", "x", "", ""]
    assert {row[1] for row in rows} == {"-1"}  # a number is no formula


def test_every_kind_of_column(make: Make) -> None:
    held = make(
        {
            "y": numbers([1.0, 2.0]),
            "p": numbers([1.5, np.nan]),
            "flag": pa.array([True, None]),
            "at": moments([0.5, np.nan]),
            "vector": pa.array([[1.0, 2.0], None]),
        },
        {"y": "label", "p": "prediction:A", "vector": "embedding"},
    )
    head, *rows = table(exported(held, Export(View()))[1])
    assert head == ["y", "p", "flag", "at", "vector", "segment", "score:A"]
    assert rows[0][:3] == ["1", "1.5", "true"]
    assert rows[0][3].startswith("1970-01-01T00:00:00.5")
    assert json.loads(rows[0][4]) == [1, 2]
    assert rows[1] == ["2", "", "", "", "", "", ""]
    assert exported(held, Export(View(), "parquet"))[0].rows == 2


def test_without_a_place_it_is_refused(held: Held) -> None:
    with pytest.raises(BadQuestion):
        answer(held, Export(View()))
