"""Inspections of uploaded files: fetched and hashed, checked, probed once in a throw-away runner."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gpu_workers.inspection.ending import Ending
from gpu_workers.inspection.probe import examine
from gpu_workers.protocol.messages import Inspect, Report
from gpu_workers.runner import RunnerFailed

from .cache import Cache, FetchFailed

MARGIN = 1.0
"""Seconds before its end at which the trial stops, so that what it found can still be said."""


class Inspections:
    """One at a time, on a thread of its own; one that was cancelled is ended.

    seconds: how long one may take from its turn on.
    """

    def __init__(self, cache: Cache, seconds: float) -> None:
        self._cache, self._seconds = cache, seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="inspection")

    async def inspect(self, work: Inspect, deadline: float) -> Report:
        """deadline in the loop's time. Raises FetchFailed where the store does not answer."""
        with self._cache.using(work.sha256):
            try:
                path = await self._cache.fetch_anew(work.url, work.sha256, work.size)
            except FetchFailed as failed:
                if failed.code != "artifact_damaged":
                    raise
                return Report(
                    "rejected",
                    "hash_mismatch",
                    "The stored file differs from the one whose checksum was announced. Upload it again.",
                    facts={"detail": failed.detail},
                )
            loop = asyncio.get_running_loop()
            until = time.monotonic() + deadline - loop.time()
            ending = Ending()
            try:
                return await loop.run_in_executor(self._thread, self._examine, path, work, until, ending)
            finally:
                ending.end()

    def _examine(self, path: Path, work: Inspect, deadline: float, ending: Ending) -> Report:
        seconds = min(self._seconds, deadline - time.monotonic()) - MARGIN
        if seconds <= 0:
            raise RunnerFailed("deadline_exceeded")
        return examine(path, work.format, work.interface, work.example, seconds=seconds, ending=ending)
