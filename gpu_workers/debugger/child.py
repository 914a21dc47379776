"""The sandboxed child that holds one dataset's version: `python -m gpu_workers.debugger.child`.

It reads frames from standard input and answers on standard output, until the input ends.
"""

import errno
import os
import sys
from glob import glob
from typing import TYPE_CHECKING

import msgspec

from gpu_workers.sandbox import confine
from gpu_workers.sandbox.channel import Channel, Closed

from . import wire
from .failure import BadQuestion
from .wire import Broken, Open, Opened, Refused, Reply, Request, Told

if TYPE_CHECKING:
    from .held import Held

MOST_IN_MEMORY = 0.5
"""Of the memory that it may have: a table that would take more lies in the scratch, however much of it the system then
keeps in memory."""
MOST_OF_TEXTS = 0.1
"""Of the memory: what the different texts of a column in the scratch may take."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Asking:
    """The table, once it is open, and the file that exports go to."""

    def __init__(self) -> None:
        self._held: object = None
        self._export = -1

    def answer(self, asked: Request) -> Reply:
        # What is imported here is counted and limited like all that the child does.
        from .answer import answer
        from .held import Held

        if isinstance(asked, Open):
            held = _opened_anywhere(asked)
            self._held, self._export = held, asked.export
            return Opened(held.rows)
        if not isinstance(self._held, Held):
            raise RuntimeError("no table was opened")
        os.lseek(self._export, 0, os.SEEK_SET)
        os.ftruncate(self._export, 0)
        with os.fdopen(os.dup(self._export), "w+b") as into:
            told = msgspec.json.encode(answer(self._held, asked.question, into))
        if len(told) > wire.MOST:
            raise BadQuestion(wire.TOO_LONG)
        return Told(told)


def _opened_anywhere(asked: Open) -> "Held":
    """On the GPU that was asked for or, where that fails, on the processors, which the notes of each answer say."""
    try:
        return _opened(asked, asked.device)
    except (ImportError, OSError, RuntimeError, MemoryError) as failed:
        if asked.device == "cpu":
            raise
        held = _opened(asked, "cpu")
        held.notes += (f"The GPU does not hold this table, so the processors answer: {failed}"[:500],)
        return held


def _opened(asked: Open, device: str) -> "Held":
    from pathlib import Path

    from .answer import open_dataset
    from .loading import weight
    from .scratch import Scratch

    path, columns = Path(asked.path), asked.columns
    if asked.mapped or weight(path, columns) > asked.memory * MOST_IN_MEMORY:
        scratch = Scratch(asked.scratch, asked.disk)
        return open_dataset(path, columns, scratch, int(asked.memory * MOST_OF_TEXTS), device)
    return open_dataset(path, columns, on=device)


def main() -> None:
    confine()
    # Arrow's own allocators reserve more addresses than the child may have.
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"
    # Nothing can be written where CuPy would keep compiled kernels; those of CUB take seconds to compile, each.
    os.environ |= {"CUPY_CACHE_IN_MEMORY": "1", "CUPY_CACHE_DIR": ".", "CUPY_ACCELERATORS": ""}
    # It would look for CUDA's headers in a process of its own. They are a package beside it.
    for headers in (path for folder in sys.path for path in glob(f"{folder}/nvidia/cu*/include")):
        os.environ["CUDA_PATH"] = os.path.dirname(headers)
    # What a library prints to standard output must not fall between frames.
    writing = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    channel = Channel(sys.stdin.fileno(), writing)
    asking = Asking()
    reply: Reply
    while True:
        try:
            asked = channel.receive(wire.request)
        except Closed:
            return
        try:
            reply = asking.answer(asked)
        except BadQuestion as bad:
            reply = Refused(str(bad))
        except MemoryError as error:
            reply = Broken(str(error), "memory")
        except Exception as error:
            full = isinstance(error, OSError) and error.errno in FULL
            reply = Broken(f"{type(error).__name__}: {error}"[:4000], "disk" if full else "")
        try:
            channel.send(reply)
        except Closed:
            return


if __name__ == "__main__":
    main()
