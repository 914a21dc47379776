"""The worker process: joins its pool, takes jobs, beats, drains.

Its event loop moves messages and nothing else: models run in processes of their own, their answers are read, checked
and encoded on their runners' threads. So no model can hold up a heartbeat.
"""

import asyncio
import logging
import signal
from collections import Counter
from uuid import UUID

from gpu_workers.protocol.messages import Assign, Cancel, Goodbye, Heartbeat, Hello
from gpu_workers.sandbox import Floor, Limits, floor, floor_reason

from .blobs import Blobs
from .cache import Cache
from .devices import files_of, of_tables, try_out
from .explanations import Explanations
from .holdings import Holdings
from .ingestions import Ingestions
from .inspections import Inspections
from .jobs import Jobs
from .line import Line
from .runs import Runs
from .settings import Misconfigured, Settings
from .tables import Tables

log = logging.getLogger(__name__)

GOODBYE_SECONDS = 5.0


class Worker:
    """`run` returns when it has drained."""

    def __init__(self, settings: Settings) -> None:
        self._floor = floor()
        if self._floor is Floor.NONE:
            raise Misconfigured(f"This machine cannot confine other people's models: {floor_reason()}.")
        self._settings = settings
        limits = Limits(memory=settings.memory, devices=files_of(settings.device))
        self._cache = Cache(settings.cache, settings.cache_bytes)
        if limits.devices:
            try_out(limits, settings.cache)
        self._holdings = Holdings(settings, self._cache, limits)
        self._blobs = Blobs()
        self._tables = Tables(settings, self._cache, self._blobs, Limits(settings.tables, devices=of_tables(limits)))
        self._line = Line(settings, self)
        self._jobs = Jobs(
            settings.worker,
            post=self._line.post,
            holdings=self._holdings,
            blobs=self._blobs,
            inspections=Inspections(self._cache, settings.inspection),
            ingestions=Ingestions(self._cache, settings.ingestion),
            tables=self._tables,
            runs=Runs(self._cache, self._holdings, settings.ingestion),
            explanations=Explanations(self._holdings),
            cache=self._cache,
        )
        self._draining = asyncio.Event()

    async def run(self) -> None:
        """Serves until SIGTERM, SIGINT or the dispatcher's Drain, finishes what runs, says goodbye."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.drain)
        log.info("worker %s of pool %s, sandbox: %s", self._settings.worker, self._settings.pool, floor_reason())
        endless = [asyncio.create_task(work) for work in (self._line.run(), self._beat(), self._tidy())]
        drained = asyncio.create_task(self._drained())
        try:
            await asyncio.wait([*endless, drained], return_when=asyncio.FIRST_COMPLETED)
            for task in endless:
                if task.done():
                    task.result()  # it ends by an error only
        finally:
            for task in (drained, *endless):
                task.cancel()
            await asyncio.gather(drained, *endless, return_exceptions=True)
            await self._jobs.close()
            await self._holdings.close()
            await self._tables.close()
            await self._blobs.close()
            self._cache.close()
            await self._line.close()

    def hello(self, nonce: bytes) -> Hello:
        settings = self._settings
        return Hello(
            worker=settings.worker,
            pool=settings.pool,
            device=settings.device,
            memory=settings.memory,
            credit=self._credit,
            resident=self._jobs.resident,
            nonce=nonce,
            channel=self._line.channel,
            floor="full" if self._floor is Floor.FULL else "reduced",
        )

    def welcomed(self) -> None:
        self._post_heartbeat()

    def assign(self, message: Assign) -> None:
        """While draining nothing new is taken; the Goodbye tells the dispatcher to give it to another."""
        if not self._draining.is_set():
            self._jobs.take(message)

    def cancel(self, message: Cancel) -> None:
        self._jobs.cancel(message.job, message.attempt)

    def drain(self) -> None:
        if not self._draining.is_set():
            log.info("draining")
            self._draining.set()
            self._post_heartbeat()

    @property
    def running(self) -> tuple[tuple[UUID, int], ...]:
        """(job, attempt) pairs."""
        return self._jobs.running

    @property
    def dropped(self) -> Counter[str]:
        """Messages that were not taken, by why."""
        return self._line.dropped

    @property
    def _credit(self) -> int:
        return 0 if self._draining.is_set() else self._settings.credit

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._settings.beat)
            # After an outage the dispatcher needs the latest state, not a row of old ones.
            if not self._line.congested:
                self._post_heartbeat()

    async def _tidy(self) -> None:
        """Beside the heartbeats: a child that is slow to end holds none of them up."""
        while True:
            await asyncio.sleep(self._settings.beat)
            self._holdings.heal()
            await self._tables.heal()
            await self._holdings.forget(self._settings.life)
            await self._tables.forget(self._settings.life)
            self._cache.forget(self._settings.life)

    def _post_heartbeat(self) -> None:
        running, resident = self._jobs.running, self._jobs.resident
        self._line.post(Heartbeat(self._settings.worker, running, resident, self._credit))

    async def _drained(self) -> None:
        await self._draining.wait()
        await self._jobs.all_done()
        self._line.post(Goodbye(self._settings.worker))
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._line.flush()
        except TimeoutError:
            log.warning("nobody heard the goodbye")
