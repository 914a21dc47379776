"""`python -m tests.benchmarks.ingestion [rows]`: how long an uploaded table takes until it is stored and described.

A million rows of 20 numbers, 4 categories, a label and the probabilities of two models, as CSV, Parquet and JSON
lines, read in the sandbox as a worker reads them. Printed: seconds, the child's CPU seconds, which bear a busy
machine, and the most memory that it held. Nothing is asserted.
"""

import os
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import duckdb
import numpy as np
import psutil
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from gpu_workers.ingestion import read
from gpu_workers.protocol.datasets import Format
from tests.gpu_workers.confined import interpreters

ROUNDS = 3


def planted(rows: int) -> pa.Table:
    random = np.random.default_rng(0)
    columns: dict[str, object] = {f"x{place}": np.round(random.normal(size=rows), 6) for place in range(20)}
    for place in range(4):
        count = 6 + 10 * place
        columns[f"c{place}"] = np.array([f"value {value}" for value in range(count)])[random.integers(0, count, rows)]
    columns["label"] = random.integers(0, 2, rows)
    for model in ("A", "B"):
        columns[f"prob_{model}"] = np.round(random.random(rows), 6)
    return pa.table(columns)


class Watch:
    """What the confined children of this process took: megabytes at most, CPU seconds together."""

    def __init__(self) -> None:
        self.megabytes, self._seconds = 0.0, dict[int, float]()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    @property
    def seconds(self) -> float:
        return sum(self._seconds.values())

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.05):
            for process in interpreters():
                with suppress(psutil.NoSuchProcess):
                    times = process.cpu_times()
                    self._seconds[process.pid] = times.user + times.system
                    self.megabytes = max(self.megabytes, process.memory_info().rss / 1e6)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    load = os.getloadavg()[0]
    print(f"{rows:,} rows × 27 columns, {os.cpu_count()} cores, load {load:.1f}\n")  # noqa: T201
    print("| file | MB | seconds, best of three | CPU seconds | memory, MB | stored, MB |")  # noqa: T201
    print("|---|---|---|---|---|---|")  # noqa: T201
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        table = planted(rows)
        pyarrow.csv.write_csv(table, place / "csv")
        pq.write_table(table, place / "parquet")
        duckdb.from_arrow(table).query("t", f"COPY t TO '{place / 'jsonl'}' (FORMAT json)")
        del table
        formats: tuple[Format, ...] = ("csv", "parquet", "jsonl")
        for fmt in formats:
            measure(place / fmt, fmt, place / "out")


def measure(file: Path, fmt: Format, out: Path) -> None:
    taken = []
    with Watch() as watch:
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            found = read(file, fmt, out)
            taken.append(time.perf_counter() - begun)
            if found.verdict != "ready":
                raise SystemExit(found.reason)
    sizes = file.stat().st_size / 1e6, out.stat().st_size / 1e6
    print(  # noqa: T201
        f"| {fmt} | {sizes[0]:.0f} | {min(taken):.2f} | {watch.seconds / ROUNDS:.1f} | {watch.megabytes:.0f} "
        f"| {sizes[1]:.0f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
