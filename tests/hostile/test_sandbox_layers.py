"""Take one layer away from a floor that holds, and an attack that the others let through succeeds.

So each layer is needed, and a test turns red when one of them is off. What each layer stops by itself stands in
`tests/gpu_workers/sandbox/test_layers.py`.
"""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest

from gpu_workers.runner import Runner, RunnerFailed
from gpu_workers.sandbox import Child, Floor, binds, floor, floor_reason, landlock, launch
from gpu_workers.sandbox.binds import PACKAGE
from gpu_workers.sandbox.launch import start
from gpu_workers.sandbox.layers import EVERY_LAYER, Layer
from tests.gpu_workers.confined import interpreters
from tests.gpu_workers.runner import tiny_models
from tests.gpu_workers.sandbox.conftest import HOSTILE, TIGHT, Quarry, quarry

__all__ = ["quarry"]

ROOT = os.geteuid() == 0
FULL, REDUCED = EVERY_LAYER, EVERY_LAYER - {Layer.NAMESPACES}
FLOORS = {"full": FULL, "reduced": REDUCED}

# For each layer an attack that no other layer of the floor stops. {name}: a field of the quarry.
ONLY: list[tuple[str, Layer, str]] = [
    ("full", Layer.NAMESPACES, "know {sibling}"),
    ("full", Layer.LANDLOCK, "read /proc/version"),
    ("full", Layer.SECCOMP, "fork"),
    ("full", Layer.RLIMITS, "reserve 2000"),
    ("full", Layer.WATCH, "touch 300"),
    ("reduced", Layer.LANDLOCK, "read {sibling}"),
    ("reduced", Layer.SECCOMP, "udp {udp}"),
    ("reduced", Layer.RLIMITS, "spin 1.5"),
    ("reduced", Layer.WATCH, "touch 300"),
]
if ROOT:  # anybody else is nobody already
    ONLY += [("full", Layer.USER, "threads 30"), ("reduced", Layer.USER, "threads 30")]

# Arguments of bubblewrap, and what succeeds without them where no other layer is on.
BUBBLEWRAP: list[tuple[str, str]] = [
    ("--unshare-net", "tcp {tcp}"),
    ("--unshare-net", "abstract {abstract}"),
    ("--unshare-pid", "kill {victim}"),
    ("--remount-ro /", "write /new"),
]


@pytest.fixture
def attack(quarry: Quarry) -> Callable[..., bool]:
    """Whether an attack succeeds under exactly these layers."""

    def succeeds(layers: frozenset[Layer], line: str) -> bool:
        child = start(
            "attack",
            line.format_map(vars(quarry)).split(),
            layers=layers,
            limits=TIGHT,
            read_only=[Path(quarry.model)],
            import_from=[HOSTILE],
        )
        return outcome(child)

    return succeeds


def outcome(child: Child) -> bool:
    try:
        answer, _ = child.communicate(timeout=60)
    finally:
        child.kill()
    assert "SyntaxError" not in child.complaint()
    assert "KeyError" not in child.complaint()
    return b"succeeded" in answer


@pytest.mark.parametrize(("on", "off", "line"), ONLY, ids=lambda each: str(each))
def test_without_this_layer_it_succeeds(on: str, off: Layer, line: str, attack: Callable[..., bool]) -> None:
    if on == "full" and floor() is not Floor.FULL:
        pytest.skip(floor_reason())
    if landlock.version() == 0:
        pytest.skip("the kernel has no Landlock")
    assert not attack(FLOORS[on], line)
    assert attack(FLOORS[on] - {off}, line)


def test_every_layer_of_both_floors_is_needed() -> None:
    for name, layers in FLOORS.items():
        needed = {off for on, off, _ in ONLY if on == name}
        assert needed == layers - (set() if ROOT else {Layer.USER})


@pytest.mark.parametrize(("argument", "line"), BUBBLEWRAP)
def test_without_this_argument_of_bubblewrap_it_succeeds(
    argument: str, line: str, attack: Callable[..., bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    if floor() is not Floor.FULL:
        pytest.skip(floor_reason())
    alone = frozenset({Layer.NAMESPACES})
    assert not attack(alone, line)
    built = launch._bubblewrap
    monkeypatch.setattr(launch, "_bubblewrap", lambda *given: without(built(*given), argument.split()))
    assert attack(alone, line)


def without(command: list[str], argument: list[str]) -> list[str]:
    at = next(i for i in range(len(command)) if command[i : i + len(argument)] == argument)
    return command[:at] + command[at + len(argument) :]


@pytest.mark.parametrize("on", FLOORS)
def test_nothing_can_be_written_anywhere_and_nothing_read_that_was_not_given(
    on: str, attack: Callable[..., bool]
) -> None:
    """Every folder that the child can find is tried for writing; /etc, /proc and homes for reading."""
    if on == "full" and floor() is not Floor.FULL:
        pytest.skip(floor_reason())
    assert not attack(FLOORS[on], "scribble")
    assert not attack(FLOORS[on], "pry")
    assert attack(frozenset(), "pry")


def test_a_cleared_environment_is_the_parents_doing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The names that a child finds are those of `binds.environment` and of nobody else."""
    monkeypatch.setenv("POOL_SECRET", "hush")

    def names() -> set[str]:
        child = start("habits", ["environment"], layers=REDUCED, limits=TIGHT, import_from=[HOSTILE])
        answer, _ = child.communicate(timeout=60)
        return set(answer.decode().split())

    assert "POOL_SECRET" not in names()
    cleared = binds.environment
    monkeypatch.setattr(binds, "environment", lambda: cleared() | {"POOL_SECRET": "hush"})
    assert "POOL_SECRET" in names()


class TestTheDeadline:
    """The last layer: what takes too long is killed from outside, and is gone."""

    @pytest.fixture
    def endless(self, tmp_path: Path) -> Runner:
        runner = Runner(tiny_models.endless(tmp_path / "endless.onnx"))
        runner.start()
        return runner

    def child_of(self, runner: Runner) -> psutil.Process:
        (child,) = interpreters()
        assert runner.alive()
        return child

    def test_it_ends_the_child(self, endless: Runner) -> None:
        child = self.child_of(endless)
        with pytest.raises(RunnerFailed, match="model_too_slow"):
            endless.run({"x": np.ones(1, dtype=np.float32)}, seconds=0.5)
        gone, _ = psutil.wait_procs([child], timeout=60)
        assert gone == [child]

    def test_without_the_kill_it_goes_on(self, endless: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
        child = self.child_of(endless)
        kill = Child.kill
        monkeypatch.setattr(Child, "kill", lambda self: None)
        monkeypatch.setattr(Child, "wait", lambda self, timeout=None: 0)
        with pytest.raises(RunnerFailed, match="model_too_slow"):
            endless.run({"x": np.ones(1, dtype=np.float32)}, seconds=0.5)
        assert child.is_running()
        assert child.status() != psutil.STATUS_ZOMBIE
        child.send_signal(signal.SIGKILL)
        psutil.wait_procs([child], timeout=60)
        monkeypatch.undo()
        assert kill is Child.kill


def test_the_layers_are_all_that_there_are() -> None:
    """A layer that is added needs rows here; this fails until it has them."""
    source = (PACKAGE / "sandbox" / "layers.py").read_text()
    assert len(re.findall(r"^    [A-Z]+ = ", source, re.M)) == len(EVERY_LAYER) == 6
