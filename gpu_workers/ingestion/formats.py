"""What a file is by its first bytes, and who reads it."""

from pathlib import Path

from gpu_workers.protocol.datasets import Format
from gpu_workers.refusal import Refused

from .source import Source

_HEAD = 64
_MARKS: tuple[tuple[bytes, str, str], ...] = (
    (b"PAR1", "parquet", "a Parquet file"),
    (b"ARROW1", "arrow", "an Arrow file"),
    (b"\xff\xff\xff\xff", "arrow", "an Arrow stream"),
    (b"\x1f\x8b", "", "compressed with gzip"),
    (b"\x28\xb5\x2f\xfd", "", "compressed with zstd"),
    (b"BZh", "", "compressed with bzip2"),
    (b"\xfd7zXZ", "", "compressed with xz"),
    (b"PK\x03\x04", "", "a ZIP archive or an Excel file"),
    (b"\xd0\xcf\x11\xe0", "", "an old Excel file"),
    (b"%PDF", "", "a PDF"),
    (b"\x89HDF", "", "an HDF5 file"),
    (b"SQLite format 3", "", "an SQLite database"),
)
PAGE = "The file is a web page (HTML), perhaps a log-in page in place of a download."
_NAMES = {"csv": "CSV", "parquet": "Parquet", "arrow": "Arrow", "jsonl": "JSON lines"}


def marked(head: bytes) -> tuple[str, str]:
    """Of a file's first bytes: the format that they mark, empty where it is not read, and what it is, in words; empty
    where nothing marks it."""
    return next(((name, said) for mark, name, said in _MARKS if head.startswith(mark)), ("", ""))


def is_page(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html"))


def opened(path: Path, fmt: Format, memory: int, threads: int) -> Source:
    """memory: bytes that DuckDB may use. Raises Refused where the file is empty or of another format."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise Refused("empty_file", "The file is empty. Upload one with a line of names and a row.")
    found, said = marked(head)
    if said and found != fmt:
        way = f"Upload it as {_NAMES[found]}." if found else "Unpack or export it as CSV or Parquet."
        raise Refused("other_format", f"The file was announced as {_NAMES[fmt]} and is {said}. {way}")
    if fmt == "csv" and head.lstrip().startswith(b'{"'):
        raise Refused("other_format", "The file was announced as CSV and holds JSON. Upload it as JSON lines.")
    if is_page(head):
        raise Refused("other_format", PAGE)
    # What another format needs is not imported: a child of Parquet never starts DuckDB.
    if fmt == "csv":
        from .delimited import DelimitedTable

        return DelimitedTable(path, memory, threads)
    if fmt == "jsonl":
        from .json_lines import JsonLines

        return JsonLines(path, memory, threads)
    from .columnar import ArrowTable, ParquetTable

    return ParquetTable(path) if fmt == "parquet" else ArrowTable(path)
