"""The children that do the work, and the deadline that each request has.

As many work at once as there are cores; one more stands ready, so that a child killed at its limit is replaced at once
while the next spare warms up.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable

from gpu_workers.protocol.rendering import LONG_SECONDS, Refused, encode, is_long

from .process import Ended, Process
from .refusal import TOO_MUCH_MEMORY

log = logging.getLogger(__name__)

DEADLINE = 2.0
_SPARES = 1
_FAILED_STARTS = 5

_TOO_SLOW = Refused(
    "input_too_slow",
    "Reading the file took longer than two seconds. Try once more, or send a part of it: a picture scaled down or as "
    "8-bit PNG, a shorter recording or series.",
)
_TOO_LONG = Refused(
    "input_too_slow", "Reading the study took longer than ten seconds. Send fewer of its pictures at a time."
)
_DAMAGED = Refused(
    "input_damaged", "The file is damaged in a way that stops its reader. Open it in its program and save it anew."
)
BUSY = Refused("busy", "Many files are being read at once. Try again in a moment.")


class Broken(RuntimeError):
    """Children cannot be started on this machine; the message says why."""


class Pool:
    """count: requests worked on at once. deadline: seconds that one may take, from its turn on; one that is `Long` has
    more."""

    def __init__(self, count: int, deadline: float = DEADLINE) -> None:
        self.count, self.deadline = count, deadline
        self._turns = asyncio.Semaphore(count)
        self._long_turns = asyncio.Semaphore(max(1, count - 1))  # so that pictures need not wait for studies
        self._idle: deque[Process] = deque()
        self._idle_again = asyncio.Condition()
        self._processes: set[Process] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._closing = False
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def start(self) -> None:
        """Returns when as many children as can work at once are warm. Raises Broken."""
        for _ in range(self.count + _SPARES):
            self._keep(self._add())
        async with self._idle_again:
            warm = asyncio.ensure_future(self._idle_again.wait_for(lambda: len(self._idle) >= self.count))
            await asyncio.wait((warm, self.broken), return_when=asyncio.FIRST_COMPLETED)
            if self.broken.done():
                warm.cancel()
                self.broken.result()

    async def ask(self, request: bytes) -> bytes:
        """The reply to an encoded request; a `Refused` where the child reached a limit or died of it twice."""
        if is_long(request):
            async with self._long_turns:
                return await self._in_turn(request, max(self.deadline, LONG_SECONDS), _TOO_LONG)
        return await self._in_turn(request, self.deadline, _TOO_SLOW)

    async def _in_turn(self, request: bytes, seconds: float, too_slow: Refused) -> bytes:
        async with self._turns:
            until = asyncio.get_running_loop().time() + seconds
            reply = await self._try(request, until, too_slow) or await self._try(request, until, too_slow)
            return reply if reply is not None else encode(_DAMAGED)

    async def close(self) -> None:
        self._closing = True
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        for process in self._processes:
            process.kill()

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._processes]

    async def _try(self, request: bytes, until: float, too_slow: Refused) -> bytes | None:
        """A reply, or None where the child went away for no limit of ours: another is to be asked once."""
        process: Process | None = None
        try:
            async with asyncio.timeout_at(until):
                process = await self._take()
                reply = await process.ask(request)
        except TimeoutError:
            if process is None:
                return encode(BUSY)
            self._discard(process, "not done in its time")
            return encode(too_slow)
        except Ended as ended:
            return encode(TOO_MUCH_MEMORY) if ended.memory else None
        except asyncio.CancelledError:
            if process is not None:
                self._discard(process, "its request was given up")
            raise
        await self._give_back(process)
        return reply

    async def _take(self) -> Process:
        async with self._idle_again:
            await self._idle_again.wait_for(lambda: self._idle)
            return self._idle.popleft()

    async def _give_back(self, process: Process) -> None:
        async with self._idle_again:
            if not process.ended:
                self._idle.append(process)
                self._idle_again.notify()

    def _discard(self, process: Process, why: str) -> None:
        log.warning("child %d killed: %s", process.pid, why)
        process.kill()

    def _ended(self, process: Process) -> None:
        """Called for every child that went away, killed by us or not."""
        if process not in self._processes:
            return
        self._processes.discard(process)
        if process in self._idle:
            self._idle.remove(process)
        if not self._closing:
            log.warning(
                "child %d ended%s; another starts", process.pid, " for its memory" * bool(process.child.ended_by)
            )
            self._keep(self._add())

    async def _add(self) -> None:
        for attempt in range(_FAILED_STARTS):
            try:
                process = await Process.start(self._ended)
            except (OSError, TimeoutError, RuntimeError) as error:
                log.error("a child could not be started: %s", error)
                failure = error
                await asyncio.sleep(0.1 * 2**attempt)
                continue
            self._processes.add(process)
            await self._give_back(process)
            return
        if not self.broken.done():
            self.broken.set_exception(Broken(f"the processes that read pictures cannot be started: {failure}"))

    def _keep(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)
