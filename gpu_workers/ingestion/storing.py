"""The stored table: rows from any source, converted and written as one Parquet file, a row group at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from gpu_workers.refusal import Refused
from gpu_workers.wording import readable

from .casting import TEXT, Cast, Survey, cast_of, needs_survey, says_enough, survey
from .pictures import IMAGE, Unkept, may_be_pictures
from .source import Field, Source

GROUP_ROWS = 1 << 17
GROUP_CELLS = 1 << 24
GROUP_BYTES = 256 << 20
PICTURES_BYTES = 16 << 20
"""Of a group with pictures: who looks at one reads its group."""
PICTURES_ROWS = 1 << 12
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
    pictures = [place for place in open_ones if may_be_pictures(fields[place].type)]
    for places, rows in (pictures, PICTURES_ROWS), ([each for each in open_ones if each not in pictures], None):
        if places:
            for batch in source.batches(rows or group_rows(len(fields)), places):
                for place, array in zip(places, batch.columns, strict=True):
                    seen[place] = survey(fields[place].type, seen[place], array)
                if all(says_enough(fields[place].type, seen[place]) for place in places):
                    break
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
        write_statistics=[field.name for field in schema if field.type not in (TEXT, IMAGE)],
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
    most, largest = group_rows(len(casts)), GROUP_BYTES
    if any(cast.type == IMAGE for cast in casts):
        most, largest = min(most, PICTURES_ROWS), PICTURES_BYTES
    held: list[list[Any]] = []
    done = rows = size = 0
    for batch in _pieces(source.batches(most, range(len(casts))), largest):
        if rows and (rows + batch.num_rows > most or size + batch.nbytes > largest):
            yield _joined(held, schema)
            held, rows, size = [], 0, 0
        arrays = [_converted(done, *each) for each in zip(schema.names, casts, batch.columns, strict=True)]
        held.append(arrays)
        done, rows = done + batch.num_rows, rows + batch.num_rows
        size += sum(array.nbytes for array in arrays)
    if rows:
        yield _joined(held, schema)


def _pieces(batches: Iterator[pa.RecordBatch], largest: int) -> Iterator[pa.RecordBatch]:
    """Batches of about so many bytes at most."""
    for batch in batches:
        step = max(1, batch.num_rows * largest // max(batch.nbytes, 1))
        yield from (batch.slice(start, step) for start in range(0, batch.num_rows, step))


def _converted(before: int, name: str, cast: Cast, array: Any) -> Any:
    """before: rows of the table that came earlier."""
    try:
        return cast.convert(array)
    except Unkept as unkept:
        raise Refused("bad_value", f"Column “{name}”, row {before + unkept.row + 1:,}: {unkept}.") from None
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
