"""CSV files and their kin, parsed by DuckDB: columns are judged by the first rows, and by all where those misled."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gpu_workers.refusal import Refused
from gpu_workers.wording import readable

from . import database
from .database import text
from .dialect import dialect_of
from .judging import Judged, judged
from .names import MOST, distinct, several
from .source import Field, Misjudged

_SAMPLE_ROWS, _SAMPLE_CELLS, _SAMPLE_BYTES = 10_000, 400_000, 64 << 20
_EXACT = 2.0**53


class DelimitedTable:
    def __init__(self, path: Path, memory: int, threads: int) -> None:
        self._path = path
        self._dialect = dialect_of(path)
        names, notes = distinct(self._dialect.names)
        if len(names) > MOST:
            raise Refused("too_many_columns", f"The file has {len(names):,} columns; {MOST:,} are the most.")
        self._names, self._name_notes = names, notes
        self._columns = [f"c{place}" for place in range(len(names))]
        self._connection = database.opened(path, memory, threads)
        self._judged: list[Judged] = []
        self._complete = False
        self._row_bytes = 1.0
        self._judge_by_first_rows()

    @property
    def notes(self) -> list[str]:
        return [*self._dialect.notes, *several(self._name_notes)]

    @property
    def fields(self) -> list[Field]:
        return [
            Field(name, each.kind, notes=list(each.notes)) for name, each in zip(self._names, self._judged, strict=True)
        ]

    def batches(self, rows: int, columns: Sequence[int]) -> Iterator[Any]:
        chosen = [(self._columns[place], self._judged[place]) for place in columns]
        wanted = ", ".join(f"{each.of(column)} AS {column}" for column, each in chosen)
        query = f"SELECT {wanted} FROM {self._table([each.direct for each in self._judged])}"
        try:
            with database.reader(self._connection, query, min(rows, database.piece(self._row_bytes))) as answer:
                for batch in answer:
                    arrays = [_whole(array, each) for array, (_, each) in zip(batch.columns, chosen, strict=True)]
                    yield pa.RecordBatch.from_arrays(arrays, names=[column for column, _ in chosen])
        except duckdb.OutOfMemoryException:
            raise MemoryError from None
        except duckdb.Error as error:
            if self._complete:
                raise Refused("not_csv", f"The file cannot be read as CSV: {readable(str(error), 300)}") from None
            raise Misjudged from None

    def look_again(self) -> None:
        """Raises Refused where the file itself is broken."""
        while True:
            try:
                found = judged(self._connection, self._table(None, store_rejects=True), self._columns)
            except duckdb.OutOfMemoryException:
                raise MemoryError from None
            except duckdb.Error as error:
                said = str(error)
                if "state machine" in said and self._dialect.strict:
                    self._dialect = self._dialect.lenient()
                    continue
                if "latin-1" in said:
                    raise Refused("bad_encoding", f"The file is neither UTF-8 nor Latin-1. {_AS_UTF_8}") from None
                raise Refused("not_csv", f"The file cannot be read as CSV: {readable(said, 300)}") from None
            if not self._is_in_another_encoding():
                break
        self._judged, self._complete = found, True

    def _judge_by_first_rows(self) -> None:
        rows = max(100, min(_SAMPLE_ROWS, _SAMPLE_CELLS // len(self._columns)))
        try:
            sample = database.first_rows(self._connection, f"FROM {self._table(None)}", rows, _SAMPLE_BYTES)
            self._connection.register("sample", sample)
            self._judged = judged(self._connection, "sample", self._columns)
            self._connection.unregister("sample")
        except duckdb.OutOfMemoryException:
            raise MemoryError from None
        except duckdb.Error:
            return self.look_again()
        self._row_bytes = sample.nbytes / max(sample.num_rows, 1)
        if any(each.wide for each in self._judged):
            self.look_again()

    def _table(self, types: Sequence[str] | None, *, store_rejects: bool = False) -> str:
        """What stands behind FROM. types: all text where None."""
        kinds = types or ["VARCHAR"] * len(self._columns)
        columns = ", ".join(f"{text(column)}: '{kind}'" for column, kind in zip(self._columns, kinds, strict=True))
        dialect = self._dialect
        return (
            f"read_csv({text(str(self._path))}, auto_detect = false, columns = {{{columns}}}, "
            f"delim = {text(dialect.delimiter)}, quote = '\"', escape = '\"', header = {dialect.header}, "
            f"encoding = {text(dialect.encoding)}, strict_mode = {dialect.strict}, compression = 'none', "
            f"max_line_size = 16000000, store_rejects = {store_rejects})"
        )

    def _is_in_another_encoding(self) -> bool:
        """Whether the rows that were rejected say so. Raises Refused with the first where they say something else."""
        rejected = self._connection.execute(
            "SELECT line, column_idx, error_type, csv_line, error_message FROM reject_errors ORDER BY line LIMIT 1"
        ).fetchall()
        if not rejected:
            return False
        self._connection.execute("TRUNCATE reject_errors")
        line, column, kind, content, message = rejected[0]
        if kind == "INVALID ENCODING" and self._dialect.encoding == "utf-8":
            self._dialect = self._dialect.as_latin()
            return True
        raise Refused(*self._said(line, column, kind, content or "", message or ""))

    def _said(self, line: int, column: int | None, kind: str, content: str, message: str) -> tuple[str, str]:
        """The rule and the sentence of a rejected row; the header is row 1."""
        begins = f"Row {line:,} (“{readable(content, 60)}”)"
        where = ""
        if column is not None and 0 < column <= len(self._names):
            where = f", column {column} (“{self._names[column - 1]}”),"
        wanted = len(self._names)
        if kind in ("TOO MANY COLUMNS", "MISSING COLUMNS"):
            found = message.rpartition("Found: ")[2].strip() or "another number of"
            return "ragged_row", (
                f"{begins} has {found} values where the header has {wanted}. Put quotes around values that hold "
                f"the delimiter or a line break, or write the file again, for example with pandas’ to_csv."
            )
        if kind == "UNQUOTED VALUE":
            return "bad_quotes", (
                f"{begins}{where} has a quotation mark that is not closed or stands inside a value. "
                f'Double the marks inside values (""), or write the file again, for example with pandas’ to_csv.'
            )
        if kind == "INVALID ENCODING":
            return "bad_encoding", f"{begins}{where} holds bytes that are not {self._dialect.encoding}. {_AS_UTF_8}"
        if kind == "LINE SIZE OVER MAXIMUM":
            return "line_too_long", (
                f"Row {line:,} is longer than 16 MB, perhaps because a quotation mark is not closed. "
                "Close it, or leave long values out."
            )
        return "not_csv", f"{begins}{where} cannot be read: {readable(message, 300)}"


def _whole(array: Any, each: Judged) -> Any:
    """Whole numbers out of float64. Raises Misjudged where one is not whole, or too large to be exact."""
    if each.kind != pa.int64() or each.wide:
        return array
    values = array.fill_null(0.0).to_numpy(zero_copy_only=False)
    values = np.where(np.isnan(values), 0.0, values)
    if not np.array_equal(values, np.trunc(values)) or not (np.abs(values) < _EXACT).all():
        raise Misjudged
    missing = pc.or_(pc.is_null(array), pc.fill_null(pc.is_nan(array), False))
    return pa.array(values.astype(np.int64), mask=missing.to_numpy(zero_copy_only=False))


_AS_UTF_8 = "Save it as UTF-8."
