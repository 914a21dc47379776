"""Models on a GPU beside the processors: `python -m tests.benchmarks.gpu_models`, in the runner's confined child.

Each network runs in two runners, as a worker holds them: on all processors, and by ONNX Runtime's CUDA provider behind
every layer of the sandbox. Told are the middle time of a call, pipes included, what the first call of a size takes, and
how far the answers lie apart, of the largest. It needs the worker's libraries and onnxruntime-gpu in the place of
onnxruntime. Exits with 1 where answers differ by more than 1e-5, with 0 where they agree or there is no GPU, which it
says.
"""

import argparse
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from gpu_workers.analyses.blocks import cores
from gpu_workers.runner import Runner
from gpu_workers.runner.runner import LIMITS
from gpu_workers.sandbox import floor
from gpu_workers.worker.devices import files_of
from gpu_workers.worker.settings import Misconfigured

from .large_networks import Array, Network, encoder, residual

BATCHES = (1, 8, 32)
MEMORY = 4 << 30
AGREED = 1e-5


class Timed:
    """A runner that is asked for the same again."""

    def __init__(self, runner: Runner, network: Network, calls: int) -> None:
        self._runner, self._network, self._calls = runner, network, calls
        begun = perf_counter()
        runner.start()
        self.started = perf_counter() - begun

    def ask(self, count: int) -> tuple[float, float, Array]:
        """Milliseconds of the first call, of the middle one, and the answer."""
        given, taken = self._network.batch(count), []
        for _ in range(self._calls + 1):
            begun = perf_counter()
            answer = self._runner.run(given)["answer"]
            taken.append((perf_counter() - begun) * 1000)
        return taken[0], median(taken[1:]), np.asarray(answer)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.gpu_models", description=__doc__)
    parser.add_argument("--calls", type=int, default=20)
    calls = parser.parse_args().calls
    try:
        devices = files_of("cuda:0")
    except Misconfigured as error:
        print(error)  # noqa: T201
        return 0
    print(  # noqa: T201
        f"{cores()} processors and one GPU, sandbox: {floor()}\n\n"
        "| network | cases at once | processors | GPU | first call there | × | apart |\n"
        "|---|---|---|---|---|---|---|"
    )
    farthest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        for network in (residual(), encoder()):
            path = Path(folder) / "network.onnx"
            path.write_bytes(network.data)
            limits = replace(LIMITS, memory=MEMORY)
            here = Timed(Runner(path, limits=limits, threads=cores()), network, calls)
            runner = Runner(path, limits=replace(limits, devices=devices))
            there = Timed(runner, network, calls)
            for count in BATCHES:
                _, slow, expected = here.ask(count)
                first, fast, found = there.ask(count)
                apart = float(np.abs(found - expected).max() / np.abs(expected).max())
                farthest = max(farthest, apart)
                print(  # noqa: T201
                    f"| {network.title} | {count} | {slow:.1f} ms | {fast:.1f} ms | {first:.0f} ms "
                    f"| {slow / fast:.1f} | {apart:.1e} |",
                    flush=True,
                )
            print(  # noqa: T201
                f"\nStarted in {here.started:.1f} s and {there.started:.1f} s; the child on the GPU holds "
                f"{runner.resident() >> 20} MiB.\n",
                flush=True,
            )
    return int(not farthest <= AGREED)


if __name__ == "__main__":
    raise SystemExit(main())
