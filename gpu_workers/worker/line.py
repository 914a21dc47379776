"""The worker's end of the channel layer: what comes is verified, what goes is sealed and sent in its order.

The layer is Valkey's, or, of a worker of a team's own pool, a WebSocket to web.

Valkey may vanish and come back: the line reconnects, introduces the worker again, and repeats the results of the last
seconds, which may have been lost on the way (the dispatcher takes each attempt's result once).
"""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from redis.exceptions import RedisError

from gpu_workers.protocol.layer import ChannelLayer
from gpu_workers.protocol.messages import Assign, Cancel, Drain, Finished, FromWorker, Hello, Welcome
from gpu_workers.protocol.session import Session
from gpu_workers.protocol.signing import Forged

from .settings import Settings
from .socket_layer import Refused, SocketLayer

log = logging.getLogger(__name__)

RETRY = 0.5
TYPE = "atrium.message"
REPEATED = 256
_DOWN = (RedisError, OSError)


class Listener(Protocol):
    """What takes the dispatcher's words."""

    def hello(self, nonce: bytes) -> Hello: ...
    def welcomed(self) -> None: ...
    def assign(self, message: Assign) -> None: ...
    def cancel(self, message: Cancel) -> None: ...
    def drain(self) -> None: ...


class Line:
    """One listener for each of its channels, one writer, one session at a time."""

    def __init__(self, settings: Settings, listener: Listener) -> None:
        self._settings, self._listener = settings, listener
        self._session = Session(settings.pool_key, settings.worker)
        self._layer: ChannelLayer | SocketLayer = (
            ChannelLayer(hosts=[settings.redis_url])
            if settings.own_key is None
            else SocketLayer(settings.url, settings.own_key)
        )
        self._layer.on_reconnect = self._heard_again
        self._outbox: asyncio.Queue[FromWorker] = asyncio.Queue()
        self._recent: deque[tuple[float, Finished]] = deque(maxlen=REPEATED)
        self._heard = 0.0
        self._introduced = 0.0
        self._wake = asyncio.Event()
        self.dropped: Counter[str] = Counter()
        """Messages that were not taken, by why."""

    @property
    def welcomed(self) -> bool:
        return self._session.welcomed

    @property
    def channel(self) -> str:
        """Where the dispatcher reaches this worker."""
        return self._settings.channel if isinstance(self._layer, ChannelLayer) else self._layer.channel

    def post(self, message: FromWorker) -> None:
        """Sends it after what was posted before; results wait for a Welcome, other messages need one."""
        if isinstance(message, Finished):
            self._forget_results()
            self._recent.append((time.monotonic(), message))
        if self._session.welcomed:
            self._outbox.put_nowait(message)

    @property
    def congested(self) -> bool:
        return not self._outbox.empty()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen(self._settings.channel, self._take))
            if isinstance(self._layer, ChannelLayer):
                tasks.create_task(self._listen(self._settings.everyone, self._asked))
            tasks.create_task(self._write())
            tasks.create_task(self._introduce())

    async def flush(self) -> None:
        """Returns when everything posted is sent."""
        await self._outbox.join()

    async def close(self) -> None:
        with suppress(*_DOWN):
            await self._layer.flush()

    async def _listen(self, channel: str, take: Callable[[bytes], None]) -> None:
        while True:
            try:
                message = await self._layer.receive(channel)
            except _DOWN:
                await asyncio.sleep(RETRY)
                continue
            except Refused:
                raise
            except Exception:  # bytes that are no message at all
                self.dropped["malformed"] += 1
                continue
            data = message.get("data") if isinstance(message, dict) else None
            if isinstance(data, bytes):
                take(data)
            else:
                self.dropped["malformed"] += 1

    def _take(self, data: bytes) -> None:
        try:
            message = self._session.open(data)
        except Forged:
            self.dropped["forged"] += 1
            return
        self._heard = time.monotonic()
        match message:
            case Welcome():
                log.info("welcomed by the dispatcher of pool %s", self._settings.pool)
                self._repeat()
                self._listener.welcomed()
            case Assign():
                self._listener.assign(message)
            case Cancel():
                self._listener.cancel(message)
            case Drain():
                self._listener.drain()

    def _asked(self, data: bytes) -> None:
        """A dispatcher asks who is there. Anybody can write this, so it causes a Hello now and then and no more."""
        if time.monotonic() - self._introduced > self._settings.beat / 4:
            self._introduce_now()

    async def _heard_again(self) -> None:
        """What was said while the line was cut is lost, on both sides: start anew."""
        self._introduce_now()

    def _introduce_now(self) -> None:
        self._introduced = 0.0
        self._wake.set()

    def _repeat(self) -> None:
        self._forget_results()
        for _, message in self._recent:
            self._outbox.put_nowait(message)

    def _forget_results(self) -> None:
        """Those too old to be repeated: one may be megabytes large."""
        since = time.monotonic() - self._settings.silence
        while self._recent and self._recent[0][0] < since:
            self._recent.popleft()

    async def _write(self) -> None:
        while True:
            message = await self._outbox.get()
            try:
                await self._send(self._session.channel, self._session.seal(message))
            finally:
                self._outbox.task_done()

    async def _send(self, channel: str, data: bytes) -> None:
        while True:
            try:
                await self._layer.send(channel, {"type": TYPE, "data": data})
                return
            except _DOWN:
                # What was sent lately may be lost, a Welcome too: start anew when the line is back.
                self._introduce_now()
                await asyncio.sleep(RETRY)

    async def _say_hello(self) -> None:
        """One that could not be sent is made anew: it names the channel of the connection that it goes by."""
        if not self.channel:
            return
        sealed = self._session.introduce(self._listener.hello)
        try:
            await self._layer.send(self._settings.dispatcher, {"type": TYPE, "data": sealed})
        except _DOWN:
            self._introduced = 0.0

    async def _introduce(self) -> None:
        """Says Hello every beat until it is answered, and anew when the dispatcher was silent for long or asked."""
        beat, silence = self._settings.beat, self._settings.silence
        while True:
            self._forget_results()
            now = time.monotonic()
            unanswered = not self._session.welcomed or self._session.waiting
            if now - self._introduced >= beat and (
                unanswered or self._introduced == 0.0 or now - max(self._heard, self._introduced) > silence
            ):
                self._introduced = now
                await self._say_hello()
            with suppress(TimeoutError):
                async with asyncio.timeout(beat / 4):
                    await self._wake.wait()
            self._wake.clear()
