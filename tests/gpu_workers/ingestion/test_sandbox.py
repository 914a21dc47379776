"""Hostile files and broken children: each ends in a verdict within its limits."""

import os
import signal
import struct
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from gpu_workers.ingestion import LIMITS, IngestionFailed, Reader, database, read
from gpu_workers.protocol.datasets import Format, Reading
from tests.gpu_workers.confined import interpreters
from tests.gpu_workers.ingestion.conftest import arrow, parquet


def reading(
    folder: Path, data: bytes, fmt: Format, memory: int = 512 << 20, size: int = 1 << 30, seconds: float = 600.0
) -> Reading:
    file = folder / "file"
    file.write_bytes(data)
    file.chmod(0o644)
    return read(file, fmt, folder / "out", replace(LIMITS, memory=memory, file_size=size), seconds=seconds)


@pytest.mark.parametrize("fmt", ["csv", "jsonl", "parquet", "arrow"])
def test_each_format_is_read_in_confinement(tmp_path: Path, fmt: Format) -> None:
    table = pa.table({"x": [1.5, 2.5], "t": ["a", None], "when": pa.array([0, 1], pa.timestamp("s"))})
    data = {
        "csv": b"x,t,when\n1.5,a,1970-01-01 00:00:00\n2.5,,1970-01-01 00:00:01\n",
        "jsonl": b'{"x":1.5,"t":"a","when":"1970-01-01 00:00:00"}\n{"x":2.5,"when":"1970-01-01 00:00:01"}\n',
        "parquet": parquet(table),
        "arrow": arrow(table),
    }
    found = reading(tmp_path, data[fmt], fmt)
    assert found.verdict == "ready", found.reason
    assert found.preview == (("1.5", "a", "1970-01-01"), ("2.5", None, "1970-01-01 00:00:01"))


def test_a_bomb_of_equal_rows_stays_within_its_memory(tmp_path: Path) -> None:
    """80 MB in a few kilobytes, in one row group: read in parts, with less memory than that."""
    values = pa.table({"x": pa.array(np.zeros(10_000_000))})
    data = parquet(values, compression="zstd", row_group_size=1 << 26)
    assert len(data) < 100_000
    found = reading(tmp_path, data, "parquet", 300 << 20)
    assert (found.verdict, found.rows) == ("ready", 10_000_000), found.reason


@pytest.mark.long
def test_long_texts_that_expand(tmp_path: Path) -> None:
    text = "x" * (1 << 20)
    data = parquet(pa.table({"t": pa.array([text] * 500)}), compression="zstd", use_dictionary=False)
    assert len(data) < 1 << 20
    found = reading(tmp_path, data, "parquet", 300 << 20)
    assert (found.verdict, found.rule) == ("rejected", "reading_too_large"), found.reason


def test_absurd_sizes_in_an_arrow_file(tmp_path: Path) -> None:
    stream = bytearray(arrow(pa.table({"x": [1.0]}), stream=True))
    stream[4:8] = struct.pack("<i", 2**31 - 1)
    found = reading(tmp_path, bytes(stream), "arrow")
    assert found.verdict == "rejected"
    assert found.rule in ("not_arrow", "reading_too_large"), found.reason


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 20))])
def test_damaged_parquet_ends_in_a_verdict(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    data = bytearray(parquet(pa.table({"x": random.normal(size=500), "t": [f"v{row % 9}" for row in range(500)]})))
    for place in random.integers(4, len(data) - 8, 20):
        data[place] = random.integers(256)
    found = reading(tmp_path, bytes(data), "parquet")
    assert found.verdict == "ready" or found.reason


def test_a_table_that_grows_too_large(tmp_path: Path) -> None:
    data = b"x\n" + b"".join(b"%d.25\n" % (row * row) for row in range(50_000))
    found = reading(tmp_path, data, "csv", size=10_000)
    assert (found.verdict, found.rule) == ("rejected", "table_too_large"), found.reason


def test_too_little_memory_is_said(tmp_path: Path) -> None:
    data = b"x\n" + b"".join(b"%d.25\n" % (row * row) for row in range(50_000))
    found = reading(tmp_path, data, "csv", memory=64 << 20)
    assert (found.verdict, found.rule) == ("rejected", "reading_too_large"), found.reason
    assert "64 MiB" in found.reason


@contextmanager
def signalled(number: int, most: int) -> Iterator[None]:
    """Sends the signal to so many of the children that are started meanwhile."""
    seen: set[int] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.005) and len(seen) < most:
            for process in interpreters():
                if process.pid not in seen:
                    seen.add(process.pid)
                    with suppress(ProcessLookupError):
                        os.kill(process.pid, number)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


SLOW = b"x,y\n" + b"".join(b"%d.25,%d\n" % (row * row, row) for row in range(300_000))
"""A file whose reading takes long enough for a signal to come in between."""


def test_a_child_that_is_killed_is_tried_again(tmp_path: Path) -> None:
    with signalled(signal.SIGSEGV, 1):
        found = reading(tmp_path, SLOW, "csv")
    assert found.verdict == "ready", found.reason


def test_a_child_that_always_dies_is_the_files_fault(tmp_path: Path) -> None:
    with signalled(signal.SIGSEGV, 2):
        found = reading(tmp_path, SLOW, "csv")
    assert (found.verdict, found.rule) == ("rejected", "crashes")


def test_a_child_that_hangs_is_ended(tmp_path: Path) -> None:
    with signalled(signal.SIGSTOP, 1):
        found = reading(tmp_path, SLOW, "csv", seconds=2.0)
    assert (found.verdict, found.rule) == ("rejected", "reading_too_slow")
    assert not interpreters()


def test_one_that_is_stopped_from_outside(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x\n1\n")
    file.chmod(0o644)
    (tmp_path / "out").touch()
    reader = Reader()
    reader.kill()
    with pytest.raises(IngestionFailed):
        reader.read(file, "csv", tmp_path / "out")


def test_its_threads_do_not_grow_with_the_machine(tmp_path: Path) -> None:
    """DuckDB by itself takes four more for each core, more than a child may have on a machine of sixteen."""
    with closing(database.opened(tmp_path / "none.csv", 1 << 30, 2)) as connection:
        found = connection.execute("SELECT current_setting('threads'), current_setting('async_threads')").fetchone()
    assert found == (2, 2)
