"""What middlewares have in common that do something with each request and with its answer."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse


class Around:
    """`enter` before the view, `leave` with its answer, whichever kind of server asks."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        self.enter(request)
        if self.is_async:
            return self._asynchronously(request)
        return self.leave(request, self.get_response(request))

    async def _asynchronously(self, request: HttpRequest) -> HttpResponse:
        return await self.leave_async(request, await self.get_response(request))

    def enter(self, request: HttpRequest) -> None:
        """Before anything reads the request."""

    def leave(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        raise NotImplementedError

    async def leave_async(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The same; for who waits in it."""
        return self.leave(request, response)
