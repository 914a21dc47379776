"""One inputs process for the tests of this folder, reached as web reaches it."""

import asyncio
import fcntl
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from atrium.rendering import connections
from tests.gpu_workers.confined import interpreters

READY = b"reading pictures"
PATIENCE = 60.0
L, RGB = (("image", {"mode": mode}) for mode in ("L", "RGB"))
"""What a file is to be decoded as."""

Found = TypeVar("Found")


async def until(condition: Callable[[], Found]) -> Found:
    """What the condition gives as soon as it holds; looked at again and again, since a process announces nothing."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end
        await asyncio.sleep(0.005)
    return found


class Inputs:
    """A running `python -m gpu_workers.inputs`. keeps: the folder for whatever it might keep, where a test looks."""

    def __init__(self, socket: Path, *options: str, keeps: Path | None = None) -> None:
        self.socket = socket
        command = [sys.executable, "-m", "gpu_workers.inputs", "--socket", str(socket), *options]
        environment = os.environ | ({"TMPDIR": str(keeps), "HOME": str(keeps)} if keeps else {})
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, env=environment)
        self.wait_for(READY)

    def wait_for(self, words: bytes) -> list[bytes]:
        """Lines of the log up to one with these words."""
        assert self.process.stderr is not None
        lines = []
        for line in self.process.stderr:
            lines.append(line)
            if words in line:
                return lines
        raise AssertionError(f"the inputs process ended with {self.stop()}: {b''.join(lines).decode()}")

    def children(self) -> list[psutil.Process]:
        """The confined interpreters themselves, bubblewrap above them left out."""
        return interpreters(psutil.Process(self.process.pid))

    def stop(self) -> int:
        """Ends it, if it has not ended yet, and gives its exit status."""
        self.process.terminate()
        try:
            return self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.process.wait()
            assert self.process.stderr is not None
            self.process.stderr.close()


async def freeze(children: Sequence[psutil.Process]) -> None:
    """Stops them: a request that one of them gets stays under way until it is resumed or killed."""
    for child in children:
        child.suspend()
    await until(lambda: all(child.status() == psutil.STATUS_STOPPED for child in children))


def asked(child: psutil.Process) -> bool:
    """Whether a request lies before this child, which is frozen."""
    end = os.open(f"/proc/{child.pid}/fd/0", os.O_RDONLY | os.O_NONBLOCK)
    try:
        (unread,) = struct.unpack("i", fcntl.ioctl(end, termios.FIONREAD, bytes(4)))
    finally:
        os.close(end)
    return bool(unread)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A short path: a Unix socket's has at most 107 bytes."""
    path = Path(tempfile.mkdtemp(prefix="inputs-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def begin(folder: Path) -> Iterator[Callable[..., Inputs]]:
    """Starts one of the test's own at `own.sock`, with so many processes and options; none outlives the test."""
    begun: list[Inputs] = []

    def begin(processes: int, *options: str) -> Inputs:
        begun.append(Inputs(folder / "own.sock", "--processes", str(processes), *options))
        return begun[-1]

    yield begin
    connections.close_all()
    for running in begun:
        running.process.kill()
        running.stop()
    (folder / "own.sock").unlink(missing_ok=True)


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
