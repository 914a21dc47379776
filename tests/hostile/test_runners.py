"""A runner's child that a model has taken over can lie, flood and fall silent; the worker takes none of it for long."""

from functools import partial
from pathlib import Path

import numpy as np
import psutil
import pytest

from gpu_workers.runner import Runner, RunnerFailed
from gpu_workers.sandbox import Child, Limits, floor, kept
from gpu_workers.sandbox.channel import MAX_FRAME
from gpu_workers.sandbox.launch import start
from gpu_workers.sandbox.layers import EVERY_LAYER, Layer
from gpu_workers.sandbox.limits import Floor
from tests.gpu_workers.confined import interpreters
from tests.hostile.memory import peak
from tests.hostile.runners import liar

FULL, REDUCED = EVERY_LAYER, EVERY_LAYER - {Layer.NAMESPACES}
LAYERS = FULL if floor() is Floor.FULL else REDUCED
FOLDER = Path(liar.__file__).parent


def spawned(
    name: str,
    module: str,
    *,
    read_only: list[Path],
    limits: Limits,
    pass_fds: tuple[int, ...] = (),
    layers: frozenset[Layer] = LAYERS,
) -> Child:
    """What is called for the runner instead of `sandbox.spawn`."""
    assert module == "gpu_workers.runner.child"
    return start("liar", [name], layers=layers, limits=limits, read_only=read_only, import_from=[FOLDER])


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"model")
    path.chmod(0o644)
    return path


def is_ended(asked: Runner, code: str, *, rows: int = 1, seconds: float = 60.0) -> None:
    asked.start()
    (child,) = interpreters()
    before = peak(afresh=True)
    with pytest.raises(RunnerFailed) as failed:
        asked.run({"x": np.zeros((rows, 4), np.float32)}, seconds=seconds)
    assert failed.value.code == code
    assert not failed.value.alive
    assert not asked.alive()
    assert peak() - before < 2 * MAX_FRAME
    gone, _ = psutil.wait_procs([child], timeout=60)
    assert gone == [child]


@pytest.mark.parametrize("name", [*liar.ANSWERS, "a flood", "an end"])
def test_a_lie_ends_it_at_once_and_costs_no_more_than_a_frame(
    name: str, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "spawn", partial(spawned, name))
    is_ended(Runner(model), "model_crashed")


@pytest.mark.parametrize("name", ["a trickle", "silence", "deafness"])
def test_silence_ends_at_its_time(name: str, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deaf one is sent more than a pipe holds."""
    monkeypatch.setattr(kept, "spawn", partial(spawned, name))
    is_ended(Runner(model), "model_too_slow", rows=1 << 20 if name == "deafness" else 1, seconds=1.0)


def test_one_that_closes_its_pipes_and_lives_is_killed(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where bubblewrap stands above it the pipes stay open, and it ends at its time."""
    monkeypatch.setattr(kept, "spawn", partial(spawned, "closed pipes", layers=REDUCED))
    is_ended(Runner(model), "model_crashed")
