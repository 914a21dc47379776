"""The socket of a live function: a notebook connects out, with its API token, and answers for one version.

It is given the inputs of that version's cases and nothing else: no key, no address of the store, no other job. What it
says counts for attempts that were given to this connection, whatever it names.
"""

import asyncio
import logging
import time
from asyncio import to_thread
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from apps.endpoints.permissions import can_change_endpoints
from apps.jobs.bridges import bridge_name
from apps.registry.functions import LIVE
from apps.registry.interfaces import read_interface
from apps.registry.selectors import version_for
from atrium.access.door import token_for
from atrium.access.limits import limit
from atrium.access.principals import Token
from atrium.access.revocations import InProject, watch
from atrium.access.sockets import BrowserSocket, Spending
from atrium.asgi import Receive, Scope, Send
from atrium.audit.services import record
from atrium.errors import Conflict, Problem, require
from atrium.errors.middleware import problem_from
from atrium.tenancy.context import team_context
from atrium.tenancy.threads import in_database
from gpu_workers.protocol.interface import Interface
from gpu_workers.protocol.live import (
    PART,
    Alive,
    Answered,
    Closed,
    Leaving,
    Raised,
    Ready,
    Running,
    Stopped,
    Told,
    ToNotebook,
    Welcome,
    encode,
    from_notebook,
)
from gpu_workers.protocol.messages import Assign

from .answers import largest_of
from .bridge import Bridge
from .calls import given_to
from .exchange import Exchange
from .presence import SEATS, leave_seat, set_offline, set_online, take_seat

log = logging.getLogger("atrium.live")
CONNECTIONS_A_MINUTE = 60
GONE_SECONDS = 20.0
"""Without a word for so long the notebook is gone: its machine sleeps, or the network was cut."""
MESSAGES, WINDOW = 600, 10.0
"""Messages of one connection in so many seconds."""
BYTES = 32 * 2**20
"""Of them in that time, without the answers to what it was asked."""
QUOTES = 200_000
"""Of one message: names are what takes long to read, a second for 16 MB of them."""
FULL = f"Your team has {SEATS} functions connected, as many as it may. Stop one, then serve this one again."
CODES = {401: 4401, 403: 4403, 404: 4404, 409: 4409, 410: 4410, 413: 1009, 429: 4429}


class FunctionSocket(BrowserSocket):
    """One notebook's connection."""

    hears = frozenset({"atrium.message"})
    exchange: Exchange | None = None
    """Once the notebook is ready."""
    unwatch: Callable[[], None] | None = None
    clock: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:  # however it ended, nobody speaks for the notebook any more
            self._still()

    async def connect(self) -> None:
        self.tasks: set[asyncio.Task[None]] = set()
        self.heard = time.monotonic()
        self.spending = Spending(MESSAGES, BYTES, WINDOW)
        self.is_closing = self.is_over = self.is_welcomed = False
        self.version_id: UUID = self.scope["url_route"]["kwargs"]["version_id"]
        await self.accept()
        try:
            self.principal, self.interface, project_id = await in_database(self._who)
        except Exception as error:
            await self._end(problem_from(error))
            return
        subjects = self.principal.token_id, self.principal.membership_id, InProject(project_id)
        self.largest = largest_of(self.interface)
        self.unwatch = watch(self._look_again, *subjects)
        self.clock = asyncio.create_task(self._tick())

    def _who(self) -> tuple[Token, Interface, UUID]:
        scheme, _, secret = dict(self.scope["headers"]).get(b"authorization", b"").decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            raise Problem("unauthenticated")
        self.secret = secret.strip()
        token = token_for(self.secret)
        limit("live connections", str(token.token_id), count=CONNECTIONS_A_MINUTE, seconds=60)
        return token, *self._served(token)

    def _served(self, token: Token) -> tuple[Interface, UUID]:
        """(interface, project) of the version; raises a Problem where it may not be answered for."""
        with team_context(token):
            version = version_for(token, self.version_id)
            require(can_change_endpoints(token), f"Viewers cannot serve functions. {token.words}")
            if version.format != LIVE:
                raise Conflict(f"{version} is an uploaded model; a notebook answers for live functions only.")
            if version.archived_at is not None:
                raise Conflict(f"{version} is archived. Bring it back first.")
            return read_interface(version.interface), version.model.project_id

    async def _look_again(self) -> None:
        def still() -> Token:
            token = token_for(self.secret)
            self._served(token)
            return token

        try:
            self.principal = await in_database(still)
        except Problem as problem:
            await self._end(problem)
        else:
            if self.exchange is not None:
                self.exchange.principal = self.principal

    async def disconnect(self, code: int) -> None:
        """A notebook that says that it leaves lets go of its calls at once; one that was cut off may come back."""
        self._still()
        for task in self.tasks:
            task.cancel()
        if self.exchange is not None and (code == 1000 or self.is_closing):
            await self._leave(self.exchange.bridge)

    def _still(self) -> None:
        if self.unwatch is not None:
            self.unwatch()
            self.unwatch = None
        if self.clock is not None and self.clock is not asyncio.current_task():
            self.clock.cancel()

    async def _leave(self, bridge: Bridge) -> None:
        self.exchange = None
        self._still()
        await bridge.leave()
        with suppress(RedisError):
            await set_offline(self.version_id)
            await to_thread(leave_seat, self.principal.team_id, self.version_id, bridge.name)
        await in_database(self._note, "function.left")

    async def _end(self, problem: Problem, *, again: bool = False) -> None:
        if self.is_over:
            return
        self.is_over, self.is_closing = True, not again
        await self._say(Closed(problem.code, problem.message, again))
        with suppress(OSError, RuntimeError):
            await self.close(CODES.get(problem.status, 4400))

    async def _say(self, message: ToNotebook) -> None:
        """Who has gone does not hear it, which `disconnect` tells."""
        with suppress(OSError, RuntimeError):
            await self.send(text_data=encode(message).decode())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._safely(work))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _safely(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:
            log.exception("a live connection failed by our fault")
            await self._end(problem_from(error), again=True)

    # ---- the notebook ----

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self._safely(self._receive(text_data or ""))

    async def _receive(self, text: str) -> None:
        self.heard = time.monotonic()
        self.spending.add(len(text))
        if self.unwatch is None or self.is_over:
            return
        if len(text) > self.largest or text.count('"') > QUOTES:
            bound = f"{self.largest:,} characters and {QUOTES:,} quotes"
            told = f"A message of {len(text):,} characters came; one of this function has at most {bound}."
            await self._end(Problem("too_large", told), again=True)
            return
        try:
            message = from_notebook(text)
        except (msgspec.MsgspecError, RecursionError) as error:
            if self.exchange is None or not await self.exchange.unreadable(text, error):
                await self._end(Problem("malformed", f"This is no message of a live function: {error}"))
            return
        given = None
        if self.exchange is not None and isinstance(message, Answered | Raised | Stopped):
            given = self.exchange.bridge.claim(message.job, message.attempt)
        if given is not None:
            self.spending.give_back(len(text))
        if self.spending.is_over:
            await self._end(Problem("too_many_requests", "The notebook says too much at once."), again=True)
        elif isinstance(message, Ready):
            await self._ready(message)
        elif self.exchange is None:
            await self._end(Problem("malformed", "Say `ready` first."))
        elif isinstance(message, Leaving):
            await self._leave(self.exchange.bridge)
            await self._end(Problem("gone", "The notebook left."))
        elif isinstance(message, Told):
            if len(text) <= PART:
                await self.exchange.told(message)
        elif not isinstance(message, Alive):
            self._spawn(self.exchange.ended(given, message))

    async def _ready(self, ready: Ready) -> None:
        if self.exchange is not None:
            await self._end(Problem("malformed", "It is ready already."))
            return
        name = bridge_name(self.version_id, self.principal.token_id, ready.notebook)
        with suppress(RedisError):
            if not await to_thread(take_seat, self.principal.team_id, self.version_id, name):
                await self._end(Problem("too_many_requests", FULL))
                return
        bridge = Bridge(name, self.version_id, self.channel_name, ready.at_once, self.channel_layer)
        for running in ready.running:
            given = await given_to(self.principal, self.version_id, name, running)
            if given is not None:
                bridge.take(given)
        with suppress(RedisError):
            await cache.aset(f"bridge:{name}", self.channel_name, timeout=3600)
        await in_database(self._note, "function.joined")
        self.exchange = Exchange(bridge, self.version_id, self.interface, self.principal, self._say)

    def _note(self, what: str) -> None:
        with team_context(self.principal):
            version = version_for(self.principal, self.version_id)
            record(self.principal, what, version, project_id=version.model.project_id)

    # ---- the dispatcher ----

    async def atrium_message(self, event: dict[str, Any]) -> None:
        data, exchange = event.get("data"), self.exchange
        if exchange is None or not isinstance(data, bytes):
            return
        bridge = exchange.bridge
        said = await bridge.hear(data)
        if not self.is_welcomed and bridge.is_welcome:
            self.is_welcomed = True
            with suppress(RedisError):
                await set_online(self.version_id)
            running = tuple(given.running for given, _ in bridge.running.values())
            await self._say(Welcome(running, self.largest))
        if isinstance(said, Assign):
            self._spawn(exchange.begin(Running(said.job, said.attempt)))
        elif said is not None:
            await exchange.stop(Running(said.job, said.attempt))

    async def _tick(self) -> None:
        while True:
            if time.monotonic() - self.heard > GONE_SECONDS:
                await self._end(Problem("gone", "The notebook was not heard for too long."), again=True)
                return
            exchange = self.exchange
            if exchange is not None:
                await self._beat(exchange.bridge)
                await exchange.stop_overdue()
            is_waiting = exchange is None or not exchange.bridge.is_welcome
            await asyncio.sleep(0.2 if is_waiting else settings.HEARTBEAT_SECONDS)

    async def _beat(self, bridge: Bridge) -> None:
        """Speaks for the notebook as long as it is heard."""
        try:
            await bridge.beat(await cache.aget(f"bridge:{bridge.name}") in (None, self.channel_name))
            if bridge.is_welcome:
                await set_online(self.version_id)
                await to_thread(take_seat, self.principal.team_id, self.version_id, bridge.name)
        except RedisError:
            log.warning("the message service is away; a connection waits for it")
