"""DuckDB, held to one file: it reads that and nothing else, writes nothing, loads nothing."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

PIECE = 1 << 14
"""Rows of a batch that it hands over."""
PIECE_BYTES = 32 << 20


def opened(path: Path, memory: int, threads: int) -> duckdb.DuckDBPyConnection:
    """memory: bytes that it may use; what needs more fails."""
    connection = duckdb.connect(
        config={
            "threads": threads,
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


def reader(connection: duckdb.DuckDBPyConnection, query: str, rows: int) -> Any:
    """The answer in batches of about so many rows, in the file's order."""
    return connection.sql(query).to_arrow_reader(rows)


def first_rows(connection: duckdb.DuckDBPyConnection, query: str, rows: int, size: int) -> Any:
    """The answer's beginning as a table: so many rows, fewer where they exceed so many bytes."""
    parts, held, taken = [], 0, 0
    with reader(connection, f"{query} LIMIT {rows}", 1 << 9) as answer:
        for part in answer:
            parts.append(part)
            held, taken = held + part.nbytes, taken + part.num_rows
            if held > size:
                break
        return pa.Table.from_batches(parts, answer.schema)
