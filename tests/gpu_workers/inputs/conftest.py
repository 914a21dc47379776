"""One inputs process for the tests of this folder, reached as web reaches it."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from atrium.rendering import connections

READY = b"reading pictures"


class Inputs:
    """A running `python -m gpu_workers.inputs`."""

    def __init__(self, socket: Path, *options: str) -> None:
        self.socket = socket
        command = [sys.executable, "-m", "gpu_workers.inputs", "--socket", str(socket), *options]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE)
        self.wait_for(READY)

    def wait_for(self, words: bytes) -> list[bytes]:
        """Lines of the log up to one with these words."""
        assert self.process.stderr is not None
        lines = []
        for line in self.process.stderr:
            lines.append(line)
            if words in line:
                return lines
        raise AssertionError(f"the inputs process ended with {self.process.wait()}: {b''.join(lines).decode()}")

    def children(self) -> list[psutil.Process]:
        """The confined interpreters themselves, bubblewrap above them left out."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in family if _is_interpreter(child)]

    def stop(self) -> int:
        self.process.terminate()
        code = self.process.wait(20)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code


def _is_interpreter(process: psutil.Process) -> bool:
    try:
        return not process.children() and process.name().startswith("python")
    except psutil.NoSuchProcess:
        return False


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A short path: a Unix socket's has at most 107 bytes."""
    path = Path(tempfile.mkdtemp(prefix="inputs-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def inputs(folder: Path) -> Iterator[Inputs]:
    running = Inputs(folder / "inputs.sock", "--processes", "2")
    yield running
    connections.close_all()
    assert running.stop() == 0


@pytest.fixture
def at_web(inputs: Inputs, settings: object) -> Iterator[Inputs]:
    """Web's client pointed at it."""
    settings.INPUTS_SOCKET = str(inputs.socket)  # type: ignore[attr-defined]
    connections.close_all()
    yield inputs
    connections.close_all()
