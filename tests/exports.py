"""Models as their own tools export them, and the folder of real ones that a person may name."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gpu_workers.sandbox.binds import environment

SCRIPTS = Path(__file__).parent / "gpu_workers" / "fixtures"


def set_plain_runtime_up() -> None:
    """For plain ONNX Runtime beside the sandboxed one: no telemetry, and the locale that its text operators ask for."""
    wanted = ("ORT_DISABLE_TELEMETRY", "LOCPATH")
    os.environ.update({name: value for name, value in environment().items() if name in wanted})


def exports_of_the_run(temporary: pytest.TempPathFactory) -> Path:
    """The folder of the exports, written by the first that asks and shared by all xdist workers of a run."""
    base = temporary.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    ready = shared / "exported"
    with (shared / "exported.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.is_dir():
            write_exports(temporary.mktemp("exported")).rename(ready)
    return ready


def write_exports(folder: Path) -> Path:
    """Write what torch, skl2onnx, and ONNX Runtime's optimiser and quantizer make; returns the folder."""
    _finish(_begin("export_torch.py", folder), _begin("export_sklearn.py", folder))
    _finish(_begin("export_onnxruntime.py", folder))
    for path in folder.iterdir():
        path.chmod(0o644)
    return folder


def real_data() -> Path:
    """The folder `real` of the folder that ATRIUM_DATA names; the test is skipped where there is none."""
    folder = Path(os.environ.get("ATRIUM_DATA", "")) / "real"
    if not os.environ.get("ATRIUM_DATA") or not (folder / "models").is_dir():
        pytest.skip("real models are not here: name the folder that holds real/models in ATRIUM_DATA")
    return folder


def _begin(script: str, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-W", "ignore", str(SCRIPTS / script), str(folder)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _finish(*exports: subprocess.Popen[bytes]) -> None:
    for export in exports:
        _, complaint = export.communicate(timeout=300)
        assert export.returncode == 0, complaint.decode()
