"""What every kind of file is read as: named columns, and rows in Arrow's batches, as often as they are asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa


class Misjudged(Exception):
    """A value late in the file does not fit what its column was taken for by the first rows."""


@dataclass
class Field:
    """A column of the file. type: as `batches` gives it. notes: sentences about how its values were read.
    whole: text that people would not read as categories, such as JSON."""

    name: str
    type: pa.DataType
    whole: bool = False
    notes: list[str] = field(default_factory=list)


class Source(Protocol):
    """A file that can be read more than once. notes: sentences about the file."""

    @property
    def notes(self) -> list[str]: ...

    @property
    def fields(self) -> list[Field]: ...

    def batches(self, rows: int, columns: Sequence[int]) -> Iterator[pa.RecordBatch]:
        """The columns at these places, about so many rows at a time.

        Raises Misjudged, after which `look_again` is to be called, and Refused where the file itself is broken.
        """

    def look_again(self) -> None:
        """Judges anew what misled; after a few times by every row of the file, which misleads no more."""
