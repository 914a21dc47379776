"""One child of the pool, as the server's event loop sees it: a message in, a message out."""

import asyncio
from collections.abc import Callable
from typing import Self

from gpu_workers import sandbox
from gpu_workers.sandbox import Limits
from gpu_workers.sandbox.channel import widen

from .refusal import MAX_MEMORY

_READY_WITHIN = 20.0


class Ended(ConnectionError):
    """The child is gone. memory: because it held more than it may."""

    def __init__(self, memory: bool = False) -> None:
        super().__init__("the child ended")
        self.memory = memory


class Process:
    """`ask` takes one request at a time. when_ended is called once, when the child is gone, however it went."""

    def __init__(self, child: sandbox.Child, when_ended: Callable[["Process"], None]) -> None:
        self.child = child
        self._when_ended = when_ended
        self._answer: asyncio.Future[bytes] | None = None
        self._received = bytearray()
        self._requests: asyncio.WriteTransport
        self._answers: asyncio.ReadTransport
        self.ended = False

    @classmethod
    async def start(cls, when_ended: Callable[["Process"], None]) -> Self:
        """A child that has said that it is ready. Raises Ended, TimeoutError, OSError or `sandbox.Unsafe`."""
        process = cls(await asyncio.to_thread(_spawn), when_ended)
        try:
            await process._connect()
            async with asyncio.timeout(_READY_WITHIN):
                await process._next()
        except BaseException:
            process.kill()
            raise
        return process

    async def ask(self, request: bytes) -> bytes:
        """The reply to a request, both without their length. Raises Ended."""
        if self.ended:
            raise Ended(self._out_of_memory)
        self._requests.write(len(request).to_bytes(4, "big") + request)
        return await self._next()

    def kill(self) -> None:
        self.child.kill()

    @property
    def pid(self) -> int:
        return self.child.pid

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        for pipe in (self.child.stdin, self.child.stdout):
            widen(pipe.fileno())  # room for a whole picture
        # A request is in memory anyway, so its writer need not be slowed down.
        requests, _ = await loop.connect_write_pipe(_Requests, self.child.stdin)
        self._requests = requests
        answers, _ = await loop.connect_read_pipe(lambda: _Answers(self), self.child.stdout)
        self._answers = answers

    async def _next(self) -> bytes:
        self._answer = asyncio.get_running_loop().create_future()
        self._settle()
        return await self._answer

    def received(self, data: bytes) -> None:
        self._received += data
        self._settle()

    def _settle(self) -> None:
        if self._answer is None or len(self._received) < 4:
            return
        end = 4 + int.from_bytes(self._received[:4], "big")
        if len(self._received) >= end:
            answer = bytes(self._received[4:end])
            del self._received[:end]
            if not self._answer.done():
                self._answer.set_result(answer)
            self._answer = None

    def lost(self) -> None:
        self.ended = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Ended(self._out_of_memory))
        self._requests.close()
        self._when_ended(self)

    @property
    def _out_of_memory(self) -> bool:
        return self.child.ended_by == "memory"


class _Requests(asyncio.BaseProtocol):
    """The writing end asks for nothing."""


class _Answers(asyncio.Protocol):
    def __init__(self, process: Process) -> None:
        self._process = process

    def data_received(self, data: bytes) -> None:
        self._process.received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._process.lost()


def _spawn() -> sandbox.Child:
    return sandbox.spawn("gpu_workers.inputs.child", limits=Limits(memory=MAX_MEMORY, processes=8, file_size=0))
