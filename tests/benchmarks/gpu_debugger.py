"""A debugger's questions on a GPU beside the processors: `python -m tests.benchmarks.gpu_debugger [--rows N]`.

The table and the questions of `tests.benchmarks.debugger`, loaded twice in this process. Kernels are compiled over a
small table before; how long that takes is said apart. Nothing is asserted; without a GPU it says so.
"""

import argparse
import tempfile
from pathlib import Path
from time import perf_counter, process_time

from gpu_workers.analyses.blocks import cores
from gpu_workers.debugger.answer import answer, open_dataset
from tests.gpu.__main__ import device

from .debugger import asked, table, timed

SMALL = 200_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.gpu_debugger", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--beside", type=int, default=7, help="kinds of question that the processors are asked too")
    given = parser.parse_args()
    cupy = device()
    if isinstance(cupy, str):
        print(cupy)  # noqa: T201
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        small = open_dataset(path, table(SMALL, path), on="cuda:0")
        begun = perf_counter()
        for one in asked():
            for question in one.questions:
                answer(small, question)
        compiled = perf_counter() - begun
        del small
        columns = table(given.rows, path)
        begun = perf_counter()
        here = open_dataset(path, columns)
        loaded = perf_counter() - begun
        begun = perf_counter()
        there = open_dataset(path, columns, on="cuda:0")
        name = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
        print(  # noqa: T201
            f"{given.rows:,} rows × {len(columns)} columns, {path.stat().st_size / 1e6:.0f} MB of Parquet, {name} "
            f"beside {cores()} processors. All questions of {SMALL:,} rows took {compiled:.1f} s before, most of it to "
            "compile kernels.\n\n| | processors | GPU |\n|---|---|---|\n"
            f"| loaded and coded | {loaded:.1f} s | {perf_counter() - begun:.1f} s |",
            flush=True,
        )
        for number, one in enumerate(asked()):
            on_gpu, _ = timed(lambda question: answer(there, question), one.questions, process_time)
            beside = ""
            if number < given.beside:
                taken, _ = timed(lambda question: answer(here, question), one.questions[:2], process_time)
                beside = f"{taken:.0f} ms"
            print(f"| {one.name} | {beside} | {on_gpu:.0f} ms |", flush=True)  # noqa: T201
        used = cupy.get_default_memory_pool().total_bytes()
    print(f"\nThe GPU's memory held {used / 1e9:.1f} GB.")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
