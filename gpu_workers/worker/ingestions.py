"""Uploaded tables: fetched and hashed, read in a throw-away child, put where the job says."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import file_digest
from pathlib import Path

import msgspec

from gpu_workers.ingestion import LIMITS, Reader
from gpu_workers.protocol.datasets import Ingest, Reading
from gpu_workers.runner import RunnerFailed

from .cache import Cache, FetchFailed

MARGIN = 1.0
"""Seconds before its end at which the reading stops, so that what it found can still be said."""


class Ingestions:
    """One at a time, on a thread of its own; one that was cancelled is ended.

    seconds: how long one may take from its turn on.
    """

    def __init__(self, cache: Cache, seconds: float) -> None:
        self._cache, self._seconds = cache, seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ingestion")

    async def read(self, work: Ingest, out: Path, deadline: float) -> Reading:
        """out: an empty file, which the table is written to. deadline in the loop's time. Raises FetchFailed where the
        store does not answer, or the disk has no room."""
        self._cache.make_room(2 * work.size)  # the table is seldom larger than its file
        reader = Reader(replace(LIMITS, file_size=work.limit))
        try:
            with self._cache.using(work.sha256):
                path = await self._cache.fetch_anew(work.url, work.sha256, work.size)
                loop = asyncio.get_running_loop()
                until = time.monotonic() + deadline - loop.time()
                return await loop.run_in_executor(self._thread, self._read, reader, path, work, out, until)
        except FetchFailed as failed:
            if failed.code != "artifact_damaged":
                raise
            return Reading(
                "rejected",
                "hash_mismatch",
                "The stored file differs from the one whose checksum was announced. Upload it again.",
            )
        finally:
            reader.kill()
            self._cache.drop(work.sha256)  # nobody asks for an upload again, but who reads the same one now

    def _read(self, reader: Reader, path: Path, work: Ingest, out: Path, deadline: float) -> Reading:
        seconds = min(self._seconds, deadline - time.monotonic()) - MARGIN
        if seconds <= 0:
            raise RunnerFailed("deadline_exceeded")
        found = reader.read(path, work.format, out, seconds=seconds)
        if found.verdict != "ready":
            return found
        with out.open("rb") as table:
            digest = file_digest(table, "sha256").hexdigest()
        return msgspec.structs.replace(found, sha256=digest, size=out.stat().st_size)
