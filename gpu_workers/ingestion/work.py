"""What the confined process does: reads, stores, describes."""

import errno
import os
import time
from pathlib import Path

import pyarrow as pa
from msgspec.structs import replace

from gpu_workers.protocol.datasets import Column, Facts, Format, Reading
from gpu_workers.refusal import Refused

from . import formats
from .facts import facts_of, kind_of
from .preview import preview
from .roles import Candidate, guessed
from .source import Misjudged, Source
from .storing import Stored, store


def reading_of(path: str, fmt: Format, out: int, memory: int) -> Reading:
    """memory: bytes that this process may take; DuckDB is given a third of it. Raises MemoryError."""
    begun = time.perf_counter()
    threads = min(4, len(os.sched_getaffinity(0)))
    pa.set_cpu_count(threads)
    try:
        source = formats.opened(Path(path), fmt, memory // 3, threads)
        stored = _stored(source, out)
    except Refused as refused:
        return Reading("rejected", refused.rule, refused.reason)
    except OSError as error:
        if error.errno != errno.EFBIG:
            raise
        return Reading("rejected", "table_too_large", "The table is larger than a dataset may be. Upload it in parts.")
    columns = _columns(source, stored, facts_of(out, threads))
    seconds = time.perf_counter() - begun
    notes = tuple(source.notes)
    return Reading(
        "ready", rows=stored.rows, columns=columns, preview=preview(stored.first), notes=notes, seconds=seconds
    )


def _stored(source: Source, out: int) -> Stored:
    """Judged by the first rows, and again where those misled."""
    while True:
        try:
            return _written(source, out)
        except Misjudged:
            source.look_again()


def _written(source: Source, out: int) -> Stored:
    os.ftruncate(out, 0)
    os.lseek(out, 0, os.SEEK_SET)
    with os.fdopen(os.dup(out), "wb") as file:
        return store(source, file)


def _columns(source: Source, stored: Stored, facts: list[Facts]) -> tuple[Column, ...]:
    fields = source.fields
    found = []
    for field, cast, each in zip(fields, stored.casts, facts, strict=True):
        kind = kind_of(cast.type, each, stored.rows, whole=field.whole or cast.whole)
        notes = (*field.notes, *cast.notes, *each.notes)
        found.append(Candidate(field.name, kind, replace(each, notes=notes), stored.rows))
    return tuple(guessed(found))
