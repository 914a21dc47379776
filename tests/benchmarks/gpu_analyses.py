"""The debugger's kernels on a GPU: `python -m tests.benchmarks.gpu_analyses [--rows N]`, with numpy and cupy alone.

Ten million rows, 20 numeric and 5 categorical columns, two models: from codes resident on the device to both views,
and other groups. Beside the time on the clock stands how long the device was busy (where PyTorch is there to tell), and
the floor: the bytes that have to be read and written once, and the scores once in each pass of k-means, over the
bandwidth that copying a gigabyte reaches. Nothing is asserted; without a GPU it says so.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

from gpu_workers.analyses import coded_scores, kmeans, log_loss, performance
from tests.gpu.__main__ import device

from .debugging import SEGMENTS, Resident, analysed, regrouped, resident
from .planted import planted

SPUN_UP = 1.0
"""Seconds of work after which an idle device's clock is at its height."""


@dataclass(frozen=True)
class Taken:
    """clock: milliseconds until the device is done; busy: of them those in which it worked, None where nobody knows."""

    clock: float
    busy: float | None

    def line(self, what: str, rows: int, bytes_of_row: float, bandwidth: float) -> str:
        floor = rows * bytes_of_row / bandwidth
        busy = "" if self.busy is None else f"{self.busy:.2f} ms, {self.busy / floor:.1f} × "
        return f"| {what} | {self.clock:.2f} ms | {busy} | {floor:.3f} ms |"


def timed(cupy: Any, work: Callable[[], Any], times: int) -> tuple[Taken, Any]:
    """The middle of `times` after two to warm up, and the last result."""
    taken = []
    for _ in range(times + 2):
        cupy.cuda.Device().synchronize()
        start = perf_counter()
        result = work()
        cupy.cuda.Device().synchronize()
        taken.append((perf_counter() - start) * 1000)
    return Taken(median(taken[2:]), busy(work)), result


def busy(work: Callable[[], Any]) -> float | None:
    """Milliseconds of the device's kernels and copies, as CUPTI tells them to PyTorch's profiler."""
    try:
        from torch.profiler import ProfilerActivity, profile
    except ImportError:
        return None
    with profile(activities=[ProfilerActivity.CUDA]) as seen:
        work()
    return float(sum(event.self_device_time_total for event in seen.key_averages())) / 1000


def bandwidth_of(cupy: Any, times: int) -> float:
    """Bytes a millisecond, read and written, of copying."""
    gigabyte, copy = (cupy.zeros(1 << 28, cupy.float32) for _ in range(2))
    until = perf_counter() + SPUN_UP
    while perf_counter() < until:
        copy[...] = gigabyte
        cupy.cuda.Device().synchronize()
    taken, _ = timed(cupy, lambda: copy.data.copy_from_device_async(gigabyte.data, gigabyte.nbytes), times)
    return float(2 * gigabyte.nbytes / taken.clock)


def lines(cupy: Any, held: Resident, rows: int, times: int, bandwidth: float) -> list[str]:
    """Bytes of a row: the truth, probabilities and scores are float32, a score's code has two, a group's one."""
    models = len(held.probabilities)
    other = cupy.random.randint(0, SEGMENTS, rows).astype(cupy.uint8)
    codes = sum(column.nbytes for column in held.table.codes) / rows
    scores = tuple(log_loss(held.target, probability) for probability in held.probabilities)
    coded = coded_scores(scores)
    clusters = kmeans(scores, SEGMENTS)
    regroup = codes + 1 + models * (2 + 4)
    of_scores, of_coding = 4 + models * 8, models * (4 + 4 + 2)
    segments = clusters.passes * models * 4 + models * 4 + 1
    steps: list[tuple[str, float, Callable[[], Any]]] = [
        ("scores", of_scores, lambda: [log_loss(held.target, one) for one in held.probabilities]),
        ("their codes", of_coding, lambda: coded_scores(scores)),
        (f"k-means, {clusters.passes} passes", segments, lambda: kmeans(scores, SEGMENTS).labels(scores)),
        ("counting all columns by group", codes + 1, lambda: held.table.count(other, SEGMENTS)),
        ("performance", 1 + models * (2 + 4), lambda: performance(coded, other, SEGMENTS)),
        ("**other groups: performance and attribution**", regroup, lambda: regrouped(held, coded, other, 0)),
        (
            "**scores, k-means and both views**",
            of_scores + of_coding + segments + regroup,
            lambda: analysed(held, 0),
        ),
    ]
    told = [timed(cupy, work, times)[0].line(what, rows, size, bandwidth) for what, size, work in steps]
    tested, _ = timed(cupy, lambda: regrouped(held, coded, other), times)
    bare, _ = timed(cupy, lambda: regrouped(held, coded, other, 0), times)
    return [*told, f"| p-values of 1,000 permutations, on the host | {tested.clock - bare.clock:.1f} ms | | |"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.gpu_analyses", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--times", type=int, default=9)
    given = parser.parse_args()
    cupy = device()
    if isinstance(cupy, str):
        print(cupy)  # noqa: T201
        return 0
    table = planted(given.rows)
    held = resident(table, cupy)
    bandwidth = bandwidth_of(cupy, given.times)
    name = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    print(  # noqa: T201
        f"{given.rows:,} rows × {len(table.columns)} columns, 2 models, {name}, {bandwidth / 1e6:.0f} GB/s copying\n\n"
        "| | on the clock | device busy, × floor | floor |\n|---|---|---|---|\n"
        + "\n".join(lines(cupy, held, given.rows, given.times, bandwidth))
    )
    _, _, view = analysed(held, 0)
    print(f"\nFurthest apart in the worst segment: {', '.join(one.feature.name for one in view.contrasts[:3])}.")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
