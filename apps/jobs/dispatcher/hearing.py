"""What the dispatcher hears: hints from web, and from workers what their session's key signs."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
from channels.layers import get_channel_layer
from django.conf import settings
from msgspec.structs import replace
from redis.exceptions import RedisError

from apps.jobs.bridges import POOL, PREFIX, introduction_key
from apps.jobs.hints import dispatcher_channel
from atrium.errors.register import REGISTER
from gpu_workers.protocol.messages import (
    CancelRequested,
    Envelope,
    Failure,
    Finished,
    Goodbye,
    Heard,
    Heartbeat,
    Hello,
    Progress,
    Submitted,
    envelope,
    from_web,
    from_worker,
)
from gpu_workers.protocol.pools import Place
from gpu_workers.protocol.signing import Forged, Verifier

from .endings import Ending
from .sessions import Expected, Session, Sessions
from .speaking import Voice

log = logging.getLogger("atrium.dispatcher")
OWN_WORKERS = 32
"""Of one team's own pool at once."""
Stands = Callable[[Place], Awaitable[bool]]
"""Whether a team's own pool is there, and this turn of its key counts."""


class Inbox:
    """What was heard and not yet acted upon; `wake` is set when there is something.

    submitted: by job the version that is asked, its kind, and the pool where that is a team's own. lost: (job, attempt)
    that a worker does not have. given_back: those that a notebook had as it left. beats: the latest of each worker
    since the last sweep, progress: of each job. dropped: messages that did not verify.
    """

    def __init__(self, pool: str, pool_key: bytes, sessions: Sessions, voice: Voice, stands: Stands) -> None:
        self._pool, self._key, self._stands = pool, pool_key, stands
        self._sessions, self._voice = sessions, voice
        self._layer: Any = get_channel_layer()
        self.submitted: dict[UUID, tuple[UUID | None, str, str]] = {}
        self.endings: list[Ending] = []
        self.lost: list[tuple[UUID, int]] = []
        self.given_back: list[tuple[UUID, int]] = []
        self.beats: dict[str, Heartbeat] = {}
        self.progress: dict[UUID, Progress] = {}
        self.sweep_due = True
        self.wake = asyncio.Event()
        self.dropped = 0
        self._told = 0.0

    async def listen(self) -> None:
        """Until cancelled."""
        channel = dispatcher_channel(self._pool)
        while True:
            try:
                message = await self._layer.receive(channel)
            except (OSError, RedisError):
                log.warning("the message service is away; listening again", exc_info=True)
                await asyncio.sleep(0.5)
                continue
            except Exception:  # bytes that are no message at all
                self._drop()
                continue
            try:
                await self.hear(envelope(message["data"]))
            except (Forged, msgspec.DecodeError, KeyError, TypeError):
                self._drop()
            except Exception:  # a dispatcher that no longer listens would starve everybody
                log.exception("a message could not be heard")

    def _drop(self) -> None:
        self.dropped += 1
        if time.monotonic() - self._told > 1.0:  # whoever floods it does not fill the log
            self._told = time.monotonic()
            log.warning("dropped a message that does not verify, %d so far", self.dropped)

    async def hear(self, sealed: Envelope) -> None:
        """Raises Forged for what does not verify."""
        if sealed.sender == "web":
            self._hear_web(sealed.body)
            return
        session = self._sessions.get(sealed.sender)
        if session is not None:
            try:
                await self._hear_worker(session, sealed)
                return
            except Forged:
                pass  # perhaps a Hello of the same worker, which the pool's key signs
        try:
            hello = from_worker(Verifier(introduction_key(self._key, sealed.sender), sealed.sender).open(sealed))
        except Forged:
            # A worker of an earlier dispatcher, whose key is not known here. One of a team's own pool does not hear it
            # and comes by itself; whoever holds its key would make all others introduce themselves again and again.
            if session is None and Place.of_worker(sealed.sender) is None:
                await self._voice.broadcast()
            raise
        if not isinstance(hello, Hello) or hello.worker != sealed.sender:
            return
        place = Place.of_worker(hello.worker)
        if place is not None:
            is_its_own = hello.pool == place.name and hello.serves is None and self._pool == POOL
            if is_its_own and self._has_room(hello) and await self._stands(place):
                await self._welcome(hello)
        elif hello.pool == self._pool and (hello.serves is not None) == hello.worker.startswith(PREFIX):
            await self._welcome(hello)

    def _has_room(self, hello: Hello) -> bool:
        """A team that loses its key to somebody does not fill this process."""
        there = self._sessions.workers_of(hello.pool)
        return len(there) < OWN_WORKERS or self._sessions.get(hello.worker) in there

    def _hear_web(self, body: bytes) -> None:
        match from_web(body):
            case Submitted(jobs=jobs, reply_to=reply_to, version=version, kind=kind, pool=pool):
                self.submitted |= dict.fromkeys(jobs, (version, kind, pool))
                self._voice.expect(jobs, reply_to)
            case CancelRequested():
                self.sweep_due = True
        self.wake.set()

    async def _hear_worker(self, session: Session, sealed: Envelope) -> None:
        message = from_worker(session.verifier.open(sealed))
        match message:
            case Heartbeat() if message.worker == sealed.sender:
                self.lost += self._sessions.hear(message, 2 * settings.HEARTBEAT_SECONDS)
                self.beats[message.worker] = message
                await self._voice.to_worker(session, Heard())
            case Progress() if session.assigned.get(message.job, (None,))[0] == message.attempt:
                if session.is_own:  # how far it is, and nothing that somebody would read as an answer
                    message = replace(message, text="", answers=None)
                self._voice.progressed(message)
                self.progress[message.job] = message
            case Finished() if session.is_trusted or message.job in session.assigned:
                attempt, _ = session.assigned.pop(message.job, (message.attempt, 0.0))
                session.resident |= set(message.resident)
                if not session.is_own:
                    self.endings.append(_ending(message))
                elif attempt == message.attempt:
                    expected = session.expects.pop(message.job, None)
                    self.endings.append(_ending(message if _fits(message, expected) else _unfit(message)))
            case Goodbye():
                left = self.lost if session.is_trusted else self.given_back
                left += [(job, attempt) for job, (attempt, _) in session.assigned.items()]
                self._sessions.close(sealed.sender)
        self.wake.set()

    async def _welcome(self, hello: Hello) -> None:
        session = self._sessions.welcome(hello)
        await self._voice.welcome(session)
        log.info("worker %s joined: %s, floor %s", hello.worker, hello.device, hello.floor)
        self.beats[hello.worker] = Heartbeat(hello.worker, (), hello.resident, hello.credit)
        self.wake.set()


def _fits(finished: Finished, expected: Expected | None) -> bool:
    if finished.error is not None:
        return finished.error.code in REGISTER
    if expected is None:
        return False
    return finished.made is not None if expected.makes else expected.fits(finished.answers)


def _unfit(finished: Finished) -> Finished:
    """What a team's own worker says in the place of an answer is not kept."""
    failure = Failure("model_failed", "The worker's answer does not fit the model's outputs.")
    return Finished(finished.worker, finished.job, finished.attempt, error=failure)


def _ending(finished: Finished) -> Ending:
    timings = msgspec.to_builtins(finished.timings)
    if finished.error is not None:
        state = "cancelled" if finished.error.code == "cancelled" else "failed"
        return Ending(finished.job, finished.attempt, state, error=finished.error, timings=timings)
    return Ending(
        finished.job,
        finished.attempt,
        "succeeded",
        answers=finished.answers,
        report=finished.report,
        made=finished.made,
        timings=timings,
    )
