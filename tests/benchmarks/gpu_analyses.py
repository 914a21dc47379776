"""The debugger's kernels on a GPU: `python -m tests.benchmarks.gpu_analyses [--rows N]`, with numpy and cupy alone.

Ten million rows, 20 numeric and 5 categorical columns, two models: from codes resident on the device to both views,
and other groups. Beside each time stands the floor: the bytes that have to be read and written once, over the
bandwidth that copying a gigabyte reaches. Nothing is asserted; without a GPU it says so.
"""

import argparse
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

from tests.gpu.__main__ import device

from .debugging import SEGMENTS, analysed, regrouped, resident
from .planted import planted


def timed(cupy: Any, work: Callable[[], Any], times: int) -> tuple[float, Any]:
    """Milliseconds until the device is done, the middle of `times` after two to warm up, and the last result."""
    taken = []
    for _ in range(times + 2):
        cupy.cuda.Device().synchronize()
        start = perf_counter()
        result = work()
        cupy.cuda.Device().synchronize()
        taken.append((perf_counter() - start) * 1000)
    return median(taken[2:]), result


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.gpu_analyses", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--times", type=int, default=9)
    given = parser.parse_args()
    cupy = device()
    if isinstance(cupy, str):
        print(cupy)  # noqa: T201
        return 0
    held = planted(given.rows)
    on_device = resident(held, cupy)
    gigabyte = cupy.zeros(1 << 28, cupy.float32)
    copied_ms, _ = timed(cupy, lambda: gigabyte.copy(), given.times)
    bandwidth = 2 * gigabyte.nbytes / copied_ms  # bytes a millisecond
    other = cupy.random.randint(0, SEGMENTS, given.rows).astype(cupy.uint8)

    codes = sum(column.nbytes for column in on_device.table.codes)
    rows = given.rows
    regroup_bytes = codes + rows * (1 + 2 * (2 + 4))  # codes; groups; two models' codes and scores
    scores_bytes = rows * (4 + 2 * 4 + 2 * 4)  # the truth, two probabilities, two scores
    all_ms, (scores, _, view) = timed(cupy, lambda: analysed(on_device, cupy, 0), given.times)
    all_tested_ms, _ = timed(cupy, lambda: analysed(on_device, cupy), given.times)
    count_ms, _ = timed(cupy, lambda: on_device.table.count(other, SEGMENTS), given.times)
    new_ms, _ = timed(cupy, lambda: regrouped(on_device, scores, other, 0), given.times)
    new_tested_ms, _ = timed(cupy, lambda: regrouped(on_device, scores, other), given.times)
    name = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    count_floor = (codes + rows) / bandwidth
    new_floor = regroup_bytes / bandwidth
    all_floor = (scores_bytes + rows * (2 * 4 + 2 * 2) + regroup_bytes) / bandwidth
    print(  # noqa: T201
        f"{rows:,} rows × {len(held.columns)} columns, 2 models, {name}, {bandwidth / 1e6:.0f} GB/s when copying\n\n"
        "| | time | floor | with 1,000 permutations (on the host) |\n|---|---|---|---|\n"
        f"| counting all columns by group | {count_ms:.2f} ms | {count_floor:.2f} ms | |\n"
        f"| other groups: performance, attribution | {new_ms:.2f} ms | {new_floor:.2f} ms | {new_tested_ms:.1f} ms |\n"
        f"| scores, k-means and both views | {all_ms:.2f} ms | {all_floor:.2f} ms | {all_tested_ms:.1f} ms |\n\n"
        f"Furthest apart in the worst segment: {', '.join(one.feature.name for one in view.contrasts[:3])}."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
