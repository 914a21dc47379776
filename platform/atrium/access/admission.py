"""A web process works on so many requests at once; who finds no place within a moment is asked to come again.

Without it a crowd makes everybody wait, the longer the more come, and each later one gives up and comes back. With it
those who are let in are answered in their time, and the others are told so at once, by 429 and when to return.

A place is held from the end of a request's body to the beginning of its answer, so that slow lines hold none; nor does
who waits for a model or for the inputs process (`resting`). Callers take turns: one who floods waits for itself. A
socket holds a place while it opens, and for each message while that is worked on (`admitted`).

Who asks is told by the token or the cookies, but only those that the door has known before (`vouch`): who makes some up
for each request takes turns as the one address that all of them come from.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from hashlib import blake2b
from uuid import UUID

import msgspec
from django.http import HttpResponse

from atrium.asgi import App, Message, Receive, Scope, Send, send_response
from atrium.errors import Problem
from atrium.errors.documents import CONTENT_TYPE, document, with_headers
from atrium.telemetry.gate import OPEN, refusal
from atrium.telemetry.metrics import REQUESTS

PATIENCE = 0.4
"""Seconds for which a program waits for a place; it comes back by itself."""
PEOPLE = 2.0
"""A page, one of the pictures on it, or what it asks by its socket: its reader would rather wait than see it fail."""
KNOWN = 20_000
"""Callers who are remembered."""
API = "/api/"
CROWDED = "More is asked of Atrium than it can answer at once. Try again in a second."


class Crowded(Exception):
    """No place was free in time."""


class Places:
    """count: of requests that may be worked on at once."""

    def __init__(self, count: int) -> None:
        self.free = count
        self._lines: OrderedDict[bytes, deque[asyncio.Future[None]]] = OrderedDict()
        """Of each caller those who wait, in the order of the callers' turns; none is empty."""

    async def enter(self, caller: bytes, patience: float) -> None:
        """Take a place when it is the caller's turn; raises Crowded after `patience` seconds. Who entered leaves."""
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines.setdefault(caller, deque()).append(place)
        self._let_in()
        if place.done():
            return
        try:
            await asyncio.wait([place], timeout=patience)
        except asyncio.CancelledError:
            if place.done():
                self.leave()
            place.cancel()
            raise
        if not place.done():
            place.cancel()
            raise Crowded

    def leave(self) -> None:
        self.free += 1
        self._let_in()

    def take(self) -> None:
        """A place for who was in before, at once: for a while there are more than `count`."""
        self.free -= 1

    def _let_in(self) -> None:
        while self.free > 0 and self._lines:
            caller, line = next(iter(self._lines.items()))
            place = line.popleft()
            if line:
                self._lines.move_to_end(caller)
            else:
                del self._lines[caller]
            if not place.done():  # else it has given up
                self.free -= 1
                place.set_result(None)


class _Visit:
    """One request on its way. caller: who asks, once the door knows."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._inside = False
        self.caller = b""

    async def enter(self, caller: bytes, patience: float) -> None:
        await self._places.enter(caller, patience)
        self._inside = True

    def leave(self) -> bool:
        """Whether it held a place until now."""
        held, self._inside = self._inside, False
        if held:
            self._places.leave()
        return held

    def come_back(self) -> None:
        self._places.take()
        self._inside = True


_visit: ContextVar[_Visit | None] = ContextVar("atrium_visit", default=None)
_socket: ContextVar[tuple[Places, bytes] | None] = ContextVar("atrium_socket", default=None)
"""Where the messages of the open socket find a place, and whose they are."""


@asynccontextmanager
async def admitted() -> AsyncIterator[None]:
    """Hold a place for one message of a socket; raises too_many_requests where none is free in time.

    What is said of it is said afterwards: who does not read holds none. Where nobody counts places it holds none.
    """
    socket = _socket.get()
    if socket is None:
        yield
        return
    places, caller = socket
    visit = _Visit(places)
    try:
        await visit.enter(caller, PEOPLE)
    except Crowded:
        raise Problem("too_many_requests", CROWDED) from None
    mark = _visit.set(visit)
    try:
        yield
    finally:
        visit.leave()
        _visit.reset(mark)


def vouch(caller: UUID) -> None:
    """The door has found whose the token or the cookies of this request are: a token's id, a person's, a guest's."""
    visit = _visit.get()
    if visit is not None:
        visit.caller = caller.bytes


@contextmanager
def resting() -> Iterator[None]:
    """For who waits for another process: its place is somebody else's meanwhile."""
    visit = _visit.get()
    held = visit is not None and visit.leave()
    try:
        yield
    finally:
        if visit is not None and held:
            visit.come_back()


class _Callers:
    """Who asks, as far as that can be told before anything is read."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, bytes] = OrderedDict()
        """By the token or the cookies that the door knew."""

    def of(self, scope: Scope) -> bytes:
        """Whose the token or the cookies are where they were good before, else the address."""
        return self._known.get(_said(scope)) or str((scope.get("client") or ("",))[0]).encode()

    def keep(self, scope: Scope, caller: bytes) -> None:
        """A token or cookies that end later are worth that one caller's turn."""
        said = _said(scope)
        self._known[said] = caller
        self._known.move_to_end(said)
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)


def _said(scope: Scope) -> bytes:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    return blake2b(headers.get(b"authorization") or headers.get(b"cookie") or b"", digest_size=16).digest()


class Admission:
    """ASGI middleware. The health page and static files need no place."""

    def __init__(self, app: App, places: int) -> None:
        self._app = app
        self._places = Places(places)
        self._callers = _Callers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._opened(scope, receive, send)
            return
        if scope["type"] != "http" or scope["path"].startswith(OPEN):
            await self._app(scope, receive, send)
            return
        visit = _Visit(self._places)
        read = False
        patience = PATIENCE if scope["path"].startswith(API) else PEOPLE

        async def receiving() -> Message:
            nonlocal read
            message = await receive()
            if not read and message["type"] == "http.request" and not message.get("more_body", False):
                read = True
                await visit.enter(self._callers.of(scope), patience)
            return message

        async def sending(message: Message) -> None:
            visit.leave()
            await send(message)

        mark = _visit.set(visit)
        try:
            await self._app(scope, receiving, sending)
        except Crowded:
            await _refuse(scope, send)
        finally:
            visit.leave()
            _visit.reset(mark)
            if visit.caller:
                self._callers.keep(scope, visit.caller)

    async def _opened(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A handshake that finds no place is refused; the page comes back by itself, later each time."""
        visit, caller = _Visit(self._places), self._callers.of(scope)

        async def sending(message: Message) -> None:
            visit.leave()
            await send(message)

        try:
            await visit.enter(caller, PEOPLE)
        except Crowded:
            await send({"type": "websocket.close"})
            return
        mark = _socket.set((self._places, caller))
        try:
            await self._app(scope, receive, sending)
        finally:
            visit.leave()
            _socket.reset(mark)


async def _refuse(scope: Scope, send: Send) -> None:
    """429. To a program in as few steps as may be: a refusal that costs as much as an answer helps nobody."""
    problem = Problem("too_many_requests", CROWDED)
    if not scope["path"].startswith(API):
        await send_response(refusal(scope, problem), send)
        return
    REQUESTS.labels("none", str(problem.status)).inc()
    response = with_headers(HttpResponse(msgspec.json.encode(document(problem)), content_type=CONTENT_TYPE), problem)
    response.status_code = problem.status
    await send_response(response, send)
