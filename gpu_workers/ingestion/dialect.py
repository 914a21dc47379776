"""How a file of delimited text is written: its encoding, what parts its values, and the names of its columns."""

import codecs
import csv
import io
import re
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from gpu_workers.refusal import Refused

_HEAD = 4 << 20  # bytes, several lines of ten thousand columns
_LINES = 50
_DELIMITERS = ",;\t|"
_SEPARATOR = re.compile(r"sep=([,;\t|])[^\r\n\S]*(?:\r\n|\r|\n)", re.I)
"""A first line by which a spreadsheet program tells itself the delimiter."""
_LINE_END = re.compile(r"\r\n|\r|\n")
_SPOKEN = {";": "semicolons", "\t": "tabs", "|": "bars"}
UTF_8 = "The file is not UTF-8; it was read as Latin-1 (Western European)."


@dataclass(frozen=True)
class Dialect:
    """header: whether the first row names the columns; else `names` are made up. skip: empty lines before it.

    strict: refuse what RFC 4180 does."""

    encoding: str
    delimiter: str
    names: tuple[str, ...]
    header: bool
    skip: int = 0
    strict: bool = True
    notes: tuple[str, ...] = ()

    def as_latin(self) -> "Dialect":
        return replace(self, encoding="latin-1", notes=(*self.notes, UTF_8))

    def lenient(self) -> "Dialect":
        return replace(self, strict=False, notes=(*self.notes, "Lines end in different ways."))


def dialect_of(path: Path) -> Dialect:
    """From the file's first lines. Raises Refused."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        cut = bool(file.read(1))
    return dialect_in(head, cut)


def dialect_in(head: bytes, cut: bool = False) -> Dialect:
    """From a file's beginning; cut: there is more of it. Raises Refused."""
    encoding, text = _decoded(head, cut)
    if "\0" in text[:4096]:
        raise Refused("not_csv", "The file is not text. Export it as CSV in UTF-8, or upload it as Parquet.")
    told = _SEPARATOR.match(text)
    start = told.end() if told else 0
    rows, delimiter = _best(text[start:], cut, told[1] if told else _DELIMITERS)
    if not rows:
        raise Refused("empty_file", "The file has no line with a value. Upload one with a line of names and a row.")
    notes = [f"Values are parted by {_SPOKEN[delimiter]}."] if delimiter in _SPOKEN else []
    if encoding == "latin-1":
        notes.append(UTF_8)
    names, header = tuple(rows[0]), True
    if len(rows) > 1 and all(_is_number(cell) for cell in names):
        names, header = tuple(f"column {place}" for place in range(1, len(names) + 1)), False
        notes.append("The first row holds numbers alone, so it is read as values and the columns are numbered.")
    begins = text[start:].lstrip("\r\n")
    skip = len(text[: len(text) - len(begins)].splitlines())
    dialect = Dialect(encoding, delimiter, names, header, skip, notes=tuple(notes))
    return dialect.lenient() if _ends_are_mixed(begins, delimiter) else dialect


def _decoded(head: bytes, cut: bool) -> tuple[str, str]:
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16", head.decode("utf-16", errors="ignore")
    if head.startswith(codecs.BOM_UTF16_BE):
        raise Refused("bad_encoding", "The file is UTF-16 in big-endian order. Save it as UTF-8.")
    try:
        return "utf-8", codecs.getincrementaldecoder("utf-8-sig")().decode(head, final=not cut)
    except UnicodeDecodeError:
        return "latin-1", head.decode("latin-1")


def _best(text: str, cut: bool, delimiters: str) -> tuple[list[list[str]], str]:
    """The first rows, by the delimiter that parts most of them into as many values as the first."""
    best: tuple[tuple[bool, float, int], list[list[str]], str] | None = None
    csv.field_size_limit(_HEAD)
    for delimiter in delimiters:
        try:
            found = islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _LINES + 1)
            rows = [row for row in found if row]
        except csv.Error:
            continue
        if cut and 1 < len(rows) <= _LINES:
            rows.pop()
        if not rows:
            continue
        width = len(rows[0])
        score = (width > 1, sum(len(row) == width for row in rows) / len(rows), width)
        if best is None or score > best[0]:
            best = score, rows[:_LINES], delimiter
    return ([], ",") if best is None else (best[1], best[2] if best[0][0] else ",")


def _ends_are_mixed(text: str, delimiter: str) -> bool:
    """Whether a name in the first row holds another line end than the row has: a strict DuckDB then reads no row."""
    stream = io.StringIO(text, newline="")
    next(csv.reader(stream, delimiter=delimiter))
    return len(set(_LINE_END.findall(text[: stream.tell()]))) > 1


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
