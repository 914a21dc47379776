"""Reading uploaded tables: parsed in a sandbox, written anew as Parquet, described.

The Parquet file that `read` writes, and that every later reader may rely on:

- One column for each of the file's, in its order, under `Column.name`: names are not empty and distinct (also when
  upper and lower case are not told apart: "x", "x (2)"). A name may have a dot; of two columns "a" and "a.b", pyarrow's
  `read(columns=["a"])` gives both, so take what was asked for from the result by its name.
- Types, by `Column.kind`: number is `double` or `int64`, boolean `bool`, time `timestamp[us, tz=UTC]`, category and
  text `dictionary<int32, string>`, vector `list<float>` (float32) whose lists have all one length (a row is null,
  or has them all; a missing element is NaN), image `binary` (an encoded picture of at most 25 MB). A column that is
  null in every row is a category.
- NaN is null; infinities stay. An empty text of a CSV file is null, of other files a text.
- zstd, row groups of 131,072 rows, fewer where there are so many columns that they would exceed 16 million cells or
  256 MiB, and fewer in the last; with pictures of 4,096 rows or about 16 MiB. Each group has dictionaries of its own:
  `unify_dictionaries()` joins them. Text of many values is stored plain and still read as a dictionary. No group is
  empty, nor is a table.
- A time without a zone is taken as UTC. Nested values and lists of different lengths are JSON text. Whole numbers
  beyond 64 bits, and digits that begin with a zero, are text.

What was guessed or changed stands in `Facts.notes` of its column, what concerns the file in `Reading.notes`.
"""

import logging
import os
import time
from pathlib import Path

import msgspec

from gpu_workers.protocol.datasets import Format, Reading, reading
from gpu_workers.sandbox import Limits
from gpu_workers.sandbox.once import Once, Overlong, Stopped

log = logging.getLogger(__name__)

__all__ = ["LIMITS", "IngestionFailed", "Reader", "read"]

LIMITS = Limits(memory=2 << 30, file_size=5 << 30)
SECONDS = 1800.0
MAX_ANSWER = 64 << 20
"""Bytes of a reading: ten thousand columns' facts and first rows."""


class IngestionFailed(RuntimeError):
    """Our side failed; the file's verdict is open and the reading can be tried again."""


class Reader:
    """Reads one file after the other, each in a child of its own; `kill` ends what runs, from any thread, for good."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        """limits: file_size is that of the Parquet file."""
        self._limits = limits
        self._once = Once("gpu_workers.ingestion.child", limits)

    def read(self, path: Path, fmt: Format, out: Path, *, seconds: float = SECONDS) -> Reading:
        """Writes `out`, a file that is there; its sha256 and size are left for the caller to find.

        Raises IngestionFailed and OSError. What ends without a word is tried twice: the machine may have killed it, for
        want of memory.
        """
        end = time.monotonic() + seconds
        for _ in range(2):
            found = self._attempt(path, fmt, out, end)
            if found is not None:
                return found
        return _rejected("crashes", "Reading the file ends without a word, twice. Write it again, in another format.")

    def kill(self) -> None:
        self._once.kill()

    def _attempt(self, path: Path, fmt: Format, out: Path, end: float) -> Reading | None:
        """None where the child broke down without saying why."""
        descriptor = os.open(out, os.O_RDWR | os.O_TRUNC | os.O_CLOEXEC)
        asked = {"path": str(path), "format": fmt, "out": descriptor, "memory": self._limits.memory}
        try:
            ended = self._once.ask(asked, read_only=[path], until=end, most=MAX_ANSWER, pass_fds=[descriptor])
        except TimeoutError:
            return _rejected("reading_too_slow", f"The file could not be read in its time. {_SMALLER}")
        except Overlong:
            raise IngestionFailed("the reading process does not stop answering") from None
        except Stopped:
            raise IngestionFailed("it was stopped") from None
        finally:
            os.close(descriptor)
        if ended.code == 0:
            try:
                return reading(ended.answer)
            except msgspec.DecodeError as error:
                raise IngestionFailed(f"the reading process answered nonsense: {error}") from None
        if ended.memory:
            return _rejected("reading_too_large", f"Reading the file takes more than {self._memory()}. {_SMALLER}")
        if ended.code == 1:  # Python's own end, by an error of ours
            raise IngestionFailed(ended.complaint)
        log.warning("a reading process ended with %s: %s", ended.code, ended.complaint[-1000:])
        return None

    def _memory(self) -> str:
        return f"{self._limits.memory >> 20:,} MiB of memory"


def read(path: Path, fmt: Format, out: Path, limits: Limits = LIMITS, *, seconds: float = SECONDS) -> Reading:
    """A file as Parquet in `out`, and what it holds, read in a confined child. See `Reader.read`."""
    out.touch()
    return Reader(limits).read(path, fmt, out, seconds=seconds)


def _rejected(rule: str, reason: str) -> Reading:
    return Reading("rejected", rule, reason)


_SMALLER = "Upload it in parts, or as Parquet with row groups of about 100,000 rows."
