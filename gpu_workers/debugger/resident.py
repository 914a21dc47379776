"""The worker's handle on one sandboxed child that holds one dataset's version.

Calls block and are not to overlap; `kill` may be called from any thread.
"""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import msgspec

from gpu_workers.protocol.datasets import Column
from gpu_workers.protocol.debugger import Answered, ExportAnswer, Question, TakeAnswer, answered
from gpu_workers.sandbox import Limits
from gpu_workers.sandbox.kept import Kept, Lost

from . import wire
from .failure import Unanswerable
from .wire import ARENA, Asked, Broken, Open, Opened, Refused, Reply, Request, Told

T = TypeVar("T", bound=Reply)

START_SECONDS = 1800.0
"""For reading a table: two seconds for each million rows of thirty columns, on a quiet machine."""
DISK = 32 * 2**30
"""Bytes of a table's columns on disk."""
FRAME = wire.MOST + 2**10
"""Bytes of a reply: an answer, and what tells that it is one."""
FAILED = "The question could not be answered. It is recorded; ask it again."


def _device(limits: Limits) -> str:
    """The GPU whose device files the child may use is the first and only one that it sees."""
    return "cuda:0" if limits.devices else "cpu"


class Resident:
    """path: the Parquet file, the only one that the child can read besides its own code. columns: with their roles.

    limits: of the child; their file_size is what an export may have at most, their devices are those of the GPU that
    answers are computed on. memory: what it is allowed of theirs at first. disk: bytes beside the path's file that
    columns may take, once the table is large for that memory, or, where it is to be mapped, in any case. The files have
    no name, so that nothing is left of them when this process and the child are gone.
    """

    def __init__(
        self,
        path: Path,
        columns: Sequence[Column],
        *,
        limits: Limits,
        memory: int | None = None,
        disk: int = DISK,
        mapped: bool = False,
    ) -> None:
        self._export = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115 (lives as long as the child)
        self._scratch = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115
        files = [self._export.fileno(), self._scratch.fileno()]
        self._disk, self._allowed = disk, limits.memory if memory is None else memory
        self._open = Open(
            str(path.resolve()), tuple(columns), files[0], files[1], self._allowed, disk, mapped, _device(limits)
        )
        limits = replace(limits, mapped=disk + ARENA, file_size=max(limits.file_size, disk + ARENA))
        self._kept = Kept("gpu_workers.debugger.child", read_only=[path], limits=limits, pass_fds=files)
        self._killed_for: Unanswerable | None = None

    def start(self, *, seconds: float = START_SECONDS) -> None:
        """Returns when the table is loaded. Raises Unanswerable; the child is gone then."""
        try:
            self._kept.start()
            self._kept.allow(self._allowed)
            self._ask(self._open, Opened, seconds)
        except BaseException:
            self.close()
            raise

    def ask(self, question: Question, *, seconds: float | None = None) -> bytes:
        """JSON of the answer. Raises Unanswerable; the child can go on after a bad question."""
        told = self._ask(Asked(question), Told, seconds).answer
        try:
            answer: Answered = answered(told)
        except msgspec.MsgspecError as error:
            self.close()
            raise Unanswerable("internal", FAILED, f"it answered nonsense: {error}") from None
        if isinstance(answer, ExportAnswer | TakeAnswer) and answer.size != self.exported.stat().st_size:
            self.close()
            raise Unanswerable("internal", FAILED, "the file has another size than was said")
        return told

    @property
    def exported(self) -> Path:
        """The file that the latest export made, or pictures were put in, until the next question."""
        return Path(f"/proc/self/fd/{self._export.fileno()}")

    def alive(self) -> bool:
        return self._kept.alive()

    def resident(self) -> int:
        """Bytes of memory that the child holds, 0 where there is none."""
        return self._kept.resident()

    def on_disk(self) -> int:
        """Bytes of the disk that its columns take."""
        return os.fstat(self._scratch.fileno()).st_blocks * 512

    def allow(self, memory: int) -> None:
        """From now on the child may have so many bytes, at most what it was started with."""
        self._allowed = min(memory, self._kept.limits.memory)
        self._kept.allow(memory)

    def kill(self, failure: Unanswerable | None = None) -> None:
        """Ends the child at once, from any thread; a call that waits for it raises this."""
        if self._killed_for is None:
            self._killed_for = failure or Unanswerable("internal", FAILED, "the table was given up")
        self._kept.kill()

    def close(self) -> None:
        """Ends the child, waits until it is gone, and drops what it exported. Harmless when repeated."""
        self._kept.close()
        self._export.close()
        self._scratch.close()

    def _ask(self, request: Request, kind: type[T], seconds: float | None) -> T:
        try:
            reply = self._kept.ask(request, wire.reply, seconds, most=FRAME)
        except Lost as lost:
            raise self._failure(lost) from None
        match reply:
            case Refused(sentence):
                raise Unanswerable("question_refused", sentence)
            case Broken(message, "memory"):
                self._kept.close()
                raise self._failure(Lost("memory", message))
            case Broken(message, "disk"):
                room = f"{self._disk / 2**30:.1f} GiB at most"
                sentence = f"The table and the question need more room on the worker's disk than there is ({room})."
                raise Unanswerable("dataset_too_large", sentence, message)
            case Broken(message):
                raise Unanswerable("internal", FAILED, message)
        if not isinstance(reply, kind):
            self._kept.close()
            raise Unanswerable("internal", FAILED, "it answered out of turn")
        return reply

    def _failure(self, lost: Lost) -> Unanswerable:
        if self._killed_for is not None:
            return self._killed_for
        match lost.why:
            case "late":
                return Unanswerable("deadline_exceeded", "It was not answered in its time and was stopped.")
            case "memory":
                held = self._allowed / 2**30
                sentence = f"The table and the question need more memory than there is for one ({held:.1f} GiB)."
                return Unanswerable("dataset_too_large", sentence, lost.detail)
            case "large":
                return Unanswerable("question_refused", wire.TOO_LONG)
        return Unanswerable("internal", FAILED, f"{lost.why}: {lost.detail}")
