"""What an explanation costs, beside captum's: `python -m tests.benchmarks.explanations [--rounds N]`.

A picture of 224 × 224, a small network of three convolutions, 196 windows that cover it one after another: the same by
captum's Occlusion with torch, and the same again with a quarter of the windows' stride, so that they overlap. Ours goes
by a sandboxed runner with ONNX Runtime, each window drawn into the picture and prepared as its edit would be; in it are
the pictures' own decoding, the frames to and from the runner, and what reads the answers. Both take turns on the same
cores. CPU-milliseconds of all processes, the middle of the rounds; the maps agree to 1e-5, or it ends. captum has one
call for each window, and then as many at once as suit it best.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from gpu_workers.explanations.asking import asking
from gpu_workers.protocol.explained import Map
from gpu_workers.protocol.explanations import Occlusion
from gpu_workers.protocol.interface import ImageInput, Interface, LabelOutput
from gpu_workers.protocol.messages import Value
from gpu_workers.runner import Runner
from gpu_workers.runner.postprocess import reading
from gpu_workers.worker.holding import MAX_BATCH
from infra.dev.ground import ROOT
from tests.gpu_workers.explanations.convolving import CLASSES, onnx_file, torch_module
from tests.gpu_workers.runner.test_preprocess import png
from tests.venvs import packages_of

from . import processor

SIDE, CHANNELS, WINDOW, TARGET = 224, (16, 32, 64), 16, 0
STRIDES = {"196 windows": 16, "729 windows that overlap": 8}
AT_ONCE = (1, 8, 32, 64)
PIXELS = np.random.default_rng(3).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
FIELD = LabelOutput(name="y", classes=CLASSES, activation="softmax")
INTERFACE = Interface((ImageInput(name="x", size=(SIDE, SIDE), scale=1 / 255),), (FIELD,))
Made = tuple[float, float, Any]
"""CPU and clock in milliseconds, and the map at one value a pixel."""


def timed(work: Callable[[], Any]) -> Made:
    begun, spent = perf_counter(), processor.seconds(os.getpid())
    made = work()
    return (processor.seconds(os.getpid()) - spent) * 1000, (perf_counter() - begun) * 1000, made


def ours(runner: Runner, stride: int) -> Any:
    base: dict[str, Value] = {"x": png(PIXELS)}
    method = Occlusion(input="x", window=WINDOW / SIDE, stride=stride / SIDE, fill="black")
    variants = asking(method, INTERFACE, base).variants
    read = []
    for start in range(0, len(variants), MAX_BATCH):
        answers = runner.vary(base, variants[start : start + MAX_BATCH], "y")
        read += [reading(FIELD, answer["y"], CLASSES[TARGET]) for answer in answers]
    found = asking(method, INTERFACE, base).result(read)
    assert isinstance(found, Map)
    at = (np.arange(SIDE) + 0.5) / SIDE
    rows, columns = (np.searchsorted(borders, at, side="right") - 1 for borders in (found.y, found.x))
    return np.array(found.values)[np.ix_(rows, columns)]


def theirs(module: Any, stride: int, at_once: int) -> Any:
    import torch
    from captum.attr import Occlusion as Occluding

    given = torch.from_numpy(PIXELS.transpose(2, 0, 1)[None] / np.float32(255))
    with torch.no_grad():
        found = Occluding(module).attribute(
            given, (3, WINDOW, WINDOW), (3, stride, stride), 0, TARGET, perturbations_per_eval=at_once
        )
    return found[0, 0].numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    import torch

    torch.set_num_threads(1)  # a runner has one thread, too
    module = torch_module(CHANNELS, SIDE)
    say(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, torch {torch.__version__}")
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(onnx_file(Path(folder) / "m.onnx", CHANNELS, SIDE), interface=INTERFACE, batch_axis=0)
        runner.start()
        try:
            for name, stride in STRIDES.items():
                compare(runner, module, name, stride, rounds)
        finally:
            runner.close()


def compare(runner: Runner, module: Any, name: str, stride: int, rounds: int) -> None:
    ways: dict[str, Callable[[], Any]] = {"Atrium": partial(ours, runner, stride)}
    for at_once in AT_ONCE:
        ways[f"captum, {at_once} at once"] = partial(theirs, module, stride, at_once)
    taken: dict[str, list[Made]] = {way: [] for way in ways}
    for work in ways.values():
        work()  # what is loaded and planned once
    for _ in range(rounds):
        for way, work in ways.items():
            taken[way].append(timed(work))
    np.testing.assert_allclose(taken["Atrium"][0][2], taken["captum, 1 at once"][0][2], rtol=0, atol=1e-5)
    cost = {way: median(cpu for cpu, _, _ in made) for way, made in taken.items()}
    say(f"{name}:")
    for way, made in taken.items():
        clock = median(each for _, each, _ in made)
        say(f"  {way:20} {cost[way]:7.0f} CPU-ms, {clock:7.0f} ms, {cost['Atrium'] / cost[way]:.2f}")


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


if __name__ == "__main__":
    peers = packages_of("peers")
    if str(peers) not in sys.path:  # its own after the house's, so that what both have is the house's
        path = os.pathsep.join([str(ROOT), str(peers)])
        command = [sys.executable, "-m", "tests.benchmarks.explanations", *sys.argv[1:]]
        raise SystemExit(subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, check=False).returncode)
    main()
