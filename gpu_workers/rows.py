"""The rows of a table in our own bytes: an Arrow IPC file of one batch, its columns as the interface declares them.

A number is float64, null where its cell is empty; text and a choice are strings, never null. The schema's metadata say
how cells are read that are set later: `declared` (the columns as JSON), `dtype` (of the tensor that takes numbers);
and `notes`, sentences of how the file was read. Written by the inputs process, read by it, runners and browsers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import pyarrow as pa

from gpu_workers.protocol.interface import FileColumn

Cell = float | str | None


class Foreign(ValueError):
    """The bytes are no rows of ours."""


@dataclass(frozen=True)
class Rows:
    """cells: column by column, as many as are declared."""

    declared: tuple[FileColumn, ...]
    dtype: str
    cells: Sequence[Sequence[Cell]]
    notes: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return len(self.cells[0])

    @property
    def facts(self) -> dict[str, Any]:
        names = [column.name for column in self.declared]
        return {"count": self.count, "names": names, "notes": list(self.notes)}


def holds_text(column: FileColumn) -> bool:
    return column.type == "text" or bool(column.choices)


def packed(rows: Rows) -> bytes:
    """The same rows give the same bytes."""
    types = [pa.string() if holds_text(column) else pa.float64() for column in rows.declared]
    declared, notes = (msgspec.json.encode(each).decode() for each in (rows.declared, rows.notes))
    fields = [pa.field(column.name, kind) for column, kind in zip(rows.declared, types, strict=True)]
    arrays = [pa.array(cells, kind) for cells, kind in zip(rows.cells, types, strict=True)]
    schema = pa.schema(fields, metadata={"declared": declared, "dtype": rows.dtype, "notes": notes})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, schema) as writer:
        writer.write_batch(pa.record_batch(arrays, schema=schema))
    return bytes(sink.getvalue())


def unpacked(data: bytes) -> Rows:
    """Raises Foreign."""
    try:
        table = pa.ipc.open_file(pa.BufferReader(data)).read_all()
        table.validate(full=True)
        told = table.schema.metadata or {}
        declared = msgspec.json.decode(told[b"declared"], type=tuple[FileColumn, ...])
        notes = msgspec.json.decode(told[b"notes"], type=tuple[str, ...])
        wanted = [pa.string() if holds_text(column) else pa.float64() for column in declared]
        if table.schema.types != wanted or not declared:
            raise Foreign("its columns are not those that it declares")
        return Rows(declared, told[b"dtype"].decode(), [column.to_pylist() for column in table.columns], notes)
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise Foreign(str(error)) from error


def count_of(data: bytes) -> int:
    """How many rows there are. Raises Foreign."""
    try:
        with pa.ipc.open_file(pa.BufferReader(data)) as reader:
            return sum(reader.get_batch(place).num_rows for place in range(reader.num_record_batches))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Foreign(str(error)) from error
