"""The model versions that a worker holds at the same time, each in a runner of its own; the longest idle goes."""

import asyncio
from uuid import UUID

from gpu_workers.protocol.messages import Model
from gpu_workers.runner import Runner
from gpu_workers.sandbox import Limits

from .cache import Cache
from .holding import Holding
from .settings import Settings


class Holdings:
    """At most `settings.runners` at once."""

    def __init__(self, settings: Settings, cache: Cache) -> None:
        self._settings, self._cache = settings, cache
        self._held: dict[UUID, Holding] = {}
        self._loading: dict[UUID, asyncio.Task[Holding]] = {}
        self._changed = asyncio.Event()

    @property
    def resident(self) -> tuple[UUID, ...]:
        return tuple(self._held)

    async def of(self, model: Model) -> Holding:
        """The holding of this version, loaded. Raises FetchFailed, RunnerFailed, and OSError of the sandbox."""
        holding = self._held.get(model.version)
        if holding is not None and _same(holding.model, model):
            return holding
        task = self._loading.get(model.version)
        if task is None:
            task = asyncio.ensure_future(self._load(model))
            self._loading[model.version] = task
            task.add_done_callback(lambda _: self._loading.pop(model.version, None))
        # One who gives up waiting must not end the loading for the others.
        return await asyncio.shield(task)

    def heal(self) -> None:
        """Replaces runners that died while nobody used them."""
        for holding in self._held.values():
            holding.heal()

    async def close(self) -> None:
        for task in self._loading.values():
            task.cancel()
        await asyncio.gather(*self._loading.values(), return_exceptions=True)
        await asyncio.gather(*(holding.close() for holding in self._held.values()))
        self._held.clear()

    async def _load(self, model: Model) -> Holding:
        path = await self._cache.fetch(model.url, model.sha256, model.size)
        self._cache.hold(model.sha256)
        holding: Holding | None = None
        try:
            await self._make_room(model.version)
            holding = Holding(
                model,
                lambda: Runner(
                    path,
                    interface=model.interface,
                    batch_axis=model.batch_axis,
                    limits=Limits(memory=self._settings.memory),
                    threads=self._settings.threads,
                ),
                changed=self._changed.set,
            )
            self._held[model.version] = holding
            await holding.start()
        except BaseException:
            if holding is not None:
                self._held.pop(model.version, None)
                await holding.close()
            self._cache.release(model.sha256)
            raise
        return holding

    async def _make_room(self, version: UUID) -> None:
        """Waits until a place is free; an outdated holding of the same version gives up its own."""
        while version in self._held or len(self._held) >= self._settings.runners:
            candidates = [self._held[version]] if version in self._held else list(self._held.values())
            idle = [holding for holding in candidates if holding.idle and holding.started]
            if not idle:
                self._changed.clear()
                await self._changed.wait()
                continue
            longest = min(idle, key=lambda holding: holding.used)
            del self._held[longest.model.version]
            await longest.close()
            self._cache.release(longest.model.sha256)


def _same(held: Model, asked: Model) -> bool:
    """Whether the loaded one answers as the asked one would; presigned URLs differ each time."""
    return held.sha256 == asked.sha256 and held.batch_axis == asked.batch_axis and held.interface == asked.interface
