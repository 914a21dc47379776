"""DuckDB, held to one file: it reads that and nothing else, writes nothing, loads nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from gpu_workers.wording import readable

PIECE = 1 << 14
"""Rows of a batch that it hands over."""
PIECE_BYTES = 32 << 20


def opened(path: Path, memory: int, threads: int) -> duckdb.DuckDBPyConnection:
    """memory: bytes that it may use; what needs more fails."""
    connection = duckdb.connect(
        config={
            "threads": threads,
            "async_threads": threads,  # by itself four for each core, of which it waits for one disk
            "memory_limit": f"{memory >> 20}MiB",
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "python_enable_replacements": False,
            "preserve_insertion_order": True,
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET streaming_buffer_size = '64MB'")
    connection.execute(f"SET allowed_paths = [{text(str(path))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def name(value: str) -> str:
    """A column's name as SQL writes it."""
    return '"' + value.replace('"', '""') + '"'


def piece(row_bytes: float) -> int:
    """Rows of a batch, where a row takes so many bytes in the file."""
    return int(max(64, min(PIECE, PIECE_BYTES / max(row_bytes, 1.0))))


class QueryFailed(Exception):
    """DuckDB's words."""

    def said(self, path: Path) -> str:
        """The first of them, for people. path: of the file, whose name is ours."""
        return readable(str(self).splitlines()[0].replace(str(path), "the file"), 300)


def batches(connection: duckdb.DuckDBPyConnection, query: str, rows: int) -> Iterator[Any]:
    """The answer in Arrow's batches of about so many rows, in the file's order. Raises QueryFailed, MemoryError."""
    with _failing(), connection.sql(query).to_arrow_reader(rows) as answer:
        yield from answer


def answered(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    """All rows of the answer. Raises QueryFailed, MemoryError."""
    with _failing():
        return connection.execute(query).fetchall()  # all, so that the connection is free again


def schema_of(connection: duckdb.DuckDBPyConnection, query: str) -> pa.Schema:
    """Of the answer, as Arrow has it."""
    with _failing(), connection.sql(f"{query} LIMIT 0").to_arrow_reader(1) as answer:
        return answer.schema


def first_rows(connection: duckdb.DuckDBPyConnection, query: str, rows: int, size: int) -> pa.Table:
    """The answer's beginning: so many rows, fewer where they exceed so many bytes. Raises QueryFailed, MemoryError."""
    parts, held = [], 0
    for part in batches(connection, f"{query} LIMIT {rows}", 1 << 9):
        parts.append(part)
        held += part.nbytes
        if held > size:
            break
    return pa.Table.from_batches(parts) if parts else schema_of(connection, query).empty_table()


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise MemoryError from None
    except (duckdb.Error, pa.ArrowException, OSError) as error:  # Arrow hands on what DuckDB says, as one of its own
        if "Out of Memory Error" in str(error):
            raise MemoryError from None
        raise QueryFailed(str(error)) from None
