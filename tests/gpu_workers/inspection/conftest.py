"""Models as their own tools export them, written once a session."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gpu_workers.sandbox.binds import environment

# For plain ONNX Runtime beside the sandboxed one: no telemetry, and the locale that its text operators ask for.
os.environ.update(
    {name: value for name, value in environment().items() if name in ("ORT_DISABLE_TELEMETRY", "LOCPATH")}
)

FIXTURES = Path(__file__).parents[1] / "fixtures"


def _export(script: str, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-W", "ignore", str(FIXTURES / script), str(folder)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _finish(*exports: subprocess.Popen[bytes]) -> None:
    for export in exports:
        _, complaint = export.communicate(timeout=300)
        assert export.returncode == 0, complaint.decode()


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what `tests/gpu_workers/fixtures` exports."""
    folder = tmp_path_factory.mktemp("exported")
    _finish(_export("export_torch.py", folder), _export("export_sklearn.py", folder))
    _finish(_export("export_onnxruntime.py", folder))
    for path in folder.iterdir():
        path.chmod(0o644)
    return folder


@pytest.fixture(scope="session")
def real_models() -> Path:
    """The folder of real models that ATRIUM_DATA names."""
    data = os.environ.get("ATRIUM_DATA", "")
    models = Path(data) / "real" / "models"
    if not data or not models.is_dir():
        pytest.skip("real models are not here: name the folder that holds real/models in ATRIUM_DATA")
    return models
