"""The base of sockets: only the browser at the other end speaks as the browser.

Channels gives messages of the connection and of the channel layer to the same handlers by their type. Whoever can
write to Valkey could otherwise send a `websocket.receive` and act as the person whose page is open.
"""

import logging
import time
from hashlib import sha256
from typing import Any, ClassVar

from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from structlog.contextvars import bind_contextvars
from uuid6 import uuid7

from atrium.asgi import Message, Receive, Scope, Send
from atrium.errors import NotFound
from atrium.telemetry.metrics import SOCKETS

from .door import member_for
from .principals import Member
from .revocations import Session
from .views import person_of

log = logging.getLogger("atrium.access")


class _Said(dict[str, Any]):
    """A message of the connection itself."""


class BrowserSocket(AsyncWebsocketConsumer):  # type: ignore[misc]
    """hears: the types of message that a subclass takes from the channel layer; others are dropped."""

    hears: ClassVar[frozenset[str]] = frozenset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def said() -> Message:
            return _Said(await receive())

        bind_contextvars(request=str(uuid7()))  # what a page asks for by its socket carries that socket's id
        with SOCKETS.labels(type(self).__name__).track_inprogress():
            try:
                await super().__call__(scope, said, send)
            finally:
                if hasattr(self, "channel_name"):  # else no channel could be had
                    await self.channel_layer.leave(self.channel_name)

    async def dispatch(self, message: Message) -> None:
        if isinstance(message, _Said) or message["type"] in self.hears:
            await super().dispatch(message)
        else:
            log.warning("dropped a message that the channel layer may not bring")


class Spending:
    """What is said within some seconds, on one socket or on several that share it, and whether that is too much."""

    def __init__(self, messages: int, size: int, seconds: float) -> None:
        self._most, self._seconds = (messages, size), seconds
        self._begin(time.monotonic())

    def add(self, size: int) -> None:
        """One more message of so many bytes."""
        now = time.monotonic()
        if now - self._since > self._seconds:
            self._begin(now)
        self._messages += 1
        self._bytes += size

    def give_back(self, size: int) -> None:
        """Bytes that were asked for, and so do not count."""
        self._bytes -= size

    @property
    def is_over(self) -> bool:
        return self._messages > self._most[0] or self._bytes > self._most[1]

    def _begin(self, now: float) -> None:
        self._since, self._messages, self._bytes = now, 0, 0


def signed_in(scope: Scope) -> tuple[Member, Session]:
    """Who speaks here now, in the team that the address names; raises NotFound for a stranger.

    The session is read anew: who signed out in another tab is nobody in this one.
    """
    request = HttpRequest()
    request.session = SessionStore(scope["session"].session_key)
    user: Any = get_user(request)
    if not user.is_authenticated:
        raise NotFound
    request.user = user
    session = Session(request.session.session_key or "", user.pk, sha256(user.password.encode()).digest())
    return member_for(person_of(request), scope["url_route"]["kwargs"]["team"]), session
