"""Parquet and Arrow: every type is kept, and what changes is said."""

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from gpu_workers.protocol.datasets import Kind
from tests.gpu_workers.ingestion.conftest import Reads, arrow, parquet

BERLIN = pa.timestamp("s", "Europe/Berlin")


@pytest.mark.parametrize(
    ("array", "kind", "values", "said"),
    [
        (pa.array([1, None], pa.int8()), Kind.NUMBER, [1, None], ""),
        (pa.array([2**64 - 1, 1], pa.uint64()), Kind.CATEGORY, [str(2**64 - 1), "1"], "beyond 64 bits"),
        (pa.array([5, None], pa.uint64()), Kind.NUMBER, [5, None], ""),
        (pa.array([0.5, float("nan")], pa.float32()), Kind.NUMBER, [0.5, None], ""),
        (pa.array([Decimal("1.50"), None]), Kind.NUMBER, [1.5, None], "Decimals"),
        (pa.array([Decimal(10**30)], pa.decimal128(38, 0)), Kind.CATEGORY, [str(10**30)], "beyond 64 bits"),
        (pa.array([datetime.date(2020, 1, 2)]), Kind.TIME, ["2020-01-02 00:00:00.000000"], ""),
        (pa.array([1500], pa.timestamp("ns")), Kind.TIME, ["1970-01-01 00:00:00.000001"], "microsecond"),
        (pa.array([1], BERLIN), Kind.TIME, ["1970-01-01 00:00:01.000000"], ""),
        (pa.array([datetime.time(1, 2)]), Kind.CATEGORY, ["01:02:00.000000"], "kept as text"),
        (pa.array([datetime.timedelta(seconds=3)]), Kind.NUMBER, [3.0], "seconds"),
        (pa.array(["x", None], pa.large_string()), Kind.CATEGORY, ["x", None], ""),
        (pa.array(["x", None]).dictionary_encode(), Kind.CATEGORY, ["x", None], ""),
        (pa.array([5, None]).dictionary_encode(), Kind.NUMBER, [5, None], ""),
        (pa.nulls(2), Kind.CATEGORY, [None, None], "no value in any row"),
        (pa.array([[1, 2.5], None]), Kind.VECTOR, [[1.0, 2.5], None], "Vectors of 2 numbers"),
        (pa.array([[1, 2]], pa.list_(pa.int32(), 2)), Kind.VECTOR, [[1.0, 2.0]], ""),
        (pa.array([[1], [1, 2]]), Kind.TEXT, ["[1]", "[1,2]"], "different lengths (1 to 2)"),
        (pa.array([{"a": 1, "b": None}]), Kind.TEXT, ['{"a":1,"b":null}'], "JSON text"),
        (pa.array([["a", "b"]]), Kind.TEXT, ['["a","b"]'], "JSON text"),
        (pa.array([True, None]), Kind.BOOLEAN, [True, None], ""),
    ],
)
@pytest.mark.parametrize("fmt", ["parquet", "arrow"])
def test_types(reads: Reads, fmt: str, array: Any, kind: Kind, values: list[object], said: str) -> None:
    table = pa.table({"x": array})
    read = reads(parquet(table) if fmt == "parquet" else arrow(table), fmt)
    assert read.reading.verdict == "ready", read.reading.reason
    assert (read.column("x").kind, read.values("x")) == (kind, values)
    assert said in read.said("x")


def test_bytes_are_described(reads: Reads) -> None:
    table = pa.table({"x": [b"\xff" * 9], "y": [{"bytes": b"\xff" * 9, "path": "a.png"}]})
    read = reads(parquet(table), "parquet")
    assert read.values("x")[0].startswith("9 bytes, sha256 ")
    assert '"9 bytes, sha256 ' in read.values("y")[0]


def test_missing_elements_of_a_vector(reads: Reads) -> None:
    read = reads(arrow(pa.table({"x": [[1.0, None], None, [2.0, 3.0]]}), stream=True), "arrow")
    values = read.values("x")
    assert values[0][0] == 1.0
    assert np.isnan(values[0][1])
    assert values[1:] == [None, [2.0, 3.0]]
    assert "missing in one row" in read.said("x")


@pytest.mark.parametrize("fmt", ["parquet", "arrow"])
def test_names(reads: Reads, fmt: str) -> None:
    columns = [pa.array([place]) for place in range(4)] + [pa.array([[7.0]])]
    table = pa.table(columns, names=["a", "a", "", "a.b", "v"])
    read = reads(parquet(table) if fmt == "parquet" else arrow(table), fmt)
    assert read.reading.verdict == "ready", read.reading.reason
    assert read.table.to_pylist() == [{"a": 0, "a (2)": 1, "column 3": 2, "a.b": 3, "v": [7.0]}]
    assert [column.facts.low for column in read.reading.columns] == [0.0, 1.0, 2.0, 3.0, None]


def test_row_groups(reads: Reads) -> None:
    """Many small batches become groups of 131,072 rows, whose text has a dictionary each."""
    import pyarrow.parquet as pq

    rows = 300_000
    table = pa.table({"x": np.arange(rows), "t": [f"v{row % 7}" for row in range(rows)]})
    read = reads(parquet(table, row_group_size=1000), "parquet")
    metadata = pq.read_metadata(read.path)
    assert metadata.num_row_groups <= 4
    assert metadata.row_group(0).column(0).compression == "ZSTD"
    assert read.table.schema.types == [pa.int64(), pa.dictionary(pa.int32(), pa.string())]
    assert read.table["x"].to_pylist() == list(range(rows))
    assert read.table["t"].unify_dictionaries().chunk(0).dictionary.to_pylist() == [f"v{row}" for row in range(7)]


@pytest.mark.parametrize(
    ("data", "fmt", "rule"),
    [
        (parquet(pa.table({"x": np.arange(9000)}))[:-9], "parquet", "not_parquet"),
        (parquet(pa.table({"x": np.arange(9000)}))[:5000], "parquet", "not_parquet"),
        (b"a,b\n1,2\n", "parquet", "not_parquet"),
        (arrow(pa.table({"x": np.arange(9000)}))[:5000], "arrow", "not_arrow"),
        (arrow(pa.table({"x": np.arange(9000)}), stream=True)[:5000], "arrow", "not_arrow"),
        (b"a,b\n1,2\n", "arrow", "not_arrow"),
        (parquet(pa.table({"x": [1]})), "arrow", "other_format"),
        (parquet(pa.table({"x": pa.array([], pa.int8())})), "parquet", "no_rows"),
        (parquet(pa.table({"day": pa.array([2**30], pa.date32())})), "parquet", "bad_value"),
    ],
)
def test_bad_files(reads: Reads, data: bytes, fmt: str, rule: str) -> None:
    reading = reads(data, fmt).reading
    assert (reading.verdict, reading.rule) == ("rejected", rule), reading.reason
    assert reading.reason.endswith(".") or "Arrow says:" in reading.reason


def test_a_damaged_page(reads: Reads) -> None:
    data = bytearray(parquet(pa.table({"x": np.random.default_rng(0).normal(size=9000)})))
    data[1000:2000] = bytes(1000)
    reading = reads(bytes(data), "parquet").reading
    assert reading.verdict == "rejected" or reading.rows == 9000
