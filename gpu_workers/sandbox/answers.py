"""What a confined child writes until it ends, for those that are asked once."""

import os
import select
import subprocess
import time

from .keeper import Child


class Overlong(RuntimeError):
    """It does not stop answering."""


def whole_answer(child: Child, seconds: float, most: int) -> bytes:
    """All that the child writes to its standard output until it ends, which it then has.

    Raises TimeoutError after so many seconds, and Overlong beyond `most` bytes; the caller ends the child.
    """
    assert child.stdout is not None
    until, answer = time.monotonic() + seconds, bytearray()
    readable = select.poll()
    readable.register(child.stdout, select.POLLIN)
    while (left := until - time.monotonic()) > 0 and readable.poll(left * 1000):
        data = os.read(child.stdout.fileno(), 1 << 16)
        if not data:
            try:
                child.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                break
            return bytes(answer)
        answer += data
        if len(answer) > most:
            raise Overlong
    raise TimeoutError
