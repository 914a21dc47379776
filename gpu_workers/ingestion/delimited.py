"""CSV files and their kin, parsed by DuckDB: columns are judged by the first rows, and by all where those misled."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from gpu_workers.refusal import Refused
from gpu_workers.wording import readable

from . import database
from .database import QueryFailed, text
from .dialect import dialect_of
from .judging import STRING, Judged, judged
from .names import MOST, distinct, several
from .source import Field, Misjudged

_SAMPLE_ROWS, _SAMPLE_CELLS, _SAMPLE_BYTES = 8_192, 1 << 20, 64 << 20
_JUDGED_AT_ONCE = 200
"""Columns: a query takes as long for all columns of a table as for those that it asks for."""
_DEMOTIONS = 3
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
        self._fraction_in: int | None = None
        self._demotions = 0
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
            for batch in database.batches(self._connection, query, min(rows, database.piece(self._row_bytes))):
                arrays = [self._checked(place, array) for place, array in zip(columns, batch.columns, strict=True)]
                yield pa.RecordBatch.from_arrays(arrays, names=[column for column, _ in chosen])
        except QueryFailed as failed:
            if self._complete:
                raise self._unreadable(failed) from None
            raise Misjudged from None

    def look_again(self) -> None:
        """Raises Refused where the file itself is broken."""
        place, self._fraction_in = self._fraction_in, None
        if place is not None and self._demotions < _DEMOTIONS:
            # The commonest surprise, whole numbers that are not, needs no look at all rows.
            self._demotions += 1
            self._judged[place] = replace(self._judged[place], kind=pa.float64())
            return
        while True:
            try:
                counted = ", ".join(f"count({column})" for column in self._columns)
                database.answered(self._connection, f"SELECT {counted} FROM {self._table(None, store_rejects=True)}")
            except QueryFailed as failed:
                said = str(failed)
                if "state machine" in said and self._dialect.strict:
                    self._dialect = self._dialect.lenient()
                    continue
                if "latin-1" in said:
                    raise Refused("bad_encoding", f"The file is neither UTF-8 nor Latin-1. {_AS_UTF_8}") from None
                raise self._unreadable(failed) from None
            if not self._is_in_another_encoding():
                break
        self._judged = judged(self._connection, self._table(None), self._columns, self._judged)
        self._complete = True

    def _checked(self, place: int, array: Any) -> Any:
        """The values as they were judged: whole numbers out of float64.

        Raises Misjudged where one is not whole, or too large to be exact, and where a column has values after all.
        """
        each = self._judged[place]
        if each.kind == STRING and not each.settled and not self._complete and array.null_count < len(array):
            raise Misjudged
        if each.kind != pa.int64() or each.wide:
            return array
        values = array.fill_null(0.0).to_numpy(zero_copy_only=False)
        missing = np.isnan(values)
        values = np.where(missing, 0.0, values) if missing.any() else values
        if not (np.abs(values) < _EXACT).all():
            raise Misjudged
        whole = values.astype(np.int64)
        if not np.array_equal(whole, values):
            self._fraction_in = place
            raise Misjudged
        return pa.array(whole, mask=missing | array.is_null().to_numpy(zero_copy_only=False))

    def _judge_by_first_rows(self) -> None:
        rows = max(100, min(_SAMPLE_ROWS, _SAMPLE_CELLS // len(self._columns)))
        try:
            sample = database.first_rows(self._connection, f"FROM {self._table(None)}", rows, _SAMPLE_BYTES)
            self._judged = []
            for start in range(0, len(self._columns), _JUDGED_AT_ONCE):
                columns = self._columns[start : start + _JUDGED_AT_ONCE]
                self._connection.register("sample", sample.select(columns))
                self._judged += judged(self._connection, "sample", columns)
                self._connection.unregister("sample")
        except QueryFailed:
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
            f"skip = {dialect.skip}, encoding = {text(dialect.encoding)}, strict_mode = {dialect.strict}, "
            f"compression = 'none', max_line_size = 4000000, store_rejects = {store_rejects})"
        )

    def _is_in_another_encoding(self) -> bool:
        """Whether the rows that were rejected say so. Raises Refused with the first where they say something else."""
        rejected = database.answered(
            self._connection,
            "SELECT line, column_idx, error_type, csv_line, error_message FROM reject_errors ORDER BY line LIMIT 1",
        )
        if not rejected:
            return False
        database.answered(self._connection, "TRUNCATE reject_errors")
        line, column, kind, content, message = rejected[0]
        if kind == "INVALID ENCODING" and self._dialect.encoding == "utf-8":
            self._dialect = self._dialect.as_latin()
            return True
        raise Refused(*self._said(line, column, kind, content or "", message or ""))

    def _unreadable(self, failed: QueryFailed) -> Refused:
        return Refused("not_csv", f"The file cannot be read as CSV. DuckDB says: {failed.said(self._path)}")

    def _said(self, line: int, column: int | None, kind: str, content: str, message: str) -> tuple[str, str]:
        """The rule and the sentence of a rejected row; the header is row 1."""
        # Where line ends differ DuckDB does not count as people do.
        row = f"Row {line:,}" if self._dialect.strict else "A row"
        begins = f"{row} (“{readable(content.strip(), 60)}”)"
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
                f"{row} is longer than 4 MB, perhaps because a quotation mark is not closed. "
                "Close it, or leave long values out."
            )
        return "not_csv", f"{begins}{where} cannot be read: {readable(message, 300)}"


_AS_UTF_8 = "Save it as UTF-8."
