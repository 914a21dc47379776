"""Hints to the dispatcher over the channel layer, and the replies that come back to this process.

A hint may be lost: the dispatcher's sweep finds the row within a second, and whoever waits looks at the row as well.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import msgspec
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from gpu_workers.protocol.messages import (
    VERSION,
    CancelRequested,
    Envelope,
    Settled,
    Submitted,
    encode,
    envelope,
    to_web,
)

log = logging.getLogger("atrium.jobs")
SUBSCRIBE_SECONDS = 1.0


def dispatcher_channel(pool: str) -> str:
    return f"dispatcher.{pool}"


def _message(body: Submitted | CancelRequested) -> dict[str, Any]:
    return {"type": "atrium.message", "data": encode(Envelope(VERSION, "web", 0, encode(body)))}


def _send(pool: str, body: Submitted | CancelRequested) -> None:
    """From a synchronous thread below an event loop, hand over to that loop; with none (chores, commands) run one."""
    try:
        loop = _Replies.loop
        if loop is not None and loop.is_running():
            asyncio.run_coroutine_threadsafe(_quietly(pool, body), loop)
        else:
            async_to_sync(_quietly)(pool, body)
    except RuntimeError:
        log.warning("a hint was not sent; the sweep will find the job")


async def _quietly(pool: str, body: Submitted | CancelRequested) -> None:
    try:
        await get_channel_layer().send(dispatcher_channel(pool), _message(body))
    except Exception as error:  # whatever the layer raises, the job is safe in its row
        log.warning("a hint was lost; the sweep will find the job", exc_info=error)


def hint_submitted(pool: str, job_id: UUID, reply_to: str, version_id: UUID | None) -> None:
    _send(pool, Submitted((job_id,), reply_to, version_id))


def hint_cancelled(jobs: Sequence[tuple[str, UUID]]) -> None:
    """jobs: (pool, id)."""
    for pool, job_id in jobs:
        _send(pool, CancelRequested((job_id,)))


class _Replies:
    """One reply channel for each process: a reader hands each `Settled` to whoever waits for its subject."""

    loop: asyncio.AbstractEventLoop | None = None
    waiting: dict[UUID, set[asyncio.Future[Settled]]] = {}
    reader: asyncio.Task[None] | None = None
    channel: asyncio.Future[str]


async def reply_channel() -> str:
    """The name of this process's reply channel, subscribed to; its reader starts on the first call.

    "" while Valkey is away: the row is looked at each second. Who returned before the channel was subscribed to could
    miss the reply, and a loop that ended then would wait for ever: redis swallows a cancellation while it connects.
    """
    loop = asyncio.get_running_loop()
    if _Replies.loop is not loop or _Replies.reader is None or _Replies.reader.done():
        _Replies.loop, _Replies.waiting, _Replies.channel = loop, {}, loop.create_future()
        _Replies.reader = loop.create_task(_read(_Replies.channel))
    subscribed, _ = await asyncio.wait([_Replies.channel], timeout=SUBSCRIBE_SECONDS)
    return _Replies.channel.result() if subscribed else ""


async def _read(channel: "asyncio.Future[str]") -> None:
    layer = get_channel_layer()
    try:
        name = await layer.new_channel("web.")
    except Exception as error:
        log.warning("replies are not heard; rows are looked at instead", exc_info=error)
        channel.set_result("")
        return
    channel.set_result(name)
    while True:
        message = await layer.receive(name)
        try:
            settled = to_web(envelope(message["data"]).body)
        except (msgspec.DecodeError, KeyError, TypeError):
            log.warning("dropped a reply that cannot be read")
            continue
        if isinstance(settled, Settled):
            for future in _Replies.waiting.pop(settled.subject, ()):
                if not future.done():
                    future.set_result(settled)


@contextmanager
def awaiting(subject: UUID) -> Iterator["asyncio.Future[Settled]"]:
    """A future that a `Settled` of this subject resolves; enter before the job is submitted."""
    future: asyncio.Future[Settled] = asyncio.get_running_loop().create_future()
    _Replies.waiting.setdefault(subject, set()).add(future)
    try:
        yield future
    finally:
        waiting = _Replies.waiting.get(subject)
        if waiting is not None:
            waiting.discard(future)
            if not waiting:
                _Replies.waiting.pop(subject, None)
