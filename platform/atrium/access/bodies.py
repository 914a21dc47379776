"""Bounds every request's body while it arrives: Django spools uploads to disk without a limit."""

import msgspec

from atrium import __version__
from atrium.asgi import App, Message, Receive, Scope, Send
from atrium.errors import Problem
from atrium.errors.documents import CONTENT_TYPE, document


class _TooLarge(Exception):
    pass


class BodyLimit:
    """ASGI middleware: answers 413 as soon as a body is, or says that it will be, longer than `limit` bytes."""

    def __init__(self, app: App, limit: int) -> None:
        self.app, self.limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self.limit:
            await self._refuse(send)
            return
        seen = 0
        started = False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.limit:
                raise _TooLarge
            return message

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, counted, sending)
        except _TooLarge:
            if not started:
                await self._refuse(send)

    async def _refuse(self, send: Send) -> None:
        problem = Problem("too_large")
        headers = [(b"content-type", CONTENT_TYPE.encode()), (b"connection", b"close")]
        headers.append((b"atrium-version", __version__.encode()))
        await send({"type": "http.response.start", "status": problem.status, "headers": headers})
        await send({"type": "http.response.body", "body": msgspec.json.encode(document(problem))})
