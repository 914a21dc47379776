"""Questions about one dataset's version, answered in this process.

    held = open_dataset(Path("table.parquet"), columns)
    answer(held, View(segments=ByQuantiles("score:A")))

The file is one that `gpu_workers.ingestion` wrote. What a question does not change is kept in `held`: scores, segments,
codes and counts. Segments are found on all rows; ranges are half-open; a row with a null in what a score needs has no
score, and is counted as a null. Everything is deterministic but for the seconds.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import IO

from gpu_workers.analyses.blocks import columns_in
from gpu_workers.protocol.datasets import Column
from gpu_workers.protocol.debugger import Answered, Export, FindSlices, Question, Take, View

from .blindspots import blind_spots
from .device import CPU, device
from .exporting import export
from .failure import BadQuestion
from .held import Held, hold
from .scratch import Scratch
from .taking import take
from .view import view


def open_dataset(
    path: Path,
    columns: Sequence[Column],
    scratch: Scratch | None = None,
    many: int | None = None,
    on: str = CPU.name,
) -> Held:
    """columns: those of the file that are looked at, with their roles. scratch: where what is as long as the table
    lies; None: in memory. many: bytes of different texts of a column that are held, all where it is left out.

    on: cpu or cuda:N, where answers are computed.

    BadQuestion: the file lacks one of the columns. OSError: the scratch has no room. Of a GPU what `device` says, and
    MemoryError.
    """
    return hold(path, columns, scratch, many, device(on))


def answer(held: Held, question: Question, into: IO[bytes] | None = None) -> Answered:
    """into: where an export goes, or the pictures of rows, an empty file open for reading and writing.

    BadQuestion: the question does not fit the dataset.
    """
    with columns_in(held.empty):
        return _answered(held, question, into)


def _answered(held: Held, question: Question, into: IO[bytes] | None) -> Answered:
    match question:
        case View():
            return view(held, question)
        case FindSlices():
            return blind_spots(held, question)
        case Export():
            if into is None:
                raise BadQuestion("An export needs a place to go to.")
            return export(held, question, into)
        case Take():
            if into is None:
                raise BadQuestion("Pictures need a place to go to.")
            return take(held, question, into)
