"""The socket of a live function: a notebook connects out, with its API token, and answers for one version.

It is given the inputs of that version's cases and nothing else: no key, no address of the store, no other job. What it
says counts for attempts that were given to this connection, whatever it names.
"""

import asyncio
import logging
import time
from asyncio import to_thread
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from hashlib import sha256
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
from gpu_workers.protocol.texts import storable

from .answers import answers_of, largest_of, read, unfinished_of
from .bridge import CALL_SECONDS, Bridge
from .calls import Given, given_to, inputs_of
from .presence import SEATS, leave_seat, set_offline, set_online, take_seat
from .unusable import Unusable

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
FAILED = "The function failed on this input."
UNREADABLE = "What the function answered cannot be read."
ANSWERED = "It is not, or no longer, this notebook's; another attempt answers it."
FULL = f"Your team has {SEATS} functions connected, as many as it may. Stop one, then serve this one again."
TOO_SLOW = f"The function did not answer within {CALL_SECONDS / 60:.0f} minutes and was stopped."
CODES = {401: 4401, 403: 4403, 404: 4404, 409: 4409, 410: 4410, 413: 1009, 429: 4429}


class FunctionSocket(BrowserSocket):
    """One notebook's connection."""

    hears = frozenset({"atrium.message"})
    bridge: Bridge | None = None
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

    async def disconnect(self, code: int) -> None:
        """A notebook that says that it leaves lets go of its calls at once; one that was cut off may come back."""
        self._still()
        for task in self.tasks:
            task.cancel()
        if self.bridge is not None and (code == 1000 or self.is_closing):
            await self._leave(self.bridge)

    def _still(self) -> None:
        if self.unwatch is not None:
            self.unwatch()
            self.unwatch = None
        if self.clock is not None and self.clock is not asyncio.current_task():
            self.clock.cancel()

    async def _leave(self, bridge: Bridge) -> None:
        self.bridge = None
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
            await self._unreadable(text, error)
            return
        given = None
        if self.bridge is not None and isinstance(message, Answered | Raised | Stopped):
            given = self.bridge.claim(message.job, message.attempt)
        if given is not None:
            self.spending.give_back(len(text))
        if self.spending.is_over:
            await self._end(Problem("too_many_requests", "The notebook says too much at once."), again=True)
        elif isinstance(message, Ready):
            await self._ready(message)
        elif self.bridge is None:
            await self._end(Problem("malformed", "Say `ready` first."))
        elif isinstance(message, Leaving):
            await self._leave(self.bridge)
            await self._end(Problem("gone", "The notebook left."))
        elif isinstance(message, Told):
            if len(text) <= PART:
                await self._told(self.bridge, message)
        elif not isinstance(message, Alive):
            self._spawn(self._ended(self.bridge, given, message))

    async def _unreadable(self, text: str, error: Exception) -> None:
        """One that names a call ends that call, so that nobody is given the same case to fail in the same way."""
        bridge = self.bridge
        job = None if bridge is None else next((job for job in bridge.running if str(job) in text), None)
        if bridge is None or job is None:
            await self._end(Problem("malformed", f"This is no message of a live function: {error}"))
            return
        given, _ = bridge.running[job]
        await bridge.finish(given, error=Failure("model_failed", UNREADABLE, str(error)))
        await self._say(Taken(job, given.running.attempt, f"{UNREADABLE} {error}"))

    async def _ready(self, ready: Ready) -> None:
        if self.bridge is not None:
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
        self.bridge = bridge

    def _note(self, what: str) -> None:
        with team_context(self.principal):
            version = version_for(self.principal, self.version_id)
            record(self.principal, what, version, project_id=version.model.project_id)

    async def _told(self, bridge: Bridge, message: Told) -> None:
        given = bridge.held(message.job, message.attempt)
        if given is None:
            return
        with suppress(Unusable):  # its end says what is wrong with it
            part = message.answers
            answers = None if part is None else unfinished_of(self.interface, read(self.interface, part), given.inputs)
            await bridge.tell(given, message, answers)

    async def _ended(self, bridge: Bridge, given: Given | None, message: Answered | Raised | Stopped) -> None:
        """given: the call, claimed for this end; None where it has ended already, or never was this notebook's."""
        running = Running(message.job, message.attempt)
        refused = ""
        if running in bridge.busy:
            bridge.busy.discard(running)
            await bridge.post_heartbeat()
        elif given is None:
            refused = ANSWERED
        else:
            match message:
                case Answered():
                    refused = await self._answered(bridge, given, message)
                case Raised():
                    detail = storable(f"{message.error}\n{message.trace}").strip()
                    await bridge.finish(given, error=Failure("model_failed", FAILED, detail))
                case Stopped():
                    await bridge.finish(given, error=Failure("cancelled", "It was cancelled."))
        await self._say(Taken(message.job, message.attempt, refused))

    async def _answered(self, bridge: Bridge, given: Given, message: Answered) -> str:
        """Why it was refused; "" where it was taken."""
        try:
            if given.puts and not await self._is_first(bridge, given, message.answers):
                bridge.ending.pop(given.running.job, None)
                return ANSWERED
            told = read(self.interface, message.answers)
            answers = await answers_of(self.interface, told, given.puts, given.inputs)
            await bridge.finish(given, answers=answers, seconds=message.seconds)
        except Unusable as unusable:
            error = Failure(unusable.code, str(unusable), unusable.detail)
            await bridge.finish(given, error=error, seconds=message.seconds)
            return unusable.told
        except Problem as problem:
            await bridge.finish(given, error=Failure(problem.code, problem.message))
            return problem.message
        return ""

    async def _is_first(self, bridge: Bridge, given: Given, answers: Mapping[str, msgspec.Raw]) -> bool:
        """An attempt has one answer, by whichever connection it came first: the key of its pictures is the attempt's,
        and another's bytes would not be what the first one's hash says. It may be said again."""

        def claimed() -> bool:
            digest = sha256(b"".join(answers[name] for name in sorted(answers))).hexdigest()
            name = f"live-answer:{given.running.job}:{given.running.attempt}"
            return cache.add(name, digest, timeout=3600) or cache.get(name) == digest

        still = await given_to(self.principal, self.version_id, bridge.name, given.running)
        return still is not None and await to_thread(claimed)

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
            running = tuple(given.running for given, _ in self.bridge.running.values())
            await self._say(Welcome(running, self.largest))
        if isinstance(said, Assign):
            self._spawn(self._begin(self.bridge, Running(said.job, said.attempt)))
        elif said is not None:
            await self._stop(self.bridge, Running(said.job, said.attempt))

    async def _begin(self, bridge: Bridge, running: Running) -> None:
        if bridge.has(running):
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

    async def _tick(self) -> None:
        while True:
            if time.monotonic() - self.heard > GONE_SECONDS:
                await self._end(Problem("gone", "The notebook was not heard for too long."), again=True)
                return
            bridge = self.bridge
            if bridge is not None:
                await self._beat(bridge)
            is_waiting = bridge is None or not bridge.is_welcome
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
        for given in bridge.overdue:
            bridge.drop(given.running)
            await bridge.finish(given, error=Failure("model_too_slow", TOO_SLOW), seconds=CALL_SECONDS)
            await self._say(Cancel(given.running.job, given.running.attempt))
