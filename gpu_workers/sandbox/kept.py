"""A confined child that is kept and asked again and again, over its pipes."""

import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from .channel import MAX_FRAME, Channel, Closed, TooLarge, TooLate
from .floors import spawn
from .keeper import Child
from .limits import Limits

_GRACE = 1.0
"""Seconds in which a child that closed its pipes ends by itself, so that its status can be told."""

Reply = TypeVar("Reply", bound=Struct)


class Lost(Exception):
    """The child is of no use any more: it is gone, did not answer in time, or nothing that it says can be believed."""

    def __init__(self, why: Literal["late", "large", "memory", "ended", "nonsense"], detail: str = "") -> None:
        self.why, self.detail = why, detail
        super().__init__(f"{why}: {detail}")


class Kept:
    """Calls block and are not to overlap; `kill` may be called from any thread.

    module: as `spawn` starts it; its first call is `confine`, and it answers each frame with one. read_only: what it
    may read besides its own code.
    """

    def __init__(self, module: str, *, read_only: Sequence[Path], limits: Limits, pass_fds: Sequence[int] = ()) -> None:
        self._module, self._read_only, self._pass_fds = module, read_only, pass_fds
        self.limits = limits
        self._process: Child | None = None
        self._channel: Channel | None = None
        self._killed = False

    def start(self) -> None:
        """Returns when the process runs."""
        process = spawn(self._module, read_only=self._read_only, limits=self.limits, pass_fds=self._pass_fds)
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the sandbox gave no pipes")
        self._process = process
        self._channel = Channel(process.stdout.fileno(), process.stdin.fileno())
        if self._killed:
            process.kill()

    def ask(
        self,
        request: Struct,
        decode: Callable[[bytearray], Reply],
        seconds: float | None = None,
        *,
        most: int = MAX_FRAME,
    ) -> Reply:
        """most: bytes of the reply. Raises Lost; the child is gone then."""
        channel = self._channel
        if channel is None:
            raise Lost("ended", "it is not running")
        begun = time.monotonic()
        try:
            channel.send(request, seconds=seconds)
            left = None if seconds is None else seconds - (time.monotonic() - begun)
            return channel.receive(decode, seconds=left, most=most)
        except Closed:
            lost = self._died()
        except TooLate:
            lost = Lost("late")
        except TooLarge:
            lost = Lost("large")
        except msgspec.MsgspecError as error:
            lost = Lost("nonsense", f"it answered nonsense: {error}")
        self.close()
        raise lost from None

    def alive(self) -> bool:
        """Whether it was started and has not ended since, as far as is known."""
        process = self._process
        return process is not None and not self._killed and process.poll() is None

    def resident(self) -> int:
        """Bytes of memory that the child holds, 0 where there is none."""
        process = self._process
        return process.resident() if process is not None else 0

    def allow(self, memory: int) -> None:
        """From now on it is killed beyond so many bytes, at most those of its limits, which the kernel keeps too."""
        process = self._process
        if process is not None:
            process.limits = replace(self.limits, memory=min(memory, self.limits.memory))

    def kill(self) -> None:
        """Ends the child at once, from any thread, or as soon as it is started."""
        self._killed = True
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """Ends the child and waits until it is gone. Harmless when repeated."""
        process, self._process, self._channel = self._process, None, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _died(self) -> Lost:
        process = self._process
        if process is None:
            return Lost("ended")
        try:
            status = process.wait(_GRACE)
        except subprocess.TimeoutExpired:  # it closed its pipes, and lives
            process.kill()
            status = process.wait()
        said = process.complaint().strip()
        if process.ended_by == "memory" or "bad_alloc" in said or "MemoryError" in said:
            return Lost("memory", said)
        return Lost("ended", f"exit status {status}. {said}".strip())
