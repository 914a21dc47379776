"""Connections to the inputs process, kept open and shared by async and blocking callers.

They are plain sockets, which belong to no event loop: a page's thread, a socket's task and a chore use the same ones.
Where the watch finds the process silent, all of them are shut down, and whoever waits at one is told at once.
"""

import asyncio
import socket
from collections import deque
from contextlib import suppress

from django.conf import settings

from atrium.access.admission import resting
from atrium.errors import Problem
from atrium.telemetry import watch
from gpu_workers.protocol import rendering
from gpu_workers.protocol.rendering import LONG_SECONDS, Asked, Long, Reply

TIMEOUT = 10.0  # beyond a full queue's wait and the two seconds of one request
_KEPT_OPEN = 32
_PIECE = 1 << 18

_idle: deque[socket.socket] = deque()
_busy: set[socket.socket] = set()


async def ask(request: Asked) -> Reply:
    """The reply. Where a connection is lost a new one is tried once; then `inputs_unavailable` is raised."""
    message, seconds = _framed(request)
    try:
        with resting():
            async with asyncio.timeout(seconds):
                try:
                    connection = _kept()
                    if connection is None:
                        connection = await asyncio.to_thread(_connected)
                    return await _over(connection, message)
                except (OSError, EOFError):
                    close_all()
                    return await _over(await asyncio.to_thread(_connected), message)
    except (OSError, EOFError) as error:  # TimeoutError is an OSError
        raise Problem("inputs_unavailable") from error


def ask_now(request: Asked) -> Reply:
    """The same for code that may block."""
    message, seconds = _framed(request)
    try:
        try:
            return _over_now(_kept() or _connected(), message, seconds)
        except TimeoutError:
            raise
        except (OSError, EOFError):
            close_all()
            return _over_now(_connected(), message, seconds)
    except (OSError, EOFError) as error:
        raise Problem("inputs_unavailable") from error


async def _over(connection: socket.socket, message: bytes) -> Reply:
    loop = asyncio.get_running_loop()
    _busy.add(connection)
    try:
        connection.setblocking(False)
        await loop.sock_sendall(connection, message)
        received = bytearray()
        while _missing(received):
            _take(received, await loop.sock_recv(connection, _PIECE))
    except BaseException:  # given up, too: its answer must not meet the next request
        connection.close()
        raise
    finally:
        _busy.discard(connection)
    return _done(connection, received)


def _over_now(connection: socket.socket, message: bytes, seconds: float) -> Reply:
    _busy.add(connection)
    try:
        connection.settimeout(seconds)
        connection.sendall(message)
        received = bytearray()
        while _missing(received):
            _take(received, connection.recv(_PIECE))
    except BaseException:
        connection.close()
        raise
    finally:
        _busy.discard(connection)
    return _done(connection, received)


def _framed(request: Asked) -> tuple[bytes, float]:
    """The message, and the seconds that its reply may take."""
    asked = rendering.patient(request)
    body = rendering.encode(asked)
    return len(body).to_bytes(4, "big") + body, TIMEOUT + (LONG_SECONDS if isinstance(asked, Long) else 0)


def _missing(received: bytearray) -> bool:
    return len(received) < 4 or len(received) < 4 + int.from_bytes(received[:4], "big")


def _take(received: bytearray, piece: bytes) -> None:
    if not piece:
        raise EOFError
    received += piece


def _done(connection: socket.socket, received: bytearray) -> Reply:
    if len(_idle) < _KEPT_OPEN:
        _idle.append(connection)
    else:
        connection.close()
    reply: Reply = rendering.reply(memoryview(received)[4:])
    return reply


def _connected() -> socket.socket:
    """Blocks where the process is slow to let anybody in; a socket of this kind cannot be connected otherwise."""
    if watch.is_away("inputs"):
        raise ConnectionRefusedError("the inputs process is known to be away")
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(1.0)
        connection.connect(settings.INPUTS_SOCKET)
    except BaseException:
        connection.close()
        raise
    return connection


def _kept() -> socket.socket | None:
    try:
        return _idle.pop()
    except IndexError:
        return None


async def give_up() -> None:
    """The process is silent: ends every wait for it. A closed socket wakes nobody, one that is shut down does."""
    close_all()
    for connection in tuple(_busy):
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


watch.when_lost("inputs", give_up)


def close_all() -> None:
    """The process that served one lost connection is gone, and with it all others."""
    while connection := _kept():
        connection.close()
