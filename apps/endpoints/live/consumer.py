"""The socket of a live function: a notebook connects out, with its API token, and answers for one version.

It is given the inputs of that version's cases and nothing else: no key, no address of the store, no other job. What it
says counts for attempts that were given to this connection, whatever it names.
"""

import asyncio
import logging
import time
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
from atrium.access.sockets import BrowserSocket
from atrium.audit.services import record
from atrium.errors import Conflict, Problem, require
from atrium.errors.middleware import problem_from
from atrium.tenancy.context import team_context
from atrium.tenancy.threads import in_database
from gpu_workers.protocol.interface import Interface
from gpu_workers.protocol.live import (
    Alive,
    Answered,
    Call,
    Cancel,
    Closed,
    Leaving,
    Raised,
    Ready,
    Running,
    Stopped,
    Taken,
    Told,
    ToNotebook,
    Welcome,
    encode,
    from_notebook,
)
from gpu_workers.protocol.messages import Assign, Failure

from .answers import Unusable, answers_of, unfinished_of
from .bridge import CALL_SECONDS, Bridge
from .calls import given_to, inputs_of
from .presence import set_offline, set_online

log = logging.getLogger("atrium.live")
CONNECTIONS_A_MINUTE = 60
GONE_SECONDS = 20.0
"""Without a word for so long the notebook is gone: its machine sleeps, or the network was cut."""
MESSAGES, WINDOW = 600, 10.0
"""Messages of one connection in so many seconds."""
FAILED = "The function failed on this input."
TOO_SLOW = f"The function did not answer within {CALL_SECONDS / 60:.0f} minutes and was stopped."
CODES = {401: 4401, 403: 4403, 404: 4404, 409: 4409, 410: 4410, 429: 4429}


class FunctionSocket(BrowserSocket):
    """One notebook's connection."""

    hears = frozenset({"atrium.message"})
    bridge: Bridge | None = None
    unwatch: Callable[[], None] | None = None
    clock: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        self.tasks: set[asyncio.Task[None]] = set()
        self.heard = self.since = time.monotonic()
        self.count = 0
        self.is_closing = self.is_welcomed = False
        self.version_id: UUID = self.scope["url_route"]["kwargs"]["version_id"]
        await self.accept()
        try:
            self.principal, self.interface, project_id = await in_database(self._who)
        except Exception as error:
            await self._end(problem_from(error))
            return
        subjects = self.principal.token_id, self.principal.membership_id, InProject(project_id)
        self.unwatch = watch(self._look_again, *subjects)

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

    async def disconnect(self, code: int) -> None:
        """A notebook that says that it leaves lets go of its calls at once; one that was cut off may come back."""
        if self.unwatch is not None:
            self.unwatch()
        if self.clock is not None:
            self.clock.cancel()
        for task in self.tasks:
            task.cancel()
        if self.bridge is not None and (code == 1000 or self.is_closing):
            await self._leave(self.bridge)

    async def _leave(self, bridge: Bridge) -> None:
        self.bridge = None
        await bridge.leave()
        with suppress(RedisError):
            await set_offline(self.version_id)
        await in_database(self._note, "function.left")

    async def _end(self, problem: Problem, *, again: bool = False) -> None:
        if self.is_closing:
            return
        self.is_closing = not again
        await self._say(Closed(problem.code, problem.message, again))
        await self.close(CODES.get(problem.status, 4400))

    async def _say(self, message: ToNotebook) -> None:
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
        now = self.heard = time.monotonic()
        if now - self.since > WINDOW:
            self.since, self.count = now, 0
        self.count += 1
        if self.unwatch is None or self.is_closing:
            return
        if self.count > MESSAGES:
            await self._end(Problem("too_many_requests", "The notebook says too much at once."), again=True)
            return
        try:
            message = from_notebook(text_data or "")
        except (msgspec.MsgspecError, RecursionError) as error:
            await self._end(Problem("malformed", f"This is no message of a live function: {error}"))
            return
        if isinstance(message, Ready):
            await self._ready(message)
        elif self.bridge is None:
            await self._end(Problem("malformed", "Say `ready` first."))
        elif isinstance(message, Leaving):
            await self._leave(self.bridge)
            await self._end(Problem("gone", "The notebook left."))
        elif not isinstance(message, Alive):
            self._spawn(self._ended(self.bridge, message))

    async def _ready(self, ready: Ready) -> None:
        if self.bridge is not None:
            await self._end(Problem("malformed", "It is ready already."))
            return
        name = bridge_name(self.version_id, self.principal.token_id, ready.notebook)
        bridge = Bridge(name, self.version_id, self.channel_name, ready.at_once, self.channel_layer)
        for running in ready.running:
            given = await given_to(self.principal, self.version_id, name, running)
            if given is not None:
                bridge.take(given)
        with suppress(RedisError):
            await cache.aset(f"bridge:{name}", self.channel_name, timeout=3600)
        await in_database(self._note, "function.joined")
        self.bridge = bridge
        self.clock = asyncio.create_task(self._beat(bridge))

    def _note(self, what: str) -> None:
        with team_context(self.principal):
            version = version_for(self.principal, self.version_id)
            record(self.principal, what, version, project_id=version.model.project_id)

    async def _ended(self, bridge: Bridge, message: Told | Answered | Raised | Stopped) -> None:
        running = Running(message.job, message.attempt)
        given = bridge.held(message.job, message.attempt)
        if isinstance(message, Told):
            if given is not None:
                with suppress(Unusable):  # its end says what is wrong with it
                    answers = None if message.answers is None else unfinished_of(self.interface, message.answers)
                    await bridge.tell(given, message, answers)
            return
        refused = ""
        if running in bridge.busy:
            bridge.busy.discard(running)
            await bridge.post_heartbeat()
        elif given is None:
            refused = "It is not, or no longer, this notebook's; another attempt answers it."
        else:
            match message:
                case Answered():
                    try:
                        answers = await answers_of(self.interface, message.answers, given.puts)
                        await bridge.finish(given, answers=answers, seconds=message.seconds)
                    except Unusable as unusable:
                        refused = str(unusable)
                        await bridge.finish(given, error=Failure(unusable.code, refused), seconds=message.seconds)
                    except Problem as problem:
                        refused = problem.message
                        await bridge.finish(given, error=Failure(problem.code, refused))
                case Raised():
                    detail = f"{message.error}\n{message.trace}".replace("\x00", "\ufffd").strip()
                    await bridge.finish(given, error=Failure("model_failed", FAILED, detail))
                case Stopped():
                    await bridge.finish(given, error=Failure("cancelled", "It was cancelled."))
        bridge.busy.discard(running)  # it may have been given up while its answer was read
        await self._say(Taken(message.job, message.attempt, refused))

    # ---- the dispatcher ----

    async def atrium_message(self, event: dict[str, Any]) -> None:
        data = event.get("data")
        if self.bridge is None or not isinstance(data, bytes):
            return
        said = await self.bridge.hear(data)
        if not self.is_welcomed and self.bridge.is_welcome:
            self.is_welcomed = True
            with suppress(RedisError):
                await set_online(self.version_id)
            await self._say(Welcome(tuple(given.running for given, _ in self.bridge.running.values())))
        if isinstance(said, Assign):
            self._spawn(self._begin(self.bridge, Running(said.job, said.attempt)))
        elif said is not None:
            await self._stop(self.bridge, Running(said.job, said.attempt))

    async def _begin(self, bridge: Bridge, running: Running) -> None:
        if bridge.held(running.job, running.attempt) is not None:
            return
        given = await given_to(self.principal, self.version_id, bridge.name, running)
        if given is None:
            return
        bridge.take(given)
        try:
            inputs = await inputs_of(given)
        except Problem as problem:
            await bridge.finish(given, error=Failure(problem.code, problem.message))
            return
        await self._say(Call(running.job, running.attempt, inputs, CALL_SECONDS))

    async def _stop(self, bridge: Bridge, running: Running) -> None:
        if bridge.drop(running):
            await self._say(Cancel(running.job, running.attempt))

    async def _beat(self, bridge: Bridge) -> None:
        """Speaks for the notebook as long as it is heard."""
        while True:
            if time.monotonic() - self.heard > GONE_SECONDS:
                await self._end(Problem("gone", "The notebook was not heard for too long."), again=True)
                return
            try:
                await bridge.beat(await cache.aget(f"bridge:{bridge.name}") in (None, self.channel_name))
                if bridge.is_welcome:
                    await set_online(self.version_id)
            except RedisError:
                log.warning("the message service is away; a connection waits for it")
            for given in bridge.overdue:
                bridge.drop(given.running)
                await bridge.finish(given, error=Failure("model_too_slow", TOO_SLOW), seconds=CALL_SECONDS)
                await self._say(Cancel(given.running.job, given.running.attempt))
            await asyncio.sleep(0.2 if not bridge.is_welcome else settings.HEARTBEAT_SECONDS)
