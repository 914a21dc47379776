"""Serves one asynchronous view past Django's handler.

Django gives each request a thread of its own and takes it through the pages' middleware, nearly all of it synchronous:
a dozen changes of thread, which cost more than the statements of a prediction. A view that knows its caller by a
token, reads no session and answers every error itself needs none of that.
"""

import re
from functools import partial
from io import BytesIO
from typing import Any
from uuid import UUID

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware

from atrium.asgi import App, Receive, Scope, Send, send_response
from atrium.errors.documents import respond
from atrium.errors.middleware import problem_from
from atrium.telemetry.middleware import RequestMiddleware

View = Any
"""An asynchronous view: (request, **ids) to a response that does not stream."""


class Direct:
    """ASGI: paths that match go to `view`, with the pattern's groups as ids; all others to `otherwise`.

    Counted as the pattern's own route, in which ids stand by their names.
    """

    def __init__(self, pattern: str, view: View, otherwise: App) -> None:
        self._pattern, self._view, self._otherwise = re.compile(pattern), view, otherwise
        self._route = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", pattern)
        self._security = SecurityMiddleware(lambda request: HttpResponse())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._pattern.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self._otherwise(scope, receive, send)
            return
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        request = ASGIRequest(scope, BytesIO(body))
        request.route = self._route  # type: ignore[attr-defined]
        ids = {name: UUID(value) for name, value in found.groupdict().items()}
        try:
            response = await RequestMiddleware(partial(self._answer, ids))(request)  # type: ignore[misc]
            await send_response(self._security.process_response(request, response), send)
        finally:
            request.close()

    async def _answer(self, ids: dict[str, UUID], request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()  # raises for a host that is not ours
        except Exception as error:
            return respond(problem_from(error), request)
        response: HttpResponse = await self._view(request, **ids)
        return response
