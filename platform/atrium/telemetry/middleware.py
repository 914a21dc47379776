"""Gives each request an id that its logs, its problems, its answer and its jobs carry, and counts it."""

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, clear_contextvars
from uuid6 import uuid7

from atrium import __version__

from .metrics import count_request


class RequestMiddleware:
    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        self._begin(request)
        if self.is_async:
            return self._asynchronously(request)
        return self._end(request, self.get_response(request))

    async def _asynchronously(self, request: HttpRequest) -> HttpResponse:
        return self._end(request, await self.get_response(request))

    def _begin(self, request: HttpRequest) -> None:
        request.id = str(uuid7())  # type: ignore[attr-defined]
        request.begun = perf_counter()  # type: ignore[attr-defined]
        clear_contextvars()
        bind_contextvars(request=request.id)  # type: ignore[attr-defined]

    def _end(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response["Request-Id"] = request.id  # type: ignore[attr-defined]
        response["Atrium-Version"] = __version__
        count_request(request, response.status_code, perf_counter() - request.begun)  # type: ignore[attr-defined]
        return response
