"""What the dispatcher tells this process of jobs that it waits for.

A reply may be lost: whoever waits looks at the row as well. One that is signed is believed, so that the row need not be
read: the key is made of SECRET_KEY, which web and dispatcher have and Valkey has not, nor any worker. A repeated one is
harmless, since a job ends once.
"""

import asyncio
import hmac
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from uuid import UUID

import msgspec
from channels.layers import get_channel_layer
from django.conf import settings

from gpu_workers.protocol.messages import VERSION, Envelope, Progressed, Settled, encode, envelope, to_web

log = logging.getLogger("atrium.jobs")
SUBSCRIBE_SECONDS = 1.0


def signed(message: Settled | Progressed) -> Envelope:
    body = encode(message)
    return Envelope(VERSION, "dispatcher", 0, body, _mac(body))


def opened(data: bytes) -> Settled | Progressed:
    """The reply; without its outcome, or what it tells so far, where the signature is not right.

    Raises msgspec.DecodeError.
    """
    sealed = envelope(data)
    message: Settled | Progressed = to_web(sealed.body)
    genuine = hmac.compare_digest(sealed.mac, _mac(sealed.body))
    if isinstance(message, Progressed):
        return message if genuine else Progressed(message.job, message.subject, None, "", None)
    if message.outcome and not genuine:
        return Settled(message.job, message.subject, message.state)
    return message


def _mac(body: bytes) -> bytes:
    return hmac.digest(f"atrium replies\x01{settings.SECRET_KEY}".encode(), body, sha256)


class _Replies:
    """One reply channel for each process: a reader hands each `Settled` to whoever waits for its subject."""

    loop: asyncio.AbstractEventLoop | None = None
    waiting: dict[UUID, set[asyncio.Future[Settled]]] = {}
    reader: asyncio.Task[None] | None = None
    channel: asyncio.Future[str]


def event_loop() -> asyncio.AbstractEventLoop | None:
    """The loop in which this process listens, once it does."""
    return _Replies.loop


async def reply_channel() -> str:
    """The name of this process's reply channel, subscribed to; its reader starts on the first call.

    "" while Valkey is away: the row is looked at each second. Who returned before the channel was subscribed to could
    miss the reply, and a loop that ended then would wait for ever: redis swallows a cancellation while it connects.
    """
    loop = asyncio.get_running_loop()
    if _Replies.loop is not loop or _Replies.reader is None or _Replies.reader.done():
        _Replies.loop, _Replies.waiting, _Replies.channel = loop, {}, loop.create_future()
        _Replies.reader = loop.create_task(_read(_Replies.channel))
    channel = _Replies.channel  # another call may begin anew meanwhile
    if not channel.done():
        await asyncio.wait([channel], timeout=SUBSCRIBE_SECONDS)
    return channel.result() if channel.done() else ""


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
            settled = opened(message["data"])
        except (msgspec.DecodeError, KeyError, TypeError):
            log.warning("dropped a reply that cannot be read")
            continue
        if not isinstance(settled, Settled):
            continue
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
