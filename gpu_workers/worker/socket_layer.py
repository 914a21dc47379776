"""The channel layer of a worker that is outside: one WebSocket to web, which passes sealed envelopes on.

To the worker's line it is what Valkey's layer is inside: `receive`, `send`, `flush`, and a word when it was cut off.
Addresses are those of the store's public side, so nothing but web and the store must be reached, both by the machine's
own connections out.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from gpu_workers.protocol.pools import HEADER, MAX_FRAME, PoolKey

log = logging.getLogger(__name__)
OPEN_SECONDS = 15.0
LONGEST_PAUSE = 15.0
FOR_GOOD = {"unauthenticated", "malformed"}
"""Why a connection is closed, where coming again is of no use."""


class Refused(Exception):
    """Web sent this worker away, and would again; the message says why."""


class SocketLayer:
    """url: of the installation, as in a browser. Connections are made by `receive`, one after the other."""

    on_reconnect: Callable[[], Awaitable[None]] | None = None
    """Called with each new connection: who listens introduces itself anew."""

    def __init__(self, url: str, key: PoolKey) -> None:
        base = url.rstrip("/").replace("http", "ws", 1)
        self._address, self._key = f"{base}/api/v1/pools/{key.place.pool}/work", key
        self._socket: ClientConnection | None = None
        self._failures = 0
        self.channel = ""
        """Where this connection is reached from inside; empty before the first."""

    async def receive(self, channel: str) -> dict[str, bytes]:
        """The next message; raises OSError where the connection is lost, after which it is made anew. Raises Refused.

        channel: everything that comes is for this worker.
        """
        if self._socket is None:
            await self._open()
        socket = self._socket
        assert socket is not None
        try:
            while isinstance(said := await socket.recv(), str):
                self._hear(json.loads(said))
        except (ConnectionClosed, OSError) as closed:
            self._socket = None
            log.warning("the connection to %s was lost (%s); it is made again", self._address, closed)
            raise OSError("the connection was lost") from closed
        return {"data": said}

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        """channel: the other end knows whose it is. Raises OSError where no connection is open."""
        if self._socket is None:
            raise OSError("no connection is open")
        if len(message["data"]) > MAX_FRAME:  # it would end the connection; its job ends as one that was lost
            log.error(
                "an answer of %d bytes is more than may be sent, %d, and is dropped", len(message["data"]), MAX_FRAME
            )
            return
        try:
            await self._socket.send(message["data"])
        except ConnectionClosed as closed:
            raise OSError("the connection was lost") from closed

    async def flush(self) -> None:
        if self._socket is not None:
            with suppress(WebSocketException, OSError):
                await self._socket.close()

    async def _open(self) -> None:
        await asyncio.sleep(min(0.5 * 2**self._failures - 0.5, LONGEST_PAUSE))
        self._failures = min(self._failures + 1, 10)
        options: dict[str, Any] = {"proxy": None} if "//localhost" in self._address or "//127." in self._address else {}
        try:
            socket = await connect(
                self._address,
                additional_headers={HEADER: self._key.proof()},
                max_size=None,
                open_timeout=OPEN_SECONDS,
                **options,
            )
            try:
                self._hear(json.loads(await asyncio.wait_for(socket.recv(), OPEN_SECONDS)))
            except BaseException:
                socket.transport.abort()  # else it is kept alive, and nobody reads it
                raise
        except InvalidStatus as refused:
            log.warning("%s answered %d; trying again", self._address, refused.response.status_code)
            raise OSError("the server did not take the connection") from refused
        except (WebSocketException, TimeoutError, OSError) as error:
            log.warning("%s is not reached (%s); trying again", self._address, type(error).__name__)
            raise OSError("the server is not reached") from error
        self._socket, self._failures = socket, 0
        if self.on_reconnect is not None:
            await self.on_reconnect()

    def _hear(self, said: dict[str, str]) -> None:
        if said["type"] == "closed":
            raise Refused(said["message"]) if said["code"] in FOR_GOOD else OSError(said["message"])
        self.channel = said["channel"]
