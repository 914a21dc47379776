"""Columns of pictures are kept as they came, whatever is in them, and never decoded here."""

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gpu_workers.protocol.datasets import Count, Kind, Role
from gpu_workers.protocol.rendering import MAX_BYTES
from tests.gpu_workers.ingestion.conftest import Reads, arrow, parquet

PNG, JPEG = b"\x89PNG\r\n\x1a\n" + b"a" * 92, b"\xff\xd8\xff\xe0" + b"b" * 46
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"


def struct(*values: bytes | None) -> Any:
    return pa.array([None if value is None else {"bytes": value, "path": "anna-smith.png"} for value in values])


@pytest.mark.parametrize(
    "array",
    [
        pa.array([PNG, None, JPEG], pa.binary()),
        pa.array([PNG, None, JPEG], pa.large_binary()),
        pa.array([PNG, None, JPEG], pa.binary()).dictionary_encode(),
        struct(PNG, None, JPEG),
    ],
)
@pytest.mark.parametrize("fmt", ["parquet", "arrow"])
def test_they_are_kept_whole(reads: Reads, fmt: str, array: Any) -> None:
    table = pa.table({"film": array, "age": [1, 2, 3]})
    read = reads(parquet(table) if fmt == "parquet" else arrow(table), fmt)
    assert read.reading.verdict == "ready", read.reading.reason
    column = read.column("film")
    assert (column.kind, column.role) == (Kind.IMAGE, Role.MEDIA)
    assert read.values("film") == [PNG, None, JPEG]
    facts = column.facts
    assert (facts.nulls, facts.low, facts.high, facts.mean) == (1, 50.0, 100.0, 75.0)
    assert facts.top == (Count("PNG", 1), Count("JPEG", 1))
    assert read.reading.preview[0] == ("PNG, 100 bytes", "1")
    assert "anna-smith" not in str(read.reading)


def test_files_names_are_said_to_be_left_out(reads: Reads) -> None:
    read = reads(parquet(pa.table({"film": struct(PNG)})), "parquet")
    assert "names of the pictures’ files" in read.said("film").replace("'", "’")


def test_what_begins_like_no_picture_is_kept_and_counted(reads: Reads) -> None:
    read = reads(parquet(pa.table({"film": [PNG, SVG, JPEG, b"MZ" * 20]})), "parquet")
    assert read.column("film").kind is Kind.IMAGE
    assert read.values("film")[1] == SVG
    assert "In 2 rows it begins like no picture" in read.said("film")


@pytest.mark.parametrize("values", [[SVG, SVG, PNG], [b"\xff" * 9], [None]])
def test_bytes_of_which_most_are_no_pictures_are_described(reads: Reads, values: list[bytes | None]) -> None:
    read = reads(parquet(pa.table({"x": pa.array(values, pa.binary())})), "parquet")
    assert read.reading.verdict == "ready", read.reading.reason
    assert read.column("x").kind is not Kind.IMAGE


def test_one_that_is_too_large_is_refused_with_its_row(reads: Reads) -> None:
    large = PNG + bytes(MAX_BYTES)
    reading = reads(parquet(pa.table({"film": [PNG, JPEG, large]})), "parquet").reading
    assert (reading.verdict, reading.rule) == ("rejected", "bad_value")
    assert reading.reason.startswith("Column “film”, row 3: a picture of 25.0 MB, where one may have 25 MB.")


def test_groups_of_rows_are_small_so_that_one_is_read_soon(reads: Reads) -> None:
    noise = [PNG + bytes([row]) * (1 << 20) for row in range(40)]
    read = reads(parquet(pa.table({"film": noise}), compression="zstd"), "parquet")
    metadata = pq.ParquetFile(read.path).metadata
    sizes = [metadata.row_group(place).num_rows for place in range(metadata.num_row_groups)]
    assert sum(sizes) == 40
    assert max(sizes) <= 17
    assert read.values("film") == noise
    assert not metadata.row_group(0).column(0).is_stats_set
