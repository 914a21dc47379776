"""The package needs what it declares, and no more: neither the extras nor anything of the server's."""

import subprocess
import sys
from pathlib import Path

REFUSED = (
    "anywidget", "apps", "atrium", "django", "gpu_workers", "IPython", "msgspec", "onnx", "onnxruntime", "onnxscript",
    "pandas", "PIL", "polars", "pyarrow", "pydicom", "skl2onnx", "sklearn", "torch", "traitlets",
)  # fmt: skip
EXTRAS = ("atrium_client.bench", "atrium_client.debugger", "atrium_client.command.__main__")
"""The cells' widgets, which their extra brings; and what runs when it is imported."""
PACKAGE = Path(__file__).parents[2] / "frontend" / "notebook"
PROGRAM = f"""
import importlib, pkgutil, sys
sys.modules.update(dict.fromkeys({REFUSED!r}))
sys.path.insert(0, {str(PACKAGE)!r})
import atrium_client
for module in pkgutil.walk_packages(atrium_client.__path__, "atrium_client.", onerror=lambda name: None):
    if not module.name.startswith({EXTRAS!r}):
        importlib.import_module(module.name)
"""


def test_every_module_is_imported_without_the_extras() -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", PROGRAM], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
