"""A table larger than a worker's memory: `python -m tests.benchmarks.beyond [--rows N] [--memory GIB] [--at FOLDER]`.

13 numeric and 4 categorical columns, a label and two models' probabilities, stored as a dataset's version is; loaded
by the sandboxed child that a worker keeps, whose columns lie on the disk, then asked. Of each step the seconds on the
clock and the most memory that the system could not have dropped (RssAnon and RssShmem), looked at every 10 ms. Nothing
is asserted.
"""

import argparse
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gpu_workers.analyses import Category
from gpu_workers.debugger.resident import Resident
from gpu_workers.ingestion.storing import GROUP_ROWS
from gpu_workers.protocol.datasets import Column
from gpu_workers.protocol.debugger import (
    ByColumn,
    ByQuantiles,
    ByTree,
    Clause,
    Condition,
    Export,
    FindSlices,
    Question,
    Rows,
    View,
)
from gpu_workers.sandbox import Limits
from tests.gpu_workers.debugger.stored import columns_of, numbers

from .planted import planted

PART = 1 << 20
NUMBERS, CATEGORIES = 13, 4
ROLES = {"label": "label", "pA": "probability:A", "pB": "probability:B"}


def asked() -> Iterator[tuple[str, list[Question]]]:
    yield "first view", [View()]
    yield "the same again", [View()]
    yield "other groups", [View(a=(2,), b=(0, 1)), View(a=(1,), b=(0,)), View(a=(0,), b=(1, 2, 3))]
    yield (
        "a feature is brushed",
        [View(clauses=(Clause("feature:x7", Condition("x7", low=low)),)) for low in (0.25, 0.75, 1.25)],
    )
    yield (
        "a score is brushed",
        [View(clauses=(Clause("performance", Condition("score:A", low=low)),)) for low in (0.25, 0.75, 1.25)],
    )
    yield "rows sorted", [View(rows=Rows(0, 50, "score:A", descending=True))]
    yield "segments by quantiles", [View(segments=ByQuantiles("score:B", 5))]
    yield "segments by a category", [View(segments=ByColumn("c3", 5))]
    yield "segments by a tree", [View(segments=ByTree("A"))]
    yield "another score", [View(score="brier")]
    yield "slices", [FindSlices("A")]
    tenth = View(clauses=(Clause("feature:x7", Condition("x7", low=1.28)),))
    yield "export of some rows, Parquet", [Export(tenth, "parquet")]
    yield "export of some rows, CSV", [Export(tenth)]


def table(rows: int, path: Path) -> tuple[Column, ...]:
    """Parts that are each a little different from the others."""
    base = planted(min(rows, PART))
    names = [f"x{place}" for place in range(NUMBERS)] + [f"c{place}" for place in range(CATEGORIES)]
    writer = None
    for turn, start in enumerate(range(0, rows, PART)):
        count = min(PART, rows - start)
        columns: dict[str, Any] = {}
        for name in names:
            values = base.columns[name]
            if isinstance(values, Category):
                codes = pa.array(np.roll(values.codes, turn)[:count], pa.int32())
                columns[name] = pa.DictionaryArray.from_arrays(codes, pa.array(values.categories))
            else:
                columns[name] = numbers(np.roll(values, turn)[:count])
        said = zip(("label", "pA", "pB"), (base.target, *base.probabilities), strict=True)
        columns |= {name: numbers(np.roll(values, turn)[:count]) for name, values in said}
        part = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, part.schema, compression="zstd", compression_level=1)
        writer.write_table(part, row_group_size=GROUP_ROWS)
    assert writer is not None
    writer.close()
    path.chmod(0o644)
    return columns_of(part.schema, ROLES)


@contextmanager
def watched(held: Callable[[], int]) -> Iterator[Callable[[], int]]:
    """The most that was held since it was last asked."""
    most, ended = [0], threading.Event()

    def look() -> None:
        while not ended.wait(0.01):
            most[0] = max(most[0], held())

    def peak() -> int:
        found, most[0] = most[0], 0
        return found

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.beyond", description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000_000)
    parser.add_argument("--memory", type=float, default=2.0, help="GiB that the child may have")
    parser.add_argument("--at", type=Path, help="a folder on a disk; there the table stays for the next time")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.at or Path(temporary)
        os.chmod(folder, 0o755)
        path = folder / f"beyond-{given.rows}.parquet"
        columns = table(given.rows, path) if not path.exists() else columns_of(pq.read_schema(path), ROLES)
        limits = Limits(memory=int(given.memory * 2**30), file_size=2**34)
        load = os.getloadavg()[0]
        with closing(Resident(path, columns, limits=limits, mapped=True)) as child, watched(child.resident) as peak:
            begun = perf_counter()
            child.start(seconds=3600)
            print(  # noqa: T201
                f"{given.rows:,} rows × {len(columns)} columns, {path.stat().st_size / 1e9:.1f} GB of Parquet; "
                f"the child may have {given.memory:g} GiB\n\n| | seconds | most memory |\n|---|---|---|"
            )
            _tell("loaded and coded", perf_counter() - begun, peak())
            for name, questions in asked():
                taken = []
                for question in questions:
                    begun = perf_counter()
                    child.ask(question, seconds=3600)
                    taken.append(perf_counter() - begun)
                _tell(name, median(taken), peak())
            disk = child.on_disk()
    print(f"\n{disk / 1e9:.1f} GB of the disk. Load average {load:.1f} before, {os.getloadavg()[0]:.1f} after.")  # noqa: T201
    return 0


def _tell(name: str, seconds: float, memory: int) -> None:
    print(f"| {name} | {seconds:.2f} | {memory / 2**30:.2f} GiB |", flush=True)  # noqa: T201


if __name__ == "__main__":
    raise SystemExit(main())
