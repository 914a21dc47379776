"""An inspecting child that a file has taken over costs the worker neither memory nor more than its time."""

from pathlib import Path

import pytest

from gpu_workers import inspection
from gpu_workers.inspection import InspectionFailed, check
from gpu_workers.sandbox import Child, Limits, once
from gpu_workers.sandbox.launch import start
from gpu_workers.sandbox.layers import EVERY_LAYER, Layer
from tests.hostile.memory import peak

FOLDER = Path(__file__).parent / "runners"
REDUCED = EVERY_LAYER - {Layer.NAMESPACES}  # where bubblewrap holds no pipe open for it


@pytest.fixture
def taken_over(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    def spawned(
        module: str, arguments: list[str], *, read_only: list[Path], limits: Limits, pass_fds: tuple[int, ...]
    ) -> Child:
        return start(
            "inspector", [request.param], layers=REDUCED, limits=limits, read_only=read_only, import_from=[FOLDER]
        )

    monkeypatch.setattr(once, "spawn", spawned)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "model.onnx"
    file.write_bytes(b"model")
    file.chmod(0o644)
    return file


@pytest.mark.parametrize("taken_over", ["flood", "nonsense", "nothing"], indirect=True)
@pytest.mark.usefixtures("taken_over")
def test_what_is_no_finding_fails(path: Path) -> None:
    before = peak(afresh=True)
    with pytest.raises(InspectionFailed):
        check(path, "onnx")
    assert peak() - before < 64 << 20


@pytest.mark.parametrize("taken_over", ["silence", "closed_pipes"], indirect=True)
@pytest.mark.usefixtures("taken_over")
def test_one_that_never_ends_is_ended(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "SECONDS", 1.0)
    assert check(path, "onnx").rule == "inspection_too_slow"
