"""The answer to an `Export`: rows of a view as a file, read again from the stored table, piece by piece."""

import json
from collections.abc import Iterator
from hashlib import sha256
from io import SEEK_SET
from time import perf_counter
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from gpu_workers.analyses.arrays import Array
from gpu_workers.inputs.kinds import in_words
from gpu_workers.protocol.debugger import Export, ExportAnswer
from gpu_workers.protocol.spreadsheets import FORMULA, defused

from .held import Held
from .view import Looked, compared, looked, rows_of
from .wording import SCORE, SEGMENT

PIECE = 1 << 16
"""Rows that are read and written at once."""


def export(held: Held, asked: Export, into: IO[bytes]) -> ExportAnswer:
    """into: an empty file, open for reading and writing, that can be sought in.

    CSV has the segment and the scores of each row beside its columns; Parquet has the columns alone, as they are
    stored. BadQuestion: something in the view does not fit the dataset.
    """
    begun = perf_counter()
    at = looked(held, asked.view)
    chosen = rows_of(at, compared(at, asked.view).sides, asked.of)
    if asked.format == "parquet":
        _parquet(held, chosen, into)
    else:
        _csv(at, chosen, into)
    into.flush()
    size = into.tell()
    digest = sha256()
    into.seek(0, SEEK_SET)
    while data := into.read(1 << 20):
        digest.update(data)
    rows = held.rows if chosen is None else int(np.count_nonzero(chosen))
    return ExportAnswer(rows, digest.hexdigest(), size, perf_counter() - begun)


def _pieces(held: Held, chosen: Array | None) -> Iterator[tuple[Array, Any]]:
    """The chosen rows of each piece of the file, bool (n,), None for all, by number and as an Arrow table."""
    start = 0
    with pq.ParquetFile(held.path, memory_map=False, pre_buffer=False) as file:
        metadata = file.metadata
        longest = max((metadata.row_group(place).num_rows for place in range(metadata.num_row_groups)), default=1)
        for batch in file.iter_batches(min(PIECE, longest), columns=[column.name for column in held.columns]):
            end = start + batch.num_rows
            here = np.arange(batch.num_rows) if chosen is None else np.flatnonzero(chosen[start:end])
            if len(here):
                whole = pa.Table.from_batches([batch])
                yield start + here, whole if len(here) == batch.num_rows else whole.take(pa.array(here))
            start = end


def _parquet(held: Held, chosen: Array | None, into: IO[bytes]) -> None:
    with pq.ParquetFile(held.path, memory_map=False) as file:
        names = [column.name for column in held.columns]
        schema = pa.schema([file.schema_arrow.field(name) for name in names])
    with pq.ParquetWriter(into, schema, compression="zstd") as writer:
        for _, piece in _pieces(held, chosen):
            writer.write_table(piece.select(names).cast(schema))


def _csv(at: Looked, chosen: Array | None, into: IO[bytes]) -> None:
    models = at.models if at.score else ()
    columns = at.columns.to_read()
    scores = {SCORE + model: columns[SCORE + model] for model in models}
    segments = columns[SEGMENT]
    names = [column.name for column in at.held.columns] + [SEGMENT, *scores]
    head = pa.table({str(place): pa.array([defused(name)]) for place, name in enumerate(names)})
    bare = pa_csv.WriteOptions(include_header=False)
    pa_csv.write_csv(head, into, bare)
    for rows, piece in _pieces(at.held, chosen):
        cells = [_cells(piece.column(column.name)) for column in at.held.columns]
        cells.append(pa.array(segments[rows], pa.float32(), from_pandas=True).cast(pa.int64()))
        cells += [pa.array(values[rows], from_pandas=True) for values in scores.values()]
        pa_csv.write_csv(pa.table(cells, [str(place) for place in range(len(cells))]), into, bare)


def _defused(texts: Any) -> Any:
    return pc.replace_substring_regex(texts, FORMULA, r"'\0")


def _cells(column: Any) -> Any:
    """As CSV can hold it: texts defused, times as RFC 3339, vectors as JSON, pictures in words."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _defused(column)
    if pa.types.is_timestamp(kind):
        return _moments(column)
    if pa.types.is_binary(kind):
        return pa.array([None if one is None else in_words(one) for one in column.to_pylist()], pa.string())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.array([None if one is None else json.dumps(one) for one in column.to_pylist()], pa.string())
    return column


def _moments(column: Any) -> Any:
    """They are in UTC. By NumPy: Arrow wants a database of zones even for that, and the sandbox has none."""
    moments = column.cast(pa.int64()).fill_null(0).to_numpy().astype("datetime64[us]")
    whole = bool((moments == moments.astype("datetime64[s]")).all())
    written = np.char.add(np.datetime_as_string(moments, unit="s" if whole else "us"), "Z")
    return pa.array(written, pa.string(), mask=column.is_null().to_numpy())
