"""The Unix socket before the pool. Requests of one connection are answered in their order, those of several at once.

A request's bytes are passed on unread: only a confined child takes them apart.
"""

import asyncio
import contextlib
import errno
import logging
import os
import socket
from pathlib import Path

from gpu_workers.protocol.rendering import MAX_BYTES, Refused, encode

from .pool import BUSY, Pool

log = logging.getLogger(__name__)

MAX_REQUEST = MAX_BYTES + 1_000_000  # the file, and edits or a name beside it
WAITING = 64
WAITING_BYTES = 256 << 20
_BACKLOG = 512
_DRAIN_SECONDS = 10.0
_TOO_LARGE = Refused("input_too_large", "The file has more than 25 MB. Save it smaller or as PNG or JPEG.")


class SocketTaken(RuntimeError):
    """Another inputs process listens there, or the path cannot be one; the message says which."""


class Server:
    """waiting, waiting_bytes: requests and their bytes held at once, those at work included; more are refused."""

    def __init__(self, pool: Pool, path: Path, *, waiting: int = WAITING, waiting_bytes: int = WAITING_BYTES) -> None:
        """Takes the socket at once; who connects is answered from `start` on. Raises SocketTaken."""
        self._pool, self._path = pool, path
        self._socket = listen(path)
        self._limit, self._limit_bytes = waiting, waiting_bytes
        self._held, self._held_bytes = 0, 0
        self._idle: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._draining = False
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_unix_server(self._connected, sock=self._socket, backlog=_BACKLOG)

    async def drain(self) -> None:
        """Takes nothing new, finishes what it holds, removes the socket."""
        self._draining = True
        # Before it stops listening: a successor that found a dead socket would replace it, and lose its own to us.
        self._path.unlink(missing_ok=True)
        if self._server is not None:
            self._server.close()
        for writer in self._idle:
            writer.close()
        if self._tasks:
            _, left = await asyncio.wait(self._tasks, timeout=_DRAIN_SECONDS)
            if left:
                log.warning("%d connections were still at work after %g s and are given up", len(left), _DRAIN_SECONDS)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while not self._draining:
                self._idle.add(writer)
                header = await reader.readexactly(4)
                self._idle.discard(writer)
                reply = await self._reply(reader, int.from_bytes(header, "big"))
                writer.write(len(reply).to_bytes(4, "big"))
                writer.write(reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            self._idle.discard(writer)
            self._tasks.discard(task)
            writer.close()

    async def _reply(self, reader: asyncio.StreamReader, size: int) -> bytes:
        if size == 0:
            return b""
        if size > MAX_REQUEST:
            await _skip(reader, size)
            return encode(_TOO_LARGE)
        if self._held >= self._limit or self._held_bytes + size > self._limit_bytes:
            await _skip(reader, size)
            return encode(BUSY)
        self._held += 1
        self._held_bytes += size
        try:
            return await self._pool.ask(await reader.readexactly(size))
        finally:
            self._held -= 1
            self._held_bytes -= size


async def _skip(reader: asyncio.StreamReader, size: int) -> None:
    while size:
        data = await reader.read(min(size, 1 << 16))
        if not data:
            raise asyncio.IncompleteReadError(b"", size)
        size -= len(data)


def listen(path: Path) -> socket.socket:
    """A listening socket at `path` that its owner alone may use; one left by a process that is gone is replaced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as probe:
        try:
            probe.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            path.unlink(missing_ok=True)
        except OSError as error:
            raise SocketTaken(f"{path} cannot be a socket ({error}); choose a path of at most 107 bytes") from error
        else:
            raise SocketTaken(f"another process already listens on {path}; stop it, or choose another --socket")
    sock = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        sock.bind(str(path))
        sock.listen(_BACKLOG)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise SocketTaken(
                f"another process already listens on {path}; stop it, or choose another --socket"
            ) from error
        raise
    finally:
        os.umask(before)
    return sock
