"""A model that hangs, crashes, grows or takes all memory costs its own cases only, and answers again within seconds.

Through the whole way of a prediction. Each trouble once, and that the worker notices it at all, is looked at in
`tests/gpu_workers/worker/test_stops.py`.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psutil
import pytest

from infra.dev.processes import Process
from tests.faults.running import until
from tests.faults.served import Served, serve
from tests.gpu_workers.confined import interpreters
from tests.gpu_workers.runner import tiny_models
from tests.models import doubling
from tests.people import Lab

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("web_process")]

REPLACED = 5.0
"""Seconds within which a model answers again."""
PATIENCE = 60.0
FEWER = 10
"""A tenth of the rounds of other tests: each has four troubles."""


@dataclass
class Neighbour:
    """Somebody who asks another model of the same worker all the time."""

    served: Served
    answered: int = 0
    slowest: float = 0.0
    errors: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        number = 0
        while not self.stop.wait(0.05):
            number += 1
            begun = time.monotonic()
            answer = self.served.ask(float(number), wait=30)
            self.slowest = max(self.slowest, time.monotonic() - begun)
            shown = answer.json()
            if answer.status_code == 200 and shown["answer"] == {"y": {"kind": "number", "value": 2.0 * number}}:
                self.answered += 1
            else:
                self.errors.append(answer.text[:300])


@pytest.fixture
def neighbour(lab: Lab, worker_process: Process) -> Iterator[Neighbour]:
    neighbour = Neighbour(serve(lab, "Neighbour", doubling()))
    thread = threading.Thread(target=neighbour.run)
    thread.start()
    yield neighbour
    neighbour.stop.set()
    thread.join()


def hang(served: Served, number: int, worker: Process) -> str:
    """It computes for ever; whoever asked gives up."""
    prediction, _ = computing(served, number, worker)
    served.call("POST", f"predictions/{prediction}/cancel")
    return ended_as(served, prediction)


def crash(served: Served, number: int, worker: Process) -> str:
    prediction, runner = computing(served, number, worker)
    runner.send_signal(signal.SIGSEGV)
    return ended_as(served, prediction)


def computing(served: Served, number: int, worker: Process) -> tuple[str, psutil.Process]:
    """A prediction that never ends, and the runner that computes it by now."""
    assert worker.child is not None
    [runner] = [
        found
        for found in interpreters(psutil.Process(worker.child.pid))
        if any(served.sha256 in word for word in found.cmdline())
    ]
    before = runner.cpu_times().user
    prediction = served.accepted(float(number))
    until(lambda: runner.cpu_times().user > before + 0.1, PATIENCE)
    return prediction, runner


def grow(served: Served, number: int) -> str:
    """Each case holds 400 MB more than the one before, until one is too many."""
    for step in range(1, 10):
        told = ended_as(served, served.accepted(100 * step + number))
        if told != "succeeded":
            return told
    return "succeeded"


def ended_as(served: Served, prediction: str) -> str:
    shown = served.ended(prediction, PATIENCE)
    return str(shown["error"]["code"] if shown["state"] == "failed" else shown["state"])


def answers_again(served: Served, x: float, y: float) -> float:
    """Seconds until it does. x: one that was never asked before, whose answer is stored nowhere."""
    begun = time.monotonic()
    answer = served.ask(x, wait=30)
    assert answer.status_code == 200, answer.text
    assert answer.json()["answer"]["y"]["value"] == pytest.approx(y)
    return time.monotonic() - begun


def test_each_is_replaced_and_its_neighbour_notices_nothing(
    lab: Lab, neighbour: Neighbour, worker_process: Process, long_rounds: int, tmp_path: Path
) -> None:
    stuck = serve(lab, "Stuck", tiny_models.endless(tmp_path / "endless.onnx").read_bytes())
    hungry = serve(lab, "Hungry", tiny_models.hungry(tmp_path / "hungry.onnx").read_bytes(), integer=True)
    troubles: dict[str, tuple[Callable[[int], str], str, Served]] = {
        "hang": (lambda number: hang(stuck, number, worker_process), "cancelled", stuck),
        "crash": (lambda number: crash(stuck, number, worker_process), "model_crashed", stuck),
        "growth": (lambda number: grow(hungry, number), "model_out_of_memory", hungry),
        "memory": (lambda number: ended_as(hungry, hungry.accepted(1e6 + number)), "model_out_of_memory", hungry),
    }
    took: dict[str, list[float]] = {name: [] for name in troubles}
    asked = count(1)

    def again(served: Served) -> float:
        x = next(asked)
        return answers_again(served, -x, -x) if served is stuck else answers_again(served, x, x * 1e6)

    for served in (stuck, hungry):
        again(served)
    rounds = max(long_rounds // FEWER, 1)
    number = count(1)
    for _ in range(rounds):
        for name, (trouble, code, served) in troubles.items():
            assert trouble(next(number)) == code, name
            took[name].append(again(served))
    told = ", ".join(f"{name} {max(seconds):.2f} s" for name, seconds in took.items())
    print(f"{rounds} rounds, replaced within: {told}")  # noqa: T201
    print(f"neighbour: {neighbour.answered} answered, the slowest in {neighbour.slowest:.2f} s")  # noqa: T201
    assert not neighbour.errors, neighbour.errors[:3]
    assert neighbour.answered > rounds
    assert max(seconds for each in took.values() for seconds in each) <= REPLACED, told
