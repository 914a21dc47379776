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
    """An index with a name is a column; one without is only a count of the rows."""
    named = [name for name in data.index.names if name is not None]
    frame = data.reset_index() if named else data
    try:
        frame.to_parquet(path, index=False)
    except ImportError:  # without pyarrow: as text, whose types are told again by the reader
        path = path.with_suffix(".csv")
        frame.to_csv(path, index=False)
        return File(path, "csv", "")
    return File(path, "parquet", "")
