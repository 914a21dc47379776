"""The socket of a team's own pool: a worker behind a firewall connects out, and sealed envelopes go both ways.

This end reads who speaks and to whom, and nothing else: what is sealed is for the dispatcher and the worker. A worker
reaches no channel but its dispatcher's, under no name but its own.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import msgspec
from redis.exceptions import RedisError

from atrium.access.limits import limit
from atrium.access.principals import System
from atrium.access.revocations import InPool, watch
from atrium.access.sockets import BrowserSocket, Spending
from atrium.asgi import Receive, Scope, Send
from atrium.errors import Problem
from atrium.errors.middleware import problem_from
from atrium.tenancy.context import team_context
from atrium.tenancy.threads import in_database
from gpu_workers.protocol.messages import Hello, envelope, from_worker
from gpu_workers.protocol.pools import HEADER, MAX_FRAME, Place, Shown

from .bridges import POOL, secret_of
from .hints import dispatcher_channel
from .pools import place_of

log = logging.getLogger("atrium.pools")
CONNECTIONS_A_MINUTE = 120
GONE_SECONDS = 20.0
"""Without a word for so long the worker is gone; it beats each two seconds."""
MESSAGES, BYTES, WINDOW = 4000, 128 * 2**20, 10.0
"""Of a pool's connections to this process together, in so many seconds."""
OPEN = 32
"""A pool's connections to this process at once."""
REFUSED = "The key of this pool is not, or no longer, valid. Renew it under Team settings, Pools, and copy it here."
CODES = {401: 4401, 413: 1009, 429: 4429}


class _Kind(msgspec.Struct):
    """What a message is, the rest of it unread."""

    type: str


_kind = msgspec.msgpack.Decoder(_Kind).decode


class _Spending(Spending):
    """What one pool's connections to this process say together: however many there are, they share it."""

    def __init__(self) -> None:
        super().__init__(MESSAGES, BYTES, WINDOW)
        self.open = 0

    def takes(self, size: int) -> bool:
        """Whether one more message of so many bytes is within bounds."""
        self.add(size)
        return not self.is_over


_spending: dict[UUID, _Spending] = {}
"""Of pools that have a connection."""


class PoolSocket(BrowserSocket):
    """One worker's connection."""

    hears = frozenset({"atrium.message"})
    clock: asyncio.Task[None] | None = None
    unwatch: Callable[[], None] | None = None
    worker: str = ""
    """Its name, as its first message says it; no other may speak here."""

    spending: _Spending | None = None

    async def connect(self) -> None:
        self.heard = time.monotonic()
        self.is_over = False
        await self.accept()
        header = dict(self.scope["headers"]).get(HEADER.lower().encode(), b"").decode("latin-1")
        shown = Shown.read(header)
        try:
            if shown is None or shown.place.pool != self.scope["url_route"]["kwargs"]["pool_id"]:
                raise Problem("unauthenticated", REFUSED)
            self.shown = shown
            await in_database(self._admit)
            self._take_place(shown.place.pool)
        except Exception as error:
            await self._end(problem_from(error))
            return
        self.clock = asyncio.create_task(self._tick())
        self.unwatch = watch(self._look_again, InPool(shown.place.pool, shown.place.turn))
        await self.send(text_data=msgspec.json.encode({"type": "channel", "channel": self.channel_name}).decode())

    def _admit(self) -> None:
        if not self.shown.is_of(secret_of(self.shown.place)):
            raise Problem("unauthenticated", REFUSED)
        limit("pool connections", str(self.shown.place.pool), count=CONNECTIONS_A_MINUTE, seconds=60)
        self._stands()

    def _take_place(self, pool: UUID) -> None:
        spending = _spending.setdefault(pool, _Spending())
        if spending.open >= OPEN:
            raise Problem("too_many_requests", f"This pool has {OPEN} connections, as many as it may.")
        spending.open += 1
        self.spending = spending

    def _leave_place(self) -> None:
        if self.spending is not None:
            self.spending.open -= 1
            if self.spending.open == 0:
                _spending.pop(self.shown.place.pool, None)
            self.spending = None

    def _stands(self) -> None:
        with team_context(System(self.shown.team, "pool.connection")):
            if place_of(self.shown.place) != self.shown.place:
                raise Problem("unauthenticated", REFUSED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:  # however it ended
            self._stop_watching()
            self._leave_place()

    async def disconnect(self, code: int) -> None:
        if self.clock is not None and self.clock is not asyncio.current_task():
            self.clock.cancel()
        self._stop_watching()

    def _stop_watching(self) -> None:
        if self.unwatch is not None:
            self.unwatch()

    async def _tick(self) -> None:
        while True:
            left = self.heard + GONE_SECONDS - time.monotonic()
            if left < 0:
                await self._end(Problem("gone", "The worker was not heard for too long."))
                return
            await asyncio.sleep(left + 0.1)

    async def _look_again(self) -> None:
        """The key may count no longer. Where that could not be read it is looked again."""
        try:
            await in_database(self._stands)
        except Problem as problem:
            if problem.status == 401:
                self._stop_watching()
                await self._end(problem)

    async def _end(self, problem: Problem) -> None:
        if not self.is_over:
            self.is_over = True
            with suppress(OSError, RuntimeError):
                told = {"type": "closed", "code": problem.code, "message": problem.message}
                await self.send(text_data=msgspec.json.encode(told).decode())
                await self.close(CODES.get(problem.status, 4400))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.is_over or self.clock is None or self.spending is None:
            return
        self.heard = time.monotonic()
        data = bytes_data or b""
        if len(data) > MAX_FRAME:
            told = f"A message of {len(data):,} bytes came; a worker's has at most {MAX_FRAME:,}."
            await self._end(Problem("too_large", told))
        elif not self.spending.takes(len(data)):
            await self._end(Problem("too_many_requests", "The pool's workers say too much at once."))
        elif not self._is_own(data):
            await self._end(Problem("malformed", "That is no message of a worker of this pool."))
        else:
            await self._pass_on(data)

    def _is_own(self, data: bytes) -> bool:
        """Whether it is sealed by a worker of this pool, the same each time, whose Hello names this connection."""
        try:
            sealed = envelope(data)
            if Place.of_worker(sealed.sender) != self.shown.place or self.worker not in ("", sealed.sender):
                return False
            self.worker = sealed.sender
            if _kind(sealed.body).type != Hello.__name__:
                return True
            hello = from_worker(sealed.body)
        except msgspec.MsgspecError:
            return False
        return isinstance(hello, Hello) and hello.channel == self.channel_name

    async def _pass_on(self, data: bytes) -> None:
        try:
            await self.channel_layer.send(dispatcher_channel(POOL), {"type": "atrium.message", "data": data})
        except (RedisError, OSError):  # the worker introduces itself anew, and says again what counts
            log.warning("the message service is away; a worker's message was lost")

    async def atrium_message(self, event: dict[str, Any]) -> None:
        data = event.get("data")
        if isinstance(data, bytes) and not self.is_over:
            with suppress(OSError, RuntimeError):
                await self.send(bytes_data=data)
