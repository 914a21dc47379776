"""While the database is away every request is answered at once, those under way too, by a 503 that says when to return.

A thread that waits for a silent database cannot be ended; its request can. The gate answers in its place and throws
away what the thread says later. What the database had committed by then stays committed.
"""

from io import BytesIO

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse

from atrium.asgi import App, Message, Receive, Scope, Send, send_response
from atrium.errors import Problem, Unavailable
from atrium.errors.middleware import present

from . import watch
from .middleware import RequestMiddleware

OPEN = ("/health/", "/static/")
"""Need no database."""
AWAY = "The database is away. What was accepted is kept; try again in a moment."


class _Exchange:
    """One request under way, and whether its answer has begun."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self._begun = self._refused = False

    async def send(self, message: Message) -> None:
        if not self._refused:
            self._begun = True
            await self._send(message)

    async def refuse(self) -> None:
        """Answer 503, unless an answer has begun."""
        if self._begun or self._refused:
            return
        self._refused = True
        await send_response(refusal(self._scope, Unavailable(AWAY)), self._send)


class DatabaseGate:
    """ASGI middleware; the outermost, and the one that starts the watch."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._under_way: set[_Exchange] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        watch.start(self._refuse_all)
        if scope["type"] != "http" or scope["path"].startswith(OPEN):
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send)
        if watch.is_away("database"):
            await exchange.refuse()
            return
        self._under_way.add(exchange)
        try:
            await self._app(scope, receive, exchange.send)
        finally:
            self._under_way.discard(exchange)

    async def _refuse_all(self) -> None:
        for exchange in tuple(self._under_way):
            await exchange.refuse()


def refusal(scope: Scope, problem: Problem) -> HttpResponse:
    """A document for programs, a page for people, for what never reached a view; made without the database."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = present(problem, request)
        response["Cache-Control"] = "no-store"
        response["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
        return response

    response: HttpResponse = RequestMiddleware(answer)(ASGIRequest(scope, BytesIO()))  # type: ignore[assignment]
    return response
