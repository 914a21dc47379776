"""A confined child that is asked one thing and answers until it ends; `kept` is for one that is asked again."""

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .answers import Overlong, whole_answer
from .floors import spawn
from .keeper import Child
from .limits import Limits


class Stopped(RuntimeError):
    """Somebody ended it by `kill`."""


@dataclass(frozen=True)
class Ended:
    """How a child ended. answer: all that it wrote. memory: it took more than it may."""

    code: int
    answer: bytes
    complaint: str
    memory: bool


class Once:
    """One child after the other; `kill` ends what runs, from any thread, for good."""

    def __init__(self, module: str, limits: Limits) -> None:
        """module: its first argument is a descriptor from which it reads, as JSON, what it is asked."""
        self._module, self._limits = module, limits
        self._child: Child | None = None
        self._killed = False

    def ask(
        self,
        asked: Mapping[str, Any],
        *,
        read_only: Sequence[Path],
        until: float,
        most: int,
        pass_fds: Sequence[int] = (),
    ) -> Ended:
        """until: of the monotonic clock. most: bytes of the answer. Raises TimeoutError, Overlong, Stopped, OSError."""
        with _written(asked) as told, self._spawned(told, read_only, (told, *pass_fds)) as child:
            self._child = child
            if self._killed:
                child.kill()
            try:
                answer = whole_answer(child, until - time.monotonic(), most)
            finally:
                child.kill()
                self._child = None
        if self._killed:
            raise Stopped
        complaint = child.complaint()
        memory = child.ended_by == "memory" or "MemoryError" in complaint or "bad_alloc" in complaint
        return Ended(child.returncode, answer, complaint, memory)

    def _spawned(self, told: int, read_only: Sequence[Path], pass_fds: Sequence[int]) -> Child:
        return spawn(self._module, [str(told)], read_only=read_only, limits=self._limits, pass_fds=pass_fds)

    def kill(self) -> None:
        self._killed = True
        child = self._child
        if child is not None:
            child.kill()


@contextmanager
def _written(asked: Mapping[str, Any]) -> Iterator[int]:
    """A descriptor of it in memory: an argument holds 128 KiB, and a table's columns take more."""
    descriptor = os.memfd_create("asked", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(json.dumps(asked).encode())
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


__all__ = ["Ended", "Once", "Overlong", "Stopped"]
