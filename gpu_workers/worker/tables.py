"""The datasets' versions that a worker holds at the same time, each in a child of its own; the longest idle goes."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import ParamSpec, TypeVar
from uuid import UUID

import msgspec

from gpu_workers.debugger.failure import Unanswerable
from gpu_workers.debugger.resident import Resident
from gpu_workers.protocol.datasets import Dataset
from gpu_workers.protocol.debugger import Ask
from gpu_workers.sandbox import Limits

from .blobs import Blobs
from .cache import Cache
from .settings import Settings

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

CANCEL_GRACE = 2.0
"""Seconds that a question nobody waits for any more may go on before its child is replaced."""
LARGEST_EXPORT = 16 * 2**30
SWOLLEN = 4
"""Times the size of its file that a table is thought to take in memory before it is loaded."""
BARE = 100 * 2**20
"""Bytes that a child takes with no table."""

Key = tuple[UUID, bytes]


class Gone(Exception):
    """The child ended over somebody else's question; another one will answer."""


class Table:
    """One dataset's version with its columns' roles. Questions are answered one after the other, on a thread of its
    own."""

    def __init__(
        self, key: Key, digest: str, resident: Resident, *, memory: int, changed: Callable[[], object]
    ) -> None:
        """memory: bytes that the child may have. changed: called when a question's turn ended."""
        self.key, self.digest, self.resident, self.memory = key, digest, resident, memory
        self._changed = changed
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="table")
        self._turn = asyncio.Lock()
        self._running: asyncio.Future[bytes] | None = None
        self.used = time.perf_counter()

    @property
    def idle(self) -> bool:
        return not self._turn.locked()

    async def start(self) -> None:
        """Raises Unanswerable, and OSError of the sandbox."""
        await self._on_thread(self.resident.start)

    async def ask(self, work: Ask, blobs: Blobs, deadline: float) -> bytes:
        """deadline in the loop's time. Cancelled, it leaves the queue, or the child after a grace.

        Raises Unanswerable, FetchFailed where an export cannot be stored, Gone where the child ended before its turn.
        """
        turn = asyncio.ensure_future(self._answered(work, blobs, deadline))
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

    async def _answered(self, work: Ask, blobs: Blobs, deadline: float) -> bytes:
        async with self._turn:
            if not self.resident.alive():
                raise Gone
            seconds = deadline - asyncio.get_running_loop().time()
            if seconds <= 0:
                raise Unanswerable("deadline_exceeded", "It was not answered in its time and was stopped.")
            self._running = asyncio.current_task()
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


class Tables:
    """As many as `settings.tables` bytes of memory hold together; a single one may take all of it.

    They are loaded one after the other, each within what the others leave. A question for which that is too little is
    asked again of a child with more; one that grew over a question makes others go at the next loading.
    """

    def __init__(self, settings: Settings, cache: Cache, blobs: Blobs, limits: Limits) -> None:
        self._budget, self._cache, self._blobs = settings.tables, cache, blobs
        self._limits = replace(limits, file_size=LARGEST_EXPORT)
        self._held: dict[Key, Table] = {}
        self._loading: dict[Key, asyncio.Task[None]] = {}
        self._wanted: Counter[Key] = Counter()
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()

    @property
    def resident(self) -> tuple[UUID, ...]:
        """The datasets' versions."""
        return tuple(dict.fromkeys(version for version, _ in self._held))

    async def ask(self, work: Ask, deadline: float) -> bytes:
        """JSON of the answer; an export is put where the work says. deadline in the loop's time.

        Raises Unanswerable, FetchFailed, and OSError of the sandbox.
        """
        key = _key(work.dataset)
        self._wanted[key] += 1
        try:
            lost = False
            while True:
                table = await self._loaded(key, work.dataset)
                try:
                    return await table.ask(work, self._blobs, deadline)
                except Gone:
                    continue
                except Unanswerable as failed:
                    # It may have died of something else a moment before; a question that ends two is guilty itself.
                    short = failed.code == "dataset_too_large" and table.memory < self._budget
                    if lost or table.resident.alive() or not (short or failed.code == "internal"):
                        raise
                    lost = True
                    if short:
                        for idle in self._free():
                            await self._drop(idle)
        finally:
            self._wanted[key] -= 1
            self._changed.set()

    async def heal(self) -> None:
        """Lets go of children that died while nobody used them; the next question starts another."""
        for table in list(self._held.values()):
            if self._is_free(table) and not table.resident.alive():
                await self._drop(table)

    async def forget(self, life: float) -> None:
        """Gives up what nobody asked in so many seconds."""
        now = time.perf_counter()
        for table in list(self._held.values()):
            if self._is_free(table) and now - table.used > life:
                await self._drop(table)

    async def close(self) -> None:
        for task in self._loading.values():
            task.cancel()
        await asyncio.gather(*self._loading.values(), return_exceptions=True)
        await asyncio.gather(*(table.close() for table in self._held.values()))
        self._held.clear()

    async def _loaded(self, key: Key, dataset: Dataset) -> Table:
        while True:
            table = self._held.get(key)
            if table is not None and table.resident.alive():
                return table
            if table is not None and key not in self._loading:
                await self._drop(table)
                continue
            task = self._loading.get(key)
            if task is None:
                task = asyncio.ensure_future(self._load(key, dataset))
                self._loading[key] = task
                task.add_done_callback(lambda _: self._loading.pop(key, None))
            # One who gives up waiting must not end the loading for the others.
            await asyncio.shield(task)

    async def _load(self, key: Key, dataset: Dataset) -> None:
        path = await self._cache.fetch(dataset.url, dataset.sha256, dataset.size)
        self._cache.hold(dataset.sha256)
        try:
            async with self._turn:
                await self._make_room(BARE + dataset.size * SWOLLEN)
                self._held[key] = await self._started(key, dataset, path)
        except BaseException:
            self._cache.release(dataset.sha256)
            raise

    async def _started(self, key: Key, dataset: Dataset, path: Path) -> Table:
        """Within what the others leave; where that is too little, they go, as soon as they are idle."""
        while True:
            left = self._budget - self._taken()
            if left > BARE or not self._held:
                limits = replace(self._limits, memory=left)
                child = Resident(path, dataset.columns, limits=limits)
                table = Table(key, dataset.sha256, child, memory=left, changed=self._changed.set)
                try:
                    await table.start()
                    return table
                except BaseException as failed:
                    await table.close()
                    short = isinstance(failed, Unanswerable) and failed.code == "dataset_too_large"
                    if not short or left == self._budget:
                        raise
            while self._held and not self._free():
                self._changed.clear()
                await self._changed.wait()
            for idle in self._free():
                await self._drop(idle)

    def _taken(self) -> int:
        return sum(table.resident.resident() for table in self._held.values())

    def _free(self) -> list[Table]:
        return [table for table in self._held.values() if self._is_free(table)]

    async def _make_room(self, wanted: int) -> None:
        """Gives up the longest idle while more memory is held than there is."""
        while wanted + self._taken() > self._budget:
            free = self._free()
            if not free:
                return
            await self._drop(min(free, key=lambda table: table.used))

    def _is_free(self, table: Table) -> bool:
        """Never one that somebody is about to ask."""
        return table.idle and not self._wanted[table.key]

    async def _drop(self, table: Table) -> None:
        if self._held.get(table.key) is not table:
            return  # somebody else did
        del self._held[table.key]
        try:
            await table.close()
        finally:
            self._cache.release(table.digest)
            self._changed.set()


def _key(dataset: Dataset) -> Key:
    """Another role of a column makes other answers, so another table."""
    return dataset.version, sha256(msgspec.msgpack.encode(dataset.columns)).digest()
