"""The base of sockets: only the browser at the other end speaks as the browser.

Channels gives messages of the connection and of the channel layer to the same handlers by their type. Whoever can
write to Valkey could otherwise send a `websocket.receive` and act as the person whose page is open.
"""

import logging
from typing import Any, ClassVar

from channels.generic.websocket import AsyncWebsocketConsumer

from .bodies import Message, Receive, Scope, Send

log = logging.getLogger("atrium.access")


class _Said(dict[str, Any]):
    """A message of the connection itself."""


class BrowserSocket(AsyncWebsocketConsumer):  # type: ignore[misc]
    """hears: the types of message that a subclass takes from the channel layer; others are dropped."""

    hears: ClassVar[frozenset[str]] = frozenset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def said() -> Message:
            return _Said(await receive())

        await super().__call__(scope, said, send)

    async def dispatch(self, message: Message) -> None:
        if isinstance(message, _Said) or message["type"] in self.hears:
            await super().dispatch(message)
        else:
            log.warning("dropped a message that the channel layer may not bring")
