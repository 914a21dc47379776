"""Gradio in a venv of its own, made on the first run and whenever its lock changed."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from infra.dev.ground import ROOT, VAR, NotReady, free_port
from infra.dev.install import REQUIREMENTS, VENV, uv_environment
from infra.dev.processes import Process

from .served import Served

FOLDER = VAR / "bench" / "gradio"
LOCK = REQUIREMENTS / "gradio.txt"


def install() -> None:
    """Bring the venv up to date; does nothing when it is."""
    wanted = hashlib.sha256(LOCK.read_bytes() + f"{ROOT} {sys.version_info[:2]}".encode()).hexdigest()
    stamp = FOLDER / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("  installing Gradio in a venv of its own …", flush=True)  # noqa: T201
    uv = str(VENV / "bin" / "uv")
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, FOLDER], check=True)
    options = ["--quiet", "--compile-bytecode", "--require-hashes", "--python", str(FOLDER / "bin" / "python")]
    command = [uv, "pip", "install", *options, "--requirement", str(LOCK)]
    if subprocess.run(command, env=uv_environment(), check=False).returncode != 0:
        raise NotReady("Gradio could not be installed (see above); `make bench ARGS=--alone` measures Atrium alone.")
    stamp.write_text(wanted)


@contextmanager
def serving(model: Path, batch: int = 0) -> Iterator[Served]:
    """The model behind Gradio's default queue, or with this batch size."""
    port = free_port()
    name = f"Gradio, batch {batch}" if batch else "Gradio, default queue"
    command: list[str | Path] = [FOLDER / "bin" / "python", Path(__file__).with_name("gradio_app.py"), model, str(port)]
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR", "LANG")}
    process = Process(
        "gradio",
        [*command, str(batch)] if batch else command,
        VAR / "bench" / "gradio.log",
        environment={**kept, "GRADIO_ANALYTICS_ENABLED": "False", "ORT_DISABLE_TELEMETRY": "1", "HF_HUB_OFFLINE": "1"},
        ready=lambda: _answers(f"http://127.0.0.1:{port}/"),
        patience=60.0,
    )
    process.start()
    try:
        process.wait()
        assert process.child is not None
        address = f"http://127.0.0.1:{port}/gradio_api/call/predict"
        yield Served(name, "gradio", address, {"gradio": process.child.pid})
    finally:
        process.stop()


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
