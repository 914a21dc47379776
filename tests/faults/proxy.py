"""A TCP proxy on a loopback port that cuts, delays or holds back what passes through it.

It knows nothing of what it carries, so that signatures over a host or a body stay as they are. It works on a thread and
an event loop of its own; its methods are called from any other.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")
CHUNK = 64 * 1024
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER for an end without a farewell, as of a cable that was pulled."""


class Proxy:
    """Carries connections to (host, port) from `port` on, inside a `with`.

    delay: seconds that each chunk waits, in both directions. sent: bytes that clients have sent through it. cuts: how
    many connections were cut.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self.delay = 0.0
        self.sent = self.cuts = 0
        self.port = 0
        self._cut_at: list[int] = []
        self._open: set[asyncio.StreamWriter] = set()
        self._carried: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> int:
        """End every open connection, both halves, without a farewell; returns how many there were."""
        return self._do(self._cut())

    def cut_after(self, *marks: int) -> None:
        """Cut every time when clients have sent so many bytes since the beginning."""
        self._cut_at = sorted(marks)

    def stall(self) -> None:
        """Hold everything back, new connections too, until `flow`."""
        self._loop.call_soon_threadsafe(self._flowing.clear)

    def flow(self) -> None:
        self._loop.call_soon_threadsafe(self._flowing.set)

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _listen(self) -> None:
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._server.close()
        await self._cut()
        for task in self._carried:
            task.cancel()
        await asyncio.gather(*self._carried, return_exceptions=True)

    async def _cut(self) -> int:
        ended = list(self._open)
        for writer in ended:
            _reset(writer)
        self._open.clear()
        self.cuts += len(ended) // 2
        return len(ended) // 2

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends."""
        task = asyncio.current_task()
        assert task is not None
        self._carried.add(task)
        try:
            await self._flowing.wait()
            there, back = await asyncio.open_connection(*self._target)
        except OSError:  # nobody is there
            _reset(writer)
            return
        finally:
            self._carried.discard(task)
        pair = {writer, back}
        self._open |= pair
        ways = [
            asyncio.create_task(self._pass(reader, back, self._count)),
            asyncio.create_task(self._pass(there, writer, None)),
        ]
        self._carried.update(ways)
        try:
            await asyncio.gather(*ways)
        finally:
            self._carried.difference_update(ways)
            self._open -= pair
            for end in pair:
                end.close()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, count: Callable[[int], bool] | None
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._flowing.wait()
                if self.delay:
                    await asyncio.sleep(self.delay)
                if count is not None and count(len(data)):
                    await self._cut()
                    return
                writer.write(data)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()

    def _count(self, size: int) -> bool:
        """Count what a client sent; True where it is to be cut now."""
        self.sent += size
        due = bool(self._cut_at) and self.sent >= self._cut_at[0]
        while self._cut_at and self.sent >= self._cut_at[0]:
            self._cut_at.pop(0)
        return due


def _reset(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
