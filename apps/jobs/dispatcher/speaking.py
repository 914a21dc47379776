"""What the dispatcher says: to workers, sealed with their session's key; to whoever waits for a job, how it goes.

A message is a hint. What is lost is made good for by leases, sweeps and polls.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer

from apps.jobs import replies
from apps.jobs.bridges import introduction_key
from apps.jobs.hints import dispatcher_channel
from apps.jobs.kinds import Result
from gpu_workers.protocol.messages import (
    VERSION,
    Envelope,
    Outcome,
    Progress,
    Progressed,
    Settled,
    ToWorker,
    Welcome,
    encode,
)
from gpu_workers.protocol.signing import Signer

from .sessions import Session

log = logging.getLogger("atrium.dispatcher")


class Voice:
    """Knows who waits for which job."""

    def __init__(self, pool: str, pool_key: bytes) -> None:
        self._pool, self._key = pool, pool_key
        self._layer: Any = get_channel_layer()
        self._waiting: dict[UUID, str] = {}
        self._sending: set[asyncio.Task[None]] = set()

    async def broadcast(self) -> None:
        """Ask who is there: workers of an earlier dispatcher say Hello anew."""
        await self._send(f"workers.{self._pool}", Envelope(VERSION, "dispatcher", 0, b""))

    def call_again_when_cut_off(self) -> None:
        """What workers said meanwhile was not heard; welcomed anew, they say it again."""
        self._layer.on_reconnect = self.broadcast

    async def welcome(self, session: Session) -> None:
        hello = session.hello
        welcome = Welcome(hello.worker, hello.nonce, session.nonce, dispatcher_channel(self._pool))
        key = introduction_key(self._key, hello.worker)
        await self._send(hello.channel, Signer(key, "dispatcher").seal(encode(welcome)))

    async def to_worker(self, session: Session, message: ToWorker) -> None:
        await self.hand(session, encode(message))

    async def hand(self, session: Session, body: bytes) -> None:
        """body: an encoded `ToWorker`."""
        await self._send(session.hello.channel, session.signer.seal(body))

    def expect(self, jobs: Iterable[UUID], channel: str) -> None:
        """From now on tell this channel of these jobs."""
        if channel:
            self._waiting |= dict.fromkeys(jobs, channel)

    def settled(self, results: Sequence[Result]) -> None:
        """Only after their commit."""
        for result in results:
            self._tell(result.job_id, Settled(result.job_id, result.subject, result.state, _outcome(result)))
            self._waiting.pop(result.job_id, None)

    def progressed(self, message: Progress) -> None:
        told = Progressed(message.job, message.subject, message.share, message.text, message.answers)
        self._tell(message.job, told)

    def _tell(self, job: UUID, message: Settled | Progressed) -> None:
        channel = self._waiting.get(job)
        if channel:
            task = asyncio.ensure_future(self._send(channel, replies.signed(message)))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _send(self, channel: str, sealed: Envelope) -> None:
        try:
            await self._layer.send(channel, {"type": "atrium.message", "data": encode(sealed)})
        except Exception as error:  # whatever the layer raises
            log.warning("a message was lost", exc_info=error)


def _outcome(result: Result) -> Outcome | None:
    """None of what is for its row alone: an inspection's report, and whatever else is no prediction's answers."""
    if result.report is not None or result.made is not None:
        return None
    return Outcome(result.answers, result.error, result.timings, result.finished_at)
