"""JSON lines, one object a line (or one array of objects), parsed by DuckDB: types are found in all rows."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from gpu_workers.refusal import Refused
from gpu_workers.wording import readable

from . import database
from .database import QueryFailed, name, text
from .judging import Judged, judged
from .names import MOST, distinct, several
from .source import Field, Misjudged

_MIXED = "Values of different kinds are mixed, so they are kept as text."
_NESTED = "Holds nested values; they are kept as JSON text."
_NUMBERS = re.compile(r"(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT)(\[\])?")
_SAMPLE_ROWS, _SAMPLE_BYTES = 10_000, 64 << 20
_LONGEST = 16 << 20  # bytes of an object


class JsonLines:
    def __init__(self, path: Path, memory: int, threads: int) -> None:
        self._path = path
        with path.open("rb") as file:
            head = file.read(1 << 16).removeprefix(b"\xef\xbb\xbf").lstrip()
        if not head:
            raise Refused("empty_file", "The file has no line with an object. Write it again, and upload it.")
        if head[:1] not in (b"{", b"["):
            line = readable(head.splitlines()[0][:60])
            raise Refused("not_jsonl", f"Row 1 is no JSON object (“{line}”). {_WAY_OUT}")
        self._shape = "array" if head.startswith(b"[") else "newline_delimited"
        self._connection = database.opened(path, memory, threads)
        self._keys, self._types = self._described()
        if len(self._keys) > MOST:
            raise Refused("too_many_columns", f"The file has {len(self._keys):,} keys; {MOST:,} are the most.")
        self._names, notes = distinct(self._keys)
        self.notes = several(notes)
        self._times: dict[str, Judged] = {}
        self._complete = False
        self._judge(first_rows=True)
        self._fields = self._fields_now()

    @property
    def fields(self) -> list[Field]:
        return self._fields

    def batches(self, rows: int, columns: Sequence[int]) -> Iterator[Any]:
        wanted = ", ".join(f"{self._value(place)} AS {name(f'c{place}')}" for place in columns)
        try:
            yield from database.batches(self._connection, f"SELECT {wanted} FROM {self._table()}", min(rows, 1 << 13))
        except QueryFailed as failed:
            if self._complete:
                self._refuse(failed)
            raise Misjudged from None

    def look_again(self) -> None:
        self._judge(first_rows=False)
        self._fields = self._fields_now()

    def _described(self) -> tuple[list[str], list[str]]:
        found = f"{self._arguments()}, sample_size = -1, map_inference_threshold = -1, maximum_depth = 3"
        try:
            rows = database.answered(self._connection, f"DESCRIBE FROM read_json({found})")
        except QueryFailed as failed:
            self._refuse(failed)
        keys, types = [str(row[0]) for row in rows], [str(row[1]) for row in rows]
        if keys == ["json"] and types[0] != "VARCHAR":
            self._refuse(None)
        self._refuse_same_but_for_case(keys)
        return keys, types

    def _refuse_same_but_for_case(self, keys: list[str]) -> None:
        """DuckDB calls the second of two such keys by another name, under which it then finds nothing."""
        known = {key.casefold() for key in keys}
        for key in keys:
            stem, _, number = key.rpartition("_")
            if not (number.isdigit() and stem.casefold() in known):
                continue
            path = '$."' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
            query = f"SELECT count_if(json_exists(json, {text(path)})) FROM read_json_objects({self._place()})"
            if not database.answered(self._connection, query)[0][0]:
                why = f"The keys “{readable(stem, 60)}” of some objects differ by upper and lower case alone."
                raise Refused("same_keys", f"{why} Rename one of them.")

    def _judge(self, *, first_rows: bool) -> None:
        """Which columns of text are times: by the first rows, or by all."""
        texts = [key for key, kind in zip(self._keys, self._types, strict=True) if kind == "VARCHAR"]
        if not texts:
            self._complete = True
            return
        chosen = ", ".join(map(name, texts))
        try:
            if first_rows:
                query = f"SELECT {chosen} FROM {self._table()}"
                sample = database.first_rows(self._connection, query, _SAMPLE_ROWS, _SAMPLE_BYTES)
                self._connection.register("sample", sample)
                found = judged(self._connection, "sample", texts, only_times=True)
                self._connection.unregister("sample")
            else:
                found = judged(self._connection, self._table(), texts, only_times=True)
        except QueryFailed as failed:
            self._refuse(failed)
        self._times = dict(zip(texts, found, strict=True))
        self._complete = not first_rows

    def _fields_now(self) -> list[Field]:
        wanted = ", ".join(f"{self._value(place)} AS {name(f'c{place}')}" for place in range(len(self._keys)))
        kinds = database.schema_of(self._connection, f"SELECT {wanted} FROM {self._table()}").types
        fields = []
        for key, called, kind, declared in zip(self._keys, self._names, kinds, self._types, strict=True):
            notes = list(self._times[key].notes) if key in self._times else []
            if declared == "JSON":
                notes.append(_MIXED)
            elif _is_nested(declared):
                notes.append(_NESTED)
            fields.append(Field(called, kind, _is_nested(declared), notes))
        return fields

    def _value(self, place: int) -> str:
        key, kind = self._keys[place], self._types[place]
        column = name(key)
        if kind == "JSON" or _is_nested(kind):
            return f"{column} ->> '$'"
        if kind == '"NULL"':
            return "CAST(NULL AS VARCHAR)"
        if kind in ("UUID", "UHUGEINT"):
            return f"CAST({column} AS VARCHAR)"
        return self._times[key].of(key) if key in self._times else column

    def _table(self) -> str:
        columns = ", ".join(
            f"{text(key)}: {text(_as_read(kind))}" for key, kind in zip(self._keys, self._types, strict=True)
        )
        return f"read_json({self._arguments()}, columns = {{{columns}}})"

    def _arguments(self) -> str:
        return f"{self._place()}, records = true"

    def _place(self) -> str:
        shape = f"format = '{self._shape}', compression = 'none', maximum_object_size = {_LONGEST}"
        return f"{text(str(self._path))}, {shape}"

    def _refuse(self, error: QueryFailed | None) -> NoReturn:
        """With the first line that is no JSON object."""
        if self._shape == "newline_delimited":
            with self._path.open("rb") as file:
                for number, line in enumerate(iter(lambda: file.readline(_LONGEST + 1), b""), 1):
                    _check(number, line.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n"))
        if error is not None and "non-record" in str(error):
            raise Refused("no_columns", f"The objects of the file have no keys, or an empty one. {_WAY_OUT}")
        said = "" if error is None else f" DuckDB says: {error.said(self._path)}"
        raise Refused("not_jsonl", f"The file is not made of JSON objects with distinct keys.{said} {_WAY_OUT}")


def _check(number: int, line: bytes) -> None:
    if not line.strip():
        return
    if len(line) > _LONGEST:
        raise Refused("line_too_long", f"Row {number:,} is longer than 16 MiB. Leave long values out.")
    try:
        found = json.loads(line, object_pairs_hook=list)
    except UnicodeDecodeError as error:
        where = f"Row {number:,} holds bytes at position {error.start + 1:,} that are not UTF-8."
        raise Refused("bad_encoding", f"{where} Save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        where = f"Row {number:,} is broken at character {error.colno:,} ({error.msg})"
        raise Refused("broken_line", f"{where}: “{readable(line[:60])}”. {_WAY_OUT}") from None
    except RecursionError:
        raise Refused("broken_line", f"Row {number:,} is nested too deeply. Leave nested values out.") from None
    if not line.lstrip().startswith(b"{"):
        raise Refused("not_jsonl", f"Row {number:,} is no JSON object (“{readable(line[:60])}”). {_WAY_OUT}")
    keys = [key.casefold() for key, _ in found]
    twice = next((key for key in keys if keys.count(key) > 1), None) if len(set(keys)) < len(keys) else None
    if twice is not None:
        raise Refused("same_keys", f"Row {number:,} has the key “{readable(twice, 60)}” twice. Rename one of them.")


def _is_nested(kind: str) -> bool:
    return not _NUMBERS.fullmatch(kind) and (kind.endswith("]") or kind.startswith(("STRUCT", "MAP")))


def _as_read(kind: str) -> str:
    if _is_nested(kind):
        return "JSON"
    return "VARCHAR" if kind == '"NULL"' else kind


_WAY_OUT = "Write one object a line, for example with pandas’ to_json(orient=“records”, lines=True)."
