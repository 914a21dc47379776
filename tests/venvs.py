"""Programs that tests run beside Atrium, whose libraries are others: each in a venv of its own below var/."""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from infra.dev.ground import ROOT
from tests.services import FOLDER, turn


def packages_of(name: str) -> Path:
    """Where the packages of such a venv lie, for a program of the house's own that needs them beside its own."""
    return next((python_with(name).parents[1] / "lib").glob("python*/site-packages"))


def python_with(name: str) -> Path:
    """The Python of a venv with requirements/`name`.txt, made anew where that changed."""
    requirements = ROOT / "requirements" / f"{name}.txt"
    venv = FOLDER / f"{name}-{sha256(requirements.read_bytes()).hexdigest()[:16]}"
    program = venv / "bin" / "python"
    with turn():
        if not (venv / "ready").exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
            install = [
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
                "--require-hashes",
            ]
            subprocess.run([program, *install, "--requirement", requirements], check=True)
            (venv / "ready").touch()
    return program
