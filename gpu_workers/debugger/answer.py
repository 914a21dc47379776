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

from gpu_workers.protocol.datasets import Column
from gpu_workers.protocol.debugger import Answered, Export, FindSlices, Question, Take, View

from .blindspots import blind_spots
from .exporting import export
from .failure import BadQuestion
from .held import Held, hold
from .taking import take
from .view import view


def open_dataset(path: Path, columns: Sequence[Column]) -> Held:
    """columns: those of the file that are looked at, with their roles. BadQuestion: the file lacks one of them."""
    return hold(path, columns)


def answer(held: Held, question: Question, into: IO[bytes] | None = None) -> Answered:
    """into: where an export goes, or the pictures of rows, an empty file open for reading and writing.

    BadQuestion: the question does not fit the dataset.
    """
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
