"""Inspections of uploaded files: fetched and hashed, checked, probed once in a throw-away runner."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gpu_workers.protocol.messages import Inspect, Report

from .cache import Cache, FetchFailed
from .settings import Settings


class Inspections:
    """One at a time, on a thread of its own."""

    def __init__(self, settings: Settings, cache: Cache) -> None:
        self._settings, self._cache = settings, cache
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="inspection")

    async def inspect(self, work: Inspect, deadline: float) -> Report:
        """deadline in the loop's time. Raises FetchFailed where the store does not answer."""
        try:
            path = await self._cache.fetch(work.url, work.sha256, work.size)
        except FetchFailed as failed:
            if failed.code != "artifact_damaged":
                raise
            return Report(
                "rejected",
                "hash_mismatch",
                "The stored file differs from the one whose checksum was announced. Upload it again.",
                facts={"detail": failed.detail},
            )
        self._cache.hold(work.sha256)
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, self._examine, path, work, deadline - loop.time())
        finally:
            self._cache.release(work.sha256)

    def _examine(self, path: Path, work: Inspect, seconds: float) -> Report:
        raise NotImplementedError
