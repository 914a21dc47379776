"""The stored table: rows from any source, converted and written as one Parquet file, a row group at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from gpu_workers.refusal import Refused
from gpu_workers.wording import readable

from .casting import TEXT, Cast, Survey, cast_of, needs_survey, survey
from .source import Field, Source

GROUP_ROWS = 1 << 17
GROUP_CELLS = 1 << 24
GROUP_BYTES = 256 << 20
MOST_ROWS = 2_000_000_000


@dataclass(frozen=True)
class Stored:
    """What was written. first: the first rows of the table."""

    rows: int
    casts: list[Cast]
    first: pa.Table


def casts_of(source: Source) -> list[Cast]:
    """How each column is kept; those whose type alone does not say it are read once for it."""
    fields = source.fields
    open_ones = [place for place, field in enumerate(fields) if needs_survey(field.type)]
    seen: dict[int, Survey | None] = dict.fromkeys(open_ones)
    if open_ones:
        for batch in source.batches(group_rows(len(fields)), open_ones):
            for place, array in zip(open_ones, batch.columns, strict=True):
                seen[place] = survey(fields[place].type, seen[place], array)
    return [cast_of(field.type, seen.get(place)) for place, field in enumerate(fields)]


def store(source: Source, out: IO[bytes]) -> Stored:
    """Raises Misjudged and Refused as the source does, and OSError where the file grows too large."""
    casts = casts_of(source)
    rows, first, schema = 0, None, _schema(source.fields, casts)
    with pq.ParquetWriter(
        out,
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=[field.name for field in schema if field.type == TEXT],
        write_statistics=[field.name for field in schema if field.type != TEXT],
        store_schema=True,
    ) as writer:
        for table in _groups(source, casts, schema):
            writer.write_table(table, row_group_size=table.num_rows)
            rows += table.num_rows
            if first is None:
                first = table.slice(0, 20)
            if rows > MOST_ROWS:
                raise Refused("too_many_rows", f"The file has more than {MOST_ROWS:,} rows. Upload it in parts.")
    if first is None:
        raise Refused("no_rows", "The file names columns and has no rows. Upload one with rows.")
    return Stored(rows, casts, first)


def group_rows(columns: int) -> int:
    """Rows of a group, of a table of so many columns."""
    return max(1, min(GROUP_ROWS, GROUP_CELLS // max(columns, 1)))


def _schema(fields: list[Field], casts: list[Cast]) -> pa.Schema:
    return pa.schema([(field.name, cast.type) for field, cast in zip(fields, casts, strict=True)])


def _groups(source: Source, casts: list[Cast], schema: pa.Schema) -> Iterator[pa.Table]:
    """Row groups, each of at least one row, its text in one dictionary a column."""
    most = group_rows(len(casts))
    held: list[list[Any]] = []
    rows = size = 0
    for batch in source.batches(most, range(len(casts))):
        if rows and (rows + batch.num_rows > most or size >= GROUP_BYTES):
            yield _joined(held, schema)
            held, rows, size = [], 0, 0
        arrays = [_converted(*each) for each in zip(schema.names, casts, batch.columns, strict=True)]
        if batch.num_rows:
            held.append(arrays)
            rows, size = rows + batch.num_rows, size + sum(array.nbytes for array in arrays)
    if rows:
        yield _joined(held, schema)


def _converted(name: str, cast: Cast, array: Any) -> Any:
    try:
        return cast.convert(array)
    except (pa.ArrowInvalid, OverflowError, ValueError, RecursionError) as error:
        said = readable(str(error).splitlines()[0], 200)
        raise Refused("bad_value", f"Column “{name}” holds a value that cannot be kept: {said}. Correct it.") from None


def _joined(parts: list[Any], schema: pa.Schema) -> pa.Table:
    columns = []
    for place, field in enumerate(schema):
        column = pa.chunked_array([arrays[place] for arrays in parts]).combine_chunks()
        if field.type == TEXT:
            column = column.dictionary_encode()
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=schema)
