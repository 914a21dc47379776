"""The model versions that a worker holds at the same time, each in a runner of its own; the longest idle goes."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from gpu_workers.protocol.messages import Model, Value
from gpu_workers.runner import Runner
from gpu_workers.runner.frames import Superpixels, Variant
from gpu_workers.sandbox import Limits

from .cache import Cache
from .cases import Solved, Varied
from .holding import Holding
from .settings import Settings


class Holdings:
    """At most `settings.runners` at once, each within `limits`."""

    def __init__(self, settings: Settings, cache: Cache, limits: Limits) -> None:
        self._settings, self._cache, self._limits = settings, cache, limits
        self._held: dict[UUID, Holding] = {}
        self._loading: dict[UUID, asyncio.Task[None]] = {}
        self._wanted: Counter[UUID] = Counter()
        self._changed = asyncio.Event()

    @property
    def resident(self) -> tuple[UUID, ...]:
        return tuple(self._held)

    async def solve(self, model: Model, values: dict[str, Value], deadline: float) -> Solved:
        """One case, its model loaded first where it is not.

        Raises FetchFailed, RunnerFailed, Unanswered, and OSError of the sandbox.
        """
        begun = time.perf_counter()
        holding = await self._found(model)
        load = (time.perf_counter() - begun) * 1000
        solved = await holding.solve(values, deadline)
        return Solved(solved.answers, replace(solved.timings, load=load))

    async def vary(
        self, model: Model, base: dict[str, Value], variants: Sequence[Variant], output: str, deadline: float
    ) -> Varied:
        """Variants of one case in one call, and of each this output alone. Raises as `solve` does."""
        holding = await self._found(model)
        return await holding.vary(base, variants, output, deadline)

    async def part(
        self, model: Model, base: dict[str, Value], name: str, superpixels: Superpixels
    ) -> NDArray[np.int64]:
        """A picture of the case parted; see `Runner.part`. Raises as `solve` does."""
        with self._wanting(model):  # it stands in no queue that would tell that the holding is at work
            holding = await self._loaded(model)
            return await holding.part(base, name, superpixels)

    async def solve_all(
        self, model: Model, cases: Sequence[dict[str, Value]], deadline: float
    ) -> list[Solved | BaseException]:
        """Several cases as one caller's: of each its answer, or what `solve` would raise once the model is loaded."""
        with self._wanting(model):
            holding = await self._loaded(model)
            return await asyncio.gather(
                *(holding.solve(case, deadline, alone=False) for case in cases), return_exceptions=True
            )

    async def _found(self, model: Model) -> Holding:
        with self._wanting(model):
            return await self._loaded(model)

    @contextmanager
    def _wanting(self, model: Model) -> Iterator[None]:
        """Meanwhile it makes no room for another."""
        self._wanted[model.version] += 1
        try:
            yield
        finally:
            self._wanted -= Counter([model.version])
            self._changed.set()

    async def _loaded(self, model: Model) -> Holding:
        while True:
            holding = self._held.get(model.version)
            if holding is not None and holding.started and _same(holding.model, model):
                holding.model = model  # its URL is the fresher one
                return holding
            task = self._loading.get(model.version)
            if task is None:
                task = asyncio.ensure_future(self._load(model))
                self._loading[model.version] = task
                task.add_done_callback(lambda _: self._loading.pop(model.version, None))
            # One who gives up waiting must not end the loading for the others. What was loaded may be another edition
            # of the version, so look again.
            await asyncio.shield(task)

    def heal(self) -> None:
        """Replaces runners that died while nobody used them."""
        for holding in self._held.values():
            holding.heal()

    async def forget(self, life: float) -> None:
        """Gives up what nobody asked in so many seconds."""
        now = time.perf_counter()
        for holding in list(self._held.values()):
            if self._is_free(holding) and now - holding.used > life:
                await self._drop(holding)

    def _is_free(self, holding: Holding) -> bool:
        """Never one that was just loaded and whose cases are about to come."""
        return holding.idle and holding.started and not self._wanted[holding.model.version]

    async def _drop(self, holding: Holding) -> None:
        if self._held.get(holding.model.version) is not holding:
            return  # somebody else did
        del self._held[holding.model.version]
        try:
            await holding.close()
        finally:
            self._cache.release(holding.model.sha256)

    async def close(self) -> None:
        for task in self._loading.values():
            task.cancel()
        await asyncio.gather(*self._loading.values(), return_exceptions=True)
        await asyncio.gather(*(holding.close() for holding in self._held.values()))
        self._held.clear()

    async def _load(self, model: Model) -> None:
        self._cache.hold(model.sha256)
        holding: Holding | None = None
        try:
            runner = await self._runner(model)
            await self._make_room(model.version)
            holding = Holding(model, runner, self._runner, seconds=self._settings.call, changed=self._changed.set)
            self._held[model.version] = holding
            await holding.start()
        except BaseException:
            if holding is not None:
                self._held.pop(model.version, None)
                await holding.close()
            self._cache.release(model.sha256)
            raise
        finally:
            self._changed.set()

    async def _runner(self, model: Model) -> Runner:
        """Not yet started; of a file that is whole. Raises FetchFailed."""
        return Runner(
            await self._cache.fetch(model.url, model.sha256, model.size),
            format=model.format,
            interface=model.interface,
            batch_axis=model.batch_axis,
            limits=self._limits,
            threads=self._settings.threads,
        )

    async def _make_room(self, version: UUID) -> None:
        """Waits until a place is free; an outdated holding of the same version gives up its own."""
        while version in self._held or len(self._held) >= self._settings.runners:
            if version in self._held:
                idle = [held for held in (self._held[version],) if held.idle and held.started]
            else:
                idle = [held for held in self._held.values() if self._is_free(held)]
            if not idle:
                self._changed.clear()
                await self._changed.wait()
                continue
            await self._drop(min(idle, key=lambda holding: holding.used))


def _same(held: Model, asked: Model) -> bool:
    """Whether the loaded one answers as the asked one would; presigned URLs differ each time."""
    return held.sha256 == asked.sha256 and held.batch_axis == asked.batch_axis and held.interface == asked.interface
