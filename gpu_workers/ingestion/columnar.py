"""Parquet and Arrow files, read by Arrow in parts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gpu_workers.refusal import Refused
from gpu_workers.wording import readable

from .names import distinct, several
from .source import Field

Held = Path | bytes
"""A file, or all of its bytes."""
_PIECE = 1 << 20  # bytes of a column that are read at a time
_BATCH = 64 << 20  # bytes of a batch


class Columnar:
    """What Parquet and Arrow files share: columns that name their types."""

    notes: list[str]
    given: list[str]

    def __init__(self, schema: pa.Schema) -> None:
        self.given = list(schema.names)
        names, notes = distinct(schema.names)
        self._fields = [Field(name, kind) for name, kind in zip(names, schema.types, strict=True)]
        self.notes = several(notes)

    @property
    def fields(self) -> list[Field]:
        return self._fields

    def look_again(self) -> None:
        """Their types are declared, not guessed."""


class ParquetTable(Columnar):
    def __init__(self, held: Held) -> None:
        self._held = held
        with _saying("Parquet"), pq.ParquetFile(_opened(held), pre_buffer=False) as file:
            super().__init__(file.schema_arrow)
            self.rows: int = file.metadata.num_rows

    def batches(self, rows: int, columns: Sequence[int]) -> Iterator[Any]:
        with _saying("Parquet"), pq.ParquetFile(_opened(self._held), pre_buffer=False, buffer_size=_PIECE) as file:
            names = file.schema_arrow.names
            wanted = [names[place] for place in columns]
            # By a name Arrow gives all columns of that name, and those that begin with it and a dot.
            all_of_them = len(wanted) == len(names) or len(set(names)) < len(names)
            for batch in file.iter_batches(_fitting(rows, file.metadata), columns=None if all_of_them else wanted):
                if all_of_them:
                    yield batch.select(list(columns))
                else:
                    yield batch.select([batch.schema.get_field_index(name) for name in wanted])


class ArrowTable(Columnar):
    """An IPC file or stream, whichever it is."""

    def __init__(self, held: Held) -> None:
        self._held = held
        with _opened(held) as file:
            self._is_file = file.read(6) == b"ARROW1"
        with _saying("Arrow"):
            super().__init__(self._open().schema)

    def batches(self, rows: int, columns: Sequence[int]) -> Iterator[Any]:
        with _saying("Arrow"):
            reader = self._open()
            if self._is_file:
                parts = (reader.get_batch(place) for place in range(reader.num_record_batches))
            else:
                parts = iter(reader)
            for part in parts:
                part.validate(full=True)
                for start in range(0, part.num_rows, rows):
                    yield part.slice(start, rows).select(list(columns))

    def _open(self) -> Any:
        source = _opened(self._held)
        return pa.ipc.open_file(source) if self._is_file else pa.ipc.open_stream(source)


def _opened(held: Held) -> Any:
    return pa.BufferReader(held) if isinstance(held, bytes) else pa.OSFile(str(held), "rb")


def _fitting(rows: int, metadata: pq.FileMetaData) -> int:
    """So many rows, fewer where they are long, as the file says."""
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    longest = max((group.total_byte_size / max(group.num_rows, 1) for group in groups), default=1.0)
    return max(1, min(rows, int(_BATCH / max(longest, 1.0))))


@contextmanager
def _saying(named: str) -> Iterator[None]:
    """Arrow's errors as a sentence."""
    try:
        yield
    except pa.ArrowMemoryError:
        raise MemoryError from None
    except (pa.ArrowException, OSError, EOFError, ValueError) as error:
        said = readable(str(error).splitlines()[0] if str(error) else type(error).__name__, 300)
        raise Refused(
            f"not_{named.lower()}",
            f"The file cannot be read as {named}: it is damaged, cut off, or of another format. Arrow says: {said}",
        ) from None
