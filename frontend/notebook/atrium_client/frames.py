"""A table as a file: pandas, polars and Arrow tables are written as Parquet, files go as they are."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .errors import Invalid

FORMATS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet", ".pq": "parquet", ".arrow": "arrow",
    ".feather": "arrow", ".ipc": "arrow", ".jsonl": "jsonl", ".ndjson": "jsonl",
}  # fmt: skip
_PIECE = 1 << 20


@dataclass(frozen=True)
class File:
    """A file to be sent. format: as the API names it. name: what it is called there; sha256 as hex, size in bytes."""

    path: Path
    format: str
    name: str

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def sha256(self) -> str:
        digest = hashlib.sha256()
        with self.path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
        return digest.hexdigest()


@contextmanager
def as_file(data: Any) -> Iterator[File]:
    """The file of a path or a frame; what was written for it is gone afterwards. Raises Invalid for anything else."""
    if isinstance(data, str | Path):
        yield _given(Path(data))
        return
    with TemporaryDirectory(prefix="atrium-") as folder:
        yield _written(data, Path(folder))


def _given(path: Path) -> File:
    path = path.expanduser()
    if not path.is_file():
        raise Invalid(f"There is no file “{path}”.")
    if path.suffix.lower() not in FORMATS:
        known = ", ".join(sorted(FORMATS))
        raise Invalid(f"“{path.name}” is of no format that is read; its name ends with one of {known}.")
    return File(path, FORMATS[path.suffix.lower()], path.name)


def _written(data: Any, folder: Path) -> File:
    """Told apart by their modules, so that none of these libraries is imported for another's frame."""
    path = folder / "table.parquet"
    library = type(data).__module__.partition(".")[0]
    try:
        if library == "polars":
            (data.collect() if hasattr(data, "collect") else data).write_parquet(path)
        elif library == "pyarrow":
            from pyarrow import Table, parquet

            parquet.write_table(data if isinstance(data, Table) else Table.from_batches([data]), path)
        elif library == "pandas":
            return _of_pandas(data, path)
        else:
            kind = type(data).__name__
            raise Invalid(f"A {kind} is no table: give a pandas or polars frame, an Arrow table, or a file's path.")
    except (ValueError, TypeError) as error:  # a column of objects that Parquet has no type for
        raise Invalid(
            f"The frame cannot be written as Parquet: {error}. Give that column one type, or drop it."
        ) from None
    return File(path, "parquet", "")


def _of_pandas(data: Any, path: Path) -> File:
    """An index is a column, but one without a name that only counts the rows. Raises Invalid for a Series, and for
    columns of intervals and of other things that a table has no type for."""
    if not hasattr(data, "columns"):
        kind = type(data).__name__
        raise Invalid(f"A {kind} is one column: give a frame, with series.to_frame() or together with other columns.")
    index = data.index
    plain = type(index).__name__ == "RangeIndex" and (index.name, index.start, index.step) == (None, 0, 1)
    names = [str(name) for name in data.columns]
    if double := next((name for at, name in enumerate(names) if name in names[:at]), None):
        raise Invalid(f"Two columns are called “{double}”. Rename one: frame.columns = [...].")
    if not plain and (taken := next((name for name in data.index.names if name in data.columns), None)) is not None:
        raise Invalid(f"The index and a column are both called “{taken}”. Rename one, or reset_index(drop=True).")
    frame = data if plain else data.reset_index()
    for name, kind in frame.dtypes.items():
        if str(kind).startswith("interval") or str(getattr(kind, "categories", "")).startswith("IntervalIndex"):
            raise Invalid(
                f"The column “{name}” holds intervals, which no file has. Write them as texts: "
                f"frame[{name!r}] = frame[{name!r}].astype(str)."
            )
    try:
        frame.to_parquet(path, index=False)
    except ImportError:  # without pyarrow: as text, whose types are told again by the reader
        path = path.with_suffix(".csv")
        frame.to_csv(path, index=False)
        return File(path, "csv", "")
    return File(path, "parquet", "")
