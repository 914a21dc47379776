"""`--device`: what is refused with which sentence, and what a runner on a GPU is given, as far as a CPU can show it."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from gpu_workers.sandbox import Floor, Limits, floor, floor_reason
from gpu_workers.worker import devices
from gpu_workers.worker.devices import files_of, has_cuda, of_tables, try_out
from gpu_workers.worker.settings import Misconfigured
from tests.gpu.stand_in import stand_in


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The /dev of a machine with two GPUs, and an ONNX Runtime with CUDA."""
    for name in ("nvidia0", "nvidia3", "nvidiactl", "nvidia-uvm", "null"):
        (tmp_path / name).touch()
    monkeypatch.setattr(devices, "has_cuda", lambda: True)
    return tmp_path


def test_the_cpu_needs_no_device() -> None:
    assert files_of("cpu") == ()


@pytest.mark.parametrize("name", ["cuda", "cuda:", "cuda:x", "cuda:-1", "gpu:0", "CUDA:0", ""])
def test_another_name_is_told_what_there_is(name: str) -> None:
    with pytest.raises(Misconfigured, match="--device is cpu or cuda:N"):
        files_of(name)


@pytest.mark.skipif(has_cuda(), reason="ONNX Runtime has CUDA here")
def test_without_the_provider_it_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="put onnxruntime-gpu in the place of onnxruntime"):
        files_of("cuda:0", tmp_path)


@pytest.mark.skipif(floor() is not Floor.FULL, reason=floor_reason())
def test_a_gpu_is_its_own_files_and_those_of_all(machine: Path) -> None:
    names = [Path(file).name for file in files_of("cuda:1", machine)]
    assert names == ["nvidia3", "nvidiactl", "nvidia-uvm"]


def test_one_that_is_not_there_is_told_with_those_that_are(machine: Path) -> None:
    with pytest.raises(Misconfigured, match=r"no GPU for cuda:2 .*nvidia0, .*nvidia3"):
        files_of("cuda:2", machine)


def test_the_reduced_floor_is_not_enough(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "floor", lambda: Floor.REDUCED)
    with pytest.raises(Misconfigured, match="needs every layer"):
        files_of("cuda:0", machine)


@pytest.mark.skipif(find_spec("cupy") is not None, reason="CuPy is installed")
def test_tables_are_given_the_gpu_where_cupy_is(caplog: pytest.LogCaptureFixture) -> None:
    assert of_tables(Limits(memory=1, devices=("/dev/nvidia0",))) == ()
    assert "CuPy is not installed" in caplog.text
    with stand_in():
        assert of_tables(Limits(memory=1, devices=("/dev/nvidia0",))) == ("/dev/nvidia0",)
    assert of_tables(Limits(memory=1)) == ()


def test_it_is_tried_before_any_model_is(tmp_path: Path) -> None:
    """On the CPU it computes; with a device that is no GPU it says what failed, and no fallback hides it."""
    for above in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        above.chmod(0o755)
    try_out(Limits(memory=2**30), tmp_path)
    with pytest.raises(Misconfigured, match=r"does not compute in the sandbox: .*CUDA provider did not load"):
        try_out(Limits(memory=2**30, devices=("/dev/full",)), tmp_path)
    assert list(tmp_path.iterdir()) == []
