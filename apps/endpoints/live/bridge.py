"""The dispatcher's view of a connection: a worker of one version, which joins, beats, is assigned calls and ends them.

As with every worker a message may be lost: a silent dispatcher is greeted anew, and lately ended calls are told again.
"""

import logging
import time
from collections import deque
from typing import Any
from uuid import UUID

from django.conf import settings
from redis.exceptions import RedisError

from apps.jobs.bridges import POOL, bridge_key
from apps.jobs.hints import dispatcher_channel
from gpu_workers.protocol.answers import Answer
from gpu_workers.protocol.live import AT_ONCE, Running, Told
from gpu_workers.protocol.messages import (
    Assign,
    Cancel,
    Failure,
    Finished,
    FromWorker,
    Goodbye,
    Heartbeat,
    Hello,
    Progress,
    Timings,
    Welcome,
)
from gpu_workers.protocol.session import Session
from gpu_workers.protocol.signing import Forged

from .calls import Given

log = logging.getLogger("atrium.live")
SILENCE = 2 * settings.HEARTBEAT_SECONDS
"""Seconds without a word of the dispatcher after which it is greeted anew: soon enough that no lease runs out."""
REPEATED = 30.0
"""Seconds for which an ended call is told again to a dispatcher that was away."""
CALL_SECONDS = 600.0
"""How long one call may take."""


class Bridge:
    """running: what the notebook answers now, by job, with when it must be done. ending: what it has answered, while
    that is read. busy: what nobody waits for any more, while the notebook has not let go of it."""

    def __init__(self, name: str, version_id: UUID, channel: str, at_once: int, layer: Any) -> None:
        self.name, self._version, self._channel, self._at_once, self._layer = name, version_id, channel, at_once, layer
        self._session = Session(bridge_key(), name)
        self._recent: deque[tuple[float, Finished]] = deque(maxlen=4 * AT_ONCE)
        self._heard = self._introduced = 0.0
        self.running: dict[UUID, tuple[Given, float]] = {}
        self.ending: dict[UUID, Given] = {}
        self.busy: set[Running] = set()
        self._told: dict[UUID, Progress] = {}

    def take(self, given: Given) -> None:
        self.running[given.running.job] = (given, time.monotonic() + CALL_SECONDS)

    def held(self, job: UUID, attempt: int) -> Given | None:
        """The call that the notebook speaks of, if it is one of its own that still runs."""
        given, _ = self.running.get(job, (None, 0.0))
        return given if given is not None and given.running.attempt == attempt else None

    def claim(self, job: UUID, attempt: int) -> Given | None:
        """As `held`, for its end: the next one who speaks of it is too late."""
        given = self.held(job, attempt)
        if given is not None:
            del self.running[job]
            self.ending[job] = given
        return given

    def has(self, running: Running) -> bool:
        ending = self.ending.get(running.job)
        return self.held(running.job, running.attempt) is not None or (ending is not None and ending.running == running)

    def drop(self, running: Running) -> bool:
        """Nobody waits for it any more; whether it ran."""
        if self.held(running.job, running.attempt) is None:
            return False
        del self.running[running.job]
        self.busy.add(running)
        return True

    @property
    def overdue(self) -> list[Given]:
        now = time.monotonic()
        return [given for given, until in self.running.values() if now > until]

    @property
    def is_welcome(self) -> bool:
        """Whether the dispatcher knows this connection now."""
        return self._session.welcomed and time.monotonic() - self._heard < SILENCE + settings.HEARTBEAT_SECONDS

    async def beat(self, may_introduce: bool) -> None:
        """Every HEARTBEAT_SECONDS. may_introduce: not where the same notebook has a newer connection."""
        now = time.monotonic()
        is_due = not self._session.welcomed or now - max(self._heard, self._introduced) >= SILENCE
        if is_due and may_introduce:
            self._introduced = now
            await self._send(self._session.introduce(self._hello))
        if self.is_welcome:
            await self.post_heartbeat()
            self._told = {job: told for job, told in self._told.items() if job in self.running}
            for told in self._told.values():
                await self._post(told)

    def _hello(self, nonce: bytes) -> Hello:
        return Hello(
            worker=self.name,
            pool=POOL,
            device="notebook",
            memory=0,
            credit=self._credit,
            resident=(),
            nonce=nonce,
            channel=self._channel,
            floor="full",
            serves=self._version,
        )

    @property
    def _credit(self) -> int:
        return max(self._at_once - len(self.busy), 0)

    async def post_heartbeat(self, *ended: Finished) -> None:
        """ended: calls of which it is told right after."""
        running = [(given.running.job, given.running.attempt) for given, _ in self.running.values()]
        running += [(given.running.job, given.running.attempt) for given in self.ending.values()]
        running += [(one.job, one.attempt) for one in ended]
        await self._post(Heartbeat(self.name, tuple(running), (), self._credit))

    async def hear(self, data: bytes) -> Assign | Cancel | None:
        """What the dispatcher wants of the notebook; None where that is nothing, or not its word."""
        try:
            said = self._session.open(data)
        except Forged:
            log.warning("dropped a message to a connection that does not verify")
            return None
        self._heard = time.monotonic()
        if isinstance(said, Welcome):
            lately = [ended for at, ended in self._recent if time.monotonic() - at < REPEATED]
            await self.post_heartbeat(*lately)
            for ended in lately:
                await self._post(ended)
        return said if isinstance(said, Assign | Cancel) else None

    async def tell(self, given: Given, told: Told, answers: dict[str, Answer] | None) -> None:
        """What was told before holds until something else is; all of it is said with each beat, to who came later."""
        running = given.running
        before = self._told.get(running.job)
        share = told.share if told.share is not None or before is None else before.share
        text = told.text or ("" if before is None else before.text)
        answers = answers if answers is not None or before is None else before.answers
        told_now = Progress(self.name, running.job, running.attempt, given.subject, share, text, answers)
        self._told[running.job] = told_now
        await self._post(told_now)

    async def finish(
        self,
        given: Given,
        *,
        answers: dict[str, Answer] | None = None,
        error: Failure | None = None,
        seconds: float = 0.0,
    ) -> None:
        """The end of a call, told to the dispatcher, which commits it once."""
        self.running.pop(given.running.job, None)
        self.ending.pop(given.running.job, None)
        timings = Timings(run=min(seconds, CALL_SECONDS) * 1000)
        ended = Finished(
            self.name, given.running.job, given.running.attempt, answers=answers, error=error, timings=timings
        )
        self._recent.append((time.monotonic(), ended))
        await self._post(ended)

    async def leave(self) -> None:
        """Its calls go to another notebook, or wait for one, without waiting for their leases."""
        await self._post(Goodbye(self.name))

    async def _post(self, message: FromWorker) -> None:
        if self._session.welcomed:
            await self._send(self._session.seal(message))

    async def _send(self, data: bytes) -> None:
        try:
            await self._layer.send(dispatcher_channel(POOL), {"type": "atrium.message", "data": data})
        except (RedisError, OSError):  # it is told again when the dispatcher answers
            log.warning("the message service is away; a connection waits for it")
