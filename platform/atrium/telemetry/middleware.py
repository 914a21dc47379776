"""Gives each request an id that its logs, its problems, its answer and its jobs carry, and counts it."""

from time import perf_counter

from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, clear_contextvars
from uuid6 import uuid7

from atrium import __version__
from atrium.middleware import Around

from .metrics import count_request


class RequestMiddleware(Around):
    def enter(self, request: HttpRequest) -> None:
        request.id = str(uuid7())  # type: ignore[attr-defined]
        request.begun = perf_counter()  # type: ignore[attr-defined]
        clear_contextvars()
        bind_contextvars(request=request.id)  # type: ignore[attr-defined]

    def leave(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response["Request-Id"] = request.id  # type: ignore[attr-defined]
        response["Atrium-Version"] = __version__
        count_request(request, response.status_code, perf_counter() - request.begun)  # type: ignore[attr-defined]
        return response
