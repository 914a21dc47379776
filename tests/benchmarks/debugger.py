"""A debugger's questions as a worker answers them: `python -m tests.benchmarks.debugger [--rows N]`.

A stored table of 20 numeric and 5 categorical columns and two models, loaded in this process and in the sandboxed child
that a worker keeps, then asked: the first view, the same with other groups, another measure, a brushed feature, a
brushed score, other segments, slices. Milliseconds on the clock and of all threads together; the latter bear a busy
machine. Nothing is asserted.
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import msgspec
import pyarrow as pa

from gpu_workers.analyses import Category
from gpu_workers.debugger.answer import answer, open_dataset
from gpu_workers.debugger.resident import Resident
from gpu_workers.protocol.datasets import Column
from gpu_workers.protocol.debugger import (
    ByColumn,
    ByPerformance,
    ByQuantiles,
    ByTree,
    Clause,
    Condition,
    FindSlices,
    Question,
    View,
)
from gpu_workers.sandbox import Limits
from tests.gpu_workers.confined import interpreters
from tests.gpu_workers.debugger.stored import numbers, stored

from .planted import planted

BRUSHES = [0.25, 0.5, 0.75, 1.0, 1.25]
"""Where brushes begin: each time elsewhere, so that nothing of the answer is kept from before."""


@dataclass(frozen=True)
class Asked:
    """What is asked, several times anew."""

    name: str
    questions: list[Question]


def asked() -> Iterator[Asked]:
    yield Asked("first view", [View()])
    yield Asked("the same again", [View()] * 5)
    pairs = [((3,), (0,)), ((2,), (0, 1)), ((1,), (0,)), ((0,), (1, 2, 3)), ((1, 2), (0, 3))]
    yield Asked("other groups", [View(a=a, b=b) for a, b in pairs])
    yield Asked("another measure", [View(measure=measure) for measure in ("kl", "stability_index", "kl_manifold")])
    yield Asked(
        "a feature is brushed", [View(clauses=(Clause("feature:x7", Condition("x7", low=low)),)) for low in BRUSHES]
    )
    yield Asked(
        "a score is brushed", [View(clauses=(Clause("performance", Condition("score:A", low=low)),)) for low in BRUSHES]
    )
    yield Asked("segments by quantiles", [View(segments=ByQuantiles("score:B", parts)) for parts in (3, 4, 5, 6, 7)])
    yield Asked("segments by a category", [View(segments=ByColumn("c3", most)) for most in (3, 4, 5, 6, 7)])
    yield Asked("segments by performance", [View(segments=ByPerformance(count)) for count in (2, 3, 5)])
    yield Asked("segments by a tree", [View(segments=ByTree(model)) for model in ("A", "B")])
    yield Asked("another score", [View(score=score) for score in ("brier", "margin")])
    yield Asked("slices", [FindSlices("A"), FindSlices("B"), FindSlices("A", "B")])


def table(rows: int, path: Path) -> tuple[Column, ...]:
    held = planted(rows)
    columns: dict[str, Any] = {}
    for name, values in held.columns.items():
        if isinstance(values, Category):
            columns[name] = pa.DictionaryArray.from_arrays(
                pa.array(values.codes, pa.int32()), pa.array(values.categories)
            )
        else:
            columns[name] = numbers(values)
    columns["label"] = numbers(held.target)
    columns |= {f"p{model}": numbers(said) for model, said in zip("AB", held.probabilities, strict=True)}
    roles = {"label": "label", "pA": "probability:A", "pB": "probability:B"}
    described = stored(path, columns, roles)
    path.chmod(0o644)
    return described


def timed(work: Callable[[Question], Any], questions: list[Question], cpu: Callable[[], float]) -> tuple[float, float]:
    """The middle of each: milliseconds on the clock, and of the processor."""
    taken = []
    for question in questions:
        begun, spent = perf_counter(), cpu()
        work(question)
        taken.append(((perf_counter() - begun) * 1000, (cpu() - spent) * 1000))
    return median(clock for clock, _ in taken), median(spent for _, spent in taken)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.debugger", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--mapped", action="store_true", help="the child's columns lie on the disk")
    given = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = Path(folder) / "table.parquet"
        columns = table(given.rows, path)
        begun, spent = perf_counter(), process_time()
        held = open_dataset(path, columns)
        here_loaded = ((perf_counter() - begun) * 1000, (process_time() - spent) * 1000)
        limits = Limits(memory=8 * 2**30, file_size=2**33)
        with closing(Resident(path, columns, limits=limits, mapped=given.mapped)) as child:
            begun = perf_counter()
            child.start()
            loaded = (perf_counter() - begun) * 1000
            (process,) = interpreters()
            there_loaded = (loaded, sum(process.cpu_times()[:2]) * 1000)
            print(  # noqa: T201
                f"{given.rows:,} rows × {len(columns)} columns, {path.stat().st_size / 1e6:.0f} MB of Parquet\n\n"
                "| | in this process | in the child |\n|---|---|---|\n"
                f"| loaded and coded | {_told(here_loaded)} | {_told(there_loaded)} |"
            )
            for one in asked():
                here = timed(lambda question: msgspec.json.encode(answer(held, question)), one.questions, process_time)
                there = timed(child.ask, one.questions, lambda: sum(process.cpu_times()[:2]))
                print(f"| {one.name} | {_told(here)} | {_told(there)} |", flush=True)  # noqa: T201
            memory, disk = child.resident(), child.on_disk()
    load_after = os.getloadavg()[0]
    print(f"\nThe child holds {memory / 1e6:.0f} MB, and {disk / 1e6:.0f} of the disk.")  # noqa: T201
    print(f"Load average {load:.1f} before, {load_after:.1f} after.")  # noqa: T201
    return 0


def _told(taken: tuple[float, float]) -> str:
    return f"{taken[0]:.0f} ms ({taken[1]:.0f} of CPU)"


if __name__ == "__main__":
    raise SystemExit(main())
