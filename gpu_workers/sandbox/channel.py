"""Frames between a worker and a confined child, over the child's standard input and output.

A frame is 8 bytes of length (big-endian), then msgpack. Pipes, not shared memory: see `PIPE_SIZE`.
"""

import fcntl
import os
import select
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import msgspec
from msgspec import Struct

MAX_FRAME = 256 * 2**20
PIPE_SIZE = 2**20
"""A pipe moved 16 MiB as fast as a shared memory file did (whose fresh pages cost more than the copy), and 16 KiB in a
fifth of the time; nothing has to be sealed against a child that shrinks or rewrites what the worker reads."""
_HEAD = 8
_encode = msgspec.msgpack.Encoder().encode_into

T = TypeVar("T")


class Closed(Exception):
    """The other side closed its end."""


class TooLate(Exception):
    """Nothing came in time."""


class TooLarge(Exception):
    """A frame beyond what is taken."""


class Channel:
    """Blocking frames over two file descriptors; one thread at a time."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = reading, writing
        self._buffer = bytearray(2**16)
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(reading, select.POLLIN)
        self._writable.register(writing, select.POLLOUT)
        os.set_blocking(writing, False)  # else whoever does not read holds us for ever
        for fd in (reading, writing):
            widen(fd)

    def send(self, message: Struct, *, seconds: float | None = None) -> None:
        """Raises Closed, and TooLate where the other side does not read in time."""
        until = None if seconds is None else time.monotonic() + seconds
        buffer = self._buffer
        _encode(message, buffer, _HEAD)
        buffer[:_HEAD] = (len(buffer) - _HEAD).to_bytes(_HEAD, "big")
        view = memoryview(buffer)
        try:
            sent = 0
            while sent < len(view):
                try:
                    sent += os.write(self._writing, view[sent:])
                except BlockingIOError:
                    if not _ready(self._writable, until):
                        raise TooLate from None
        except BrokenPipeError as error:
            raise Closed from error
        finally:
            view.release()
            if len(buffer) > 2**20:
                self._buffer = bytearray(2**16)

    def receive(self, decode: Callable[[bytearray], T], *, seconds: float | None = None, most: int = MAX_FRAME) -> T:
        """The next message, of `most` bytes. Raises Closed, TooLate, TooLarge, and msgspec's DecodeError."""
        until = None if seconds is None else time.monotonic() + seconds
        length = int.from_bytes(self._exactly(_HEAD, until), "big")
        if length > most:
            raise TooLarge
        return decode(self._exactly(length, until))

    def _exactly(self, length: int, until: float | None) -> bytearray:
        data = bytearray(length)
        with memoryview(data) as view:
            done = 0
            while done < length:
                if until is not None and not _ready(self._readable, until):  # without an end readv waits as well
                    raise TooLate
                got = os.readv(self._reading, [view[done:]])
                if got == 0:
                    raise Closed
                done += got
        return data


def widen(pipe: int) -> None:
    """Gives it PIPE_SIZE, where the user's share of pipe memory still allows it; else it only costs more calls."""
    with suppress(OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_SIZE)


def _ready(pipe: select.poll, until: float | None) -> bool:
    """Waits for it, for as long as it takes where until is None. Once the time is over it no longer is, whatever there
    is: else who moves a byte at a time would hold us for ever."""
    if until is None:
        return bool(pipe.poll())
    left = until - time.monotonic()
    return left > 0 and bool(pipe.poll(left * 1000))
