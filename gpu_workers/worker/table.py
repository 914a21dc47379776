"""One dataset's version that a worker holds: the child that has its columns, and the questions that wait for it."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar
from uuid import UUID

from gpu_workers.debugger.failure import Unanswerable
from gpu_workers.debugger.resident import Resident
from gpu_workers.protocol.debugger import Ask

from .blobs import Blobs

P = ParamSpec("P")
T = TypeVar("T")

CANCEL_GRACE = 2.0
"""Seconds that a question nobody waits for any more may go on before its child is replaced."""

Key = tuple[UUID, bytes]
"""The version, and a hash of the roles that people gave its columns: another role makes other answers."""


class Gone(Exception):
    """The child ended over somebody else's question; another one will answer."""


class Table:
    """One dataset's version with its columns' roles. Questions are answered one after the other, on a thread of its
    own."""

    def __init__(
        self, key: Key, digest: str, resident: Resident, *, memory: int, changed: Callable[[], object]
    ) -> None:
        """memory: bytes that the child may have while it works. changed: called when a question's turn ended."""
        self.key, self.digest, self.resident, self.memory = key, digest, resident, memory
        self._changed = changed
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="table")
        self._turn = asyncio.Lock()
        self._running: asyncio.Future[bytes] | None = None
        self.used = time.perf_counter()

    @property
    def idle(self) -> bool:
        return not self._turn.locked()

    @property
    def taken(self) -> int:
        """Bytes of memory that nobody else can have now."""
        return self.resident.resident() if self.idle else self.memory

    async def start(self) -> None:
        """Raises Unanswerable, and OSError of the sandbox."""
        await self._on_thread(self.resident.start)

    async def ask(self, work: Ask, blobs: Blobs, deadline: float, memory: Callable[[], int]) -> bytes:
        """deadline in the loop's time. memory: bytes that the child may have, when its turn comes. Cancelled, it leaves
        the queue, or the child after a grace.

        Raises Unanswerable, FetchFailed where an export cannot be stored, Gone where the child ended before its turn.
        """
        turn = asyncio.ensure_future(self._answered(work, blobs, deadline, memory))
        turn.add_done_callback(lambda _: self._changed())
        try:
            return await asyncio.shield(turn)
        except asyncio.CancelledError:
            # What comes of it nobody reads; its error is not to be reported as one that nobody took.
            turn.add_done_callback(lambda done: done.cancelled() or done.exception())
            if self._running is turn:
                asyncio.get_running_loop().call_later(CANCEL_GRACE, self._give_up, turn)
            else:
                turn.cancel()
            raise

    async def close(self) -> None:
        """Ends the child; a question that it works on fails."""
        self.resident.kill()
        try:
            await self._on_thread(self.resident.close)
        finally:
            self._thread.shutdown(wait=False)

    async def _answered(self, work: Ask, blobs: Blobs, deadline: float, memory: Callable[[], int]) -> bytes:
        async with self._turn:
            if not self.resident.alive():
                raise Gone
            seconds = deadline - asyncio.get_running_loop().time()
            if seconds <= 0:
                raise Unanswerable("deadline_exceeded", "It was not answered in its time and was stopped.")
            self._running = asyncio.current_task()
            self.memory = memory()
            self.resident.allow(self.memory)
            try:
                told = await self._on_thread(self.resident.ask, work.question, seconds=seconds)
                if work.put is not None:
                    await blobs.put_file(work.put, self.resident.exported, self.resident.exported.stat().st_size)
                return told
            finally:
                self._running = None
                self.used = time.perf_counter()

    def _give_up(self, turn: asyncio.Future[bytes]) -> None:
        if self._running is turn:
            self.resident.kill()

    async def _on_thread(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(call, *args, **kwargs))
