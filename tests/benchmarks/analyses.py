"""The debugger's kernels on the CPU: `python -m tests.benchmarks.analyses [--rows N] [--manifold] [--stream N]`.

A table of 20 numeric and 5 categorical columns and two models: codes, scores, k-means (k = 4), performance and full
attribution with a thousand permutations, then other groups; beside the same, without intervals and p-values, in
scikit-learn and NumPy. --manifold has Manifold's own functions do the same in Node. --stream takes so many rows × 20
columns through in parts, in a process of its own, whose greatest memory is printed. Nothing is asserted.
"""

import argparse
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np

from gpu_workers.analyses.blocks import cores

from . import manifold
from .debugging import SEGMENTS, analysed, regrouped, resident
from .planted import NUMERIC, Planted, planted
from .streaming import streamed

MANIFOLD_ROWS = 15_000
"""What its authors show it with."""


@dataclass(frozen=True)
class Taken:
    """Milliseconds on the clock and of all threads together, the middle of several; the latter bear a busy machine."""

    clock: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.clock:.0f} ms ({self.cpu:.0f} of CPU)"


def timed(work: Callable[[], Any], times: int) -> tuple[Taken, Any]:
    """What it took, and what the last time gave."""
    taken = []
    for _ in range(times):
        start, spent = perf_counter(), process_time()
        result = work()
        taken.append(((perf_counter() - start) * 1000, (process_time() - spent) * 1000))
    return Taken(*(median(column) for column in zip(*taken, strict=True))), result


def peers(held: Planted) -> tuple[Taken, Taken]:
    """What it takes scikit-learn and NumPy for scores, segments and divergences, and for other groups alone."""
    from scipy.spatial.distance import jensenshannon
    from sklearn.cluster import KMeans

    numbers = np.stack([held.columns[f"x{number}"] for number in range(NUMERIC)], 1)
    codes = [column.codes for name, column in held.columns.items() if name.startswith("c")]

    def divergences(groups: Any) -> list[float]:
        worst = groups == SEGMENTS - 1
        found = []
        for number in range(NUMERIC):
            column = numbers[:, number]
            known = column[~np.isnan(column)]
            edges = np.linspace(known.min(), known.max(), 64)
            sides = [np.histogram(column[side], edges)[0] for side in (worst, ~worst)]
            found.append(float(jensenshannon(*sides)))
        for column in codes:
            sides = [np.bincount(column[side], minlength=64) for side in (worst, ~worst)]
            found.append(float(jensenshannon(*sides)))
        return found

    def whole() -> Any:
        chosen = [np.clip(np.where(held.target == 1, said, 1 - said), 1e-15, 1) for said in held.probabilities]
        scores = -np.log(np.stack(chosen, 1))
        groups = KMeans(SEGMENTS, n_init=1, random_state=0).fit_predict(scores)
        for group in range(SEGMENTS):
            np.quantile(scores[groups == group], [0.25, 0.5, 0.75], axis=0)
        divergences(groups)
        return groups

    all_taken, groups = timed(whole, 3)
    return all_taken, timed(lambda: divergences(groups), 3)[0]


def pipeline(rows: int, times: int) -> None:
    held = planted(rows)
    ingest_taken, on_host = timed(lambda: resident(held, np), 1)
    all_taken, (scores, _, view) = timed(lambda: analysed(on_host), times)
    other = np.random.default_rng(1).integers(0, SEGMENTS, rows).astype(np.uint8)
    new_taken, _ = timed(lambda: regrouped(on_host, scores, other), times)
    bare_taken, _ = timed(lambda: regrouped(on_host, scores, other, permutations=0), times)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    their_all, their_new = peers(held)
    guilty = ", ".join(contrast.feature.name for contrast in view.contrasts[:3])
    print(  # noqa: T201
        f"{rows:,} rows × {len(held.columns)} columns ({held.bytes / 1e6:.0f} MB), 2 models, {cores()} cores, "
        f"NumPy {np.__version__}\n\n"
        "| | Atrium | scikit-learn + NumPy |\n|---|---|---|\n"
        f"| codes, once when taken in | {ingest_taken} | |\n"
        f"| scores, k-means, performance, attribution | {all_taken} | {their_all} |\n"
        f"| other groups | {new_taken} | {their_new} |\n"
        f"| other groups, without p-values | {bare_taken} | |\n"
        f"| most memory of the process | {memory / held.bytes:.1f} × the table | |\n\n"
        f"Furthest apart in the worst segment: {guilty}."
    )


def stream(rows: int) -> None:
    """In this process: prints what was found and the most memory it had."""
    found = streamed(rows)
    used = resource.getrusage(resource.RUSAGE_SELF)
    memory = used.ru_maxrss / 1024 / 1024
    guilty = ", ".join(contrast.feature.name for contrast in found.view.contrasts[:3])
    print(  # noqa: T201
        f"{rows:,} rows × {NUMERIC} columns in parts: {found.seconds:.1f} s of analysis (reading them took "
        f"{found.reading:.1f} s more; {used.ru_utime + used.ru_stime:.0f} s of CPU for both), {found.passes} passes, "
        f"at most {memory:.2f} GiB of memory. "
        f"Furthest apart in the worst segment: {guilty}."
    )


def beside_manifold() -> None:
    """At the rows that it is made for, and at those at which its k-means and then its columns give up."""
    manifold.install()
    print("\nManifold 1.1.4 in Node, ms of processor time:\n", flush=True)  # noqa: T201
    for rows, steps in ((MANIFOLD_ROWS, "all"), (100_000, "features"), (1_000_000, "features")):
        print(f"- {rows:,} rows: {manifold.spent(rows, steps)}", flush=True)  # noqa: T201


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.analyses", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--stream", type=int, default=0, metavar="ROWS", help="such as 50000000 (minutes)")
    parser.add_argument("--manifold", action="store_true", help="beside Manifold, installed from npm (minutes)")
    parser.add_argument("--only-stream", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.only_stream:
        stream(given.stream)
        return 0
    load = os.getloadavg()[0]
    pipeline(given.rows, given.times)
    if given.manifold:
        print()  # noqa: T201
        pipeline(MANIFOLD_ROWS, given.times)
        beside_manifold()
    if given.stream:
        command = [sys.executable, "-m", "tests.benchmarks.analyses", "--only-stream", "--stream", str(given.stream)]
        print(flush=True)  # noqa: T201
        subprocess.run(command, check=True)
    print(f"\nLoad average {load:.1f} before and {os.getloadavg()[0]:.1f} after.")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
