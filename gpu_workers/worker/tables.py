"""The datasets' versions that a worker holds at the same time, each in a child of its own; the longest idle goes."""

import asyncio
import time
from collections import Counter
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
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
from .table import Gone, Key, Table

LARGEST_EXPORT = 16 * 2**30
SWOLLEN = 4
"""Times the size of its file that a table is thought to take in memory before it is loaded."""
BARE = 100 * 2**20
"""Bytes that a child takes with no table, or a question beside one."""


class Tables:
    """As many as `settings.tables` bytes of memory and `settings.tables_on_disk` of the disk hold together; a single
    one may take all of it.

    They are loaded one after the other. One that is loaded and one that works on a question may have the memory that it
    holds and a part of what is free, so that all together never have more than there is. Where that is too little its
    columns are mapped, and the others go as soon as they are idle. Of the disk each may take what was free when it was
    loaded; where questions made more of it than there is, the longest idle go.
    """

    def __init__(self, settings: Settings, cache: Cache, blobs: Blobs, limits: Limits) -> None:
        self._budget, self._cache, self._blobs = settings.tables, cache, blobs
        self._limits = replace(limits, file_size=LARGEST_EXPORT)
        self._held: dict[Key, Table] = {}
        self._loading: dict[Key, asyncio.Task[None]] = {}
        self._wanted: Counter[Key] = Counter()
        self._disk = settings.tables_on_disk
        self._mapped: set[Key] = set()  # found to be too large for the memory
        self._loaded_within = 0
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
                    return await table.ask(work, self._blobs, deadline, partial(self._allowed, table))
                except Gone:
                    continue
                except Unanswerable as failed:
                    # It may have died of something else a moment before; a question that ends two is guilty itself.
                    short = failed.code == "dataset_too_large"
                    small = table.memory < self._budget or key not in self._mapped
                    if lost or table.resident.alive() or not ((short and small) or failed.code == "internal"):
                        raise
                    lost = True
                    if short:
                        self._mapped.add(key)
                        for idle in self._free():
                            await self._drop(idle)
        finally:
            self._wanted -= Counter([key])
            self._changed.set()
            await self._trim()

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
        self._cache.hold(dataset.sha256)
        try:
            path = await self._cache.fetch(dataset.url, dataset.sha256, dataset.size)
            async with self._turn:
                wanted = BARE + min(dataset.size * SWOLLEN, self._budget // 2)
                await self._make_room(wanted)
                try:
                    self._held[key] = await self._started(key, dataset, path, wanted)
                finally:
                    self._loaded_within = 0
        except BaseException:
            self._cache.release(dataset.sha256)
            raise

    async def _started(self, key: Key, dataset: Dataset, path: Path, wanted: int) -> Table:
        """Within a part of what the others leave; where that is too little, they go, as soon as they are idle."""
        while True:
            left = self._left()
            if left > BARE or not self._held:
                memory = self._loaded_within = max(left // 2, min(left, wanted)) if self._held else left
                disk, mapped = self._disk - self._on_disk(), key in self._mapped
                child = Resident(
                    path, dataset.columns, limits=self._limits, memory=memory, disk=max(disk, 0), mapped=mapped
                )
                table = Table(key, dataset.sha256, child, memory=memory, changed=self._changed.set)
                try:
                    await table.start()
                    return table
                except BaseException as failed:
                    await table.close()
                    self._loaded_within = 0
                    if not isinstance(failed, Unanswerable) or failed.code != "dataset_too_large":
                        raise
                    if mapped and not self._held:
                        raise
                    if not mapped:
                        self._mapped.add(key)
                        continue
            while self._held and not self._free():
                self._changed.clear()
                await self._changed.wait()
            for idle in self._free():
                await self._drop(idle)

    def _allowed(self, table: Table) -> int:
        """Bytes of memory that a table may have while it works on a question: of what is free only a part where there
        are others, who may be asked in the meantime."""
        others = [other for other in self._held.values() if other is not table]
        held = table.resident.resident()
        left = max(self._budget - self._loaded_within - sum(other.taken for other in others) - held, 0)
        return held + (max(left // 2, min(left, BARE)) if others or self._loaded_within else left)

    def _left(self) -> int:
        return self._budget - sum(table.taken for table in self._held.values())

    def _on_disk(self) -> int:
        return sum(table.resident.on_disk() for table in self._held.values())

    async def _trim(self) -> None:
        while self._on_disk() > self._disk and (free := self._free()):
            await self._drop(min(free, key=lambda table: table.used))

    def _free(self) -> list[Table]:
        return [table for table in self._held.values() if self._is_free(table)]

    async def _make_room(self, wanted: int) -> None:
        """Gives up the longest idle while more is held than leaves so many bytes of memory, and any of the disk."""
        while wanted > self._left() or self._on_disk() >= max(self._disk, 1):
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
    return dataset.version, sha256(msgspec.msgpack.encode(dataset.columns)).digest()
