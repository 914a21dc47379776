"""Tables as they are read: in this process where it is about what is read, in the sandbox where it is about that."""

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gpu_workers.ingestion.work import reading_of
from gpu_workers.protocol.datasets import Column, Format, Reading


@dataclass(frozen=True)
class Read:
    """What was found, and the table that was written; none where the file was rejected."""

    reading: Reading
    path: Path

    @property
    def table(self) -> pa.Table:
        return pq.read_table(self.path)

    def values(self, name: str) -> list[Any]:
        """Times as text."""
        column = self.table[name]
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("us")).cast(pa.string())
        return list(column.to_pylist())

    def column(self, name: str) -> Column:
        return next(column for column in self.reading.columns if column.name == name)

    def said(self, name: str) -> str:
        return " ".join(self.column(name).facts.notes)


Reads = Callable[..., Read]


@pytest.fixture
def reads(tmp_path: Path) -> Reads:
    def read(data: bytes | str, fmt: Format = "csv") -> Read:
        file, out = tmp_path / "file", tmp_path / "out"
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        descriptor = os.open(out, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        try:
            return Read(reading_of(str(file), fmt, descriptor, 2 << 30), out)
        finally:
            os.close(descriptor)

    return read


def parquet(table: pa.Table, **options: Any) -> bytes:
    held = io.BytesIO()
    pq.write_table(table, held, **options)
    return held.getvalue()


def arrow(table: pa.Table, *, stream: bool = False) -> bytes:
    held = io.BytesIO()
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(held, table.schema) as writer:
        writer.write_table(table)
    return held.getvalue()
