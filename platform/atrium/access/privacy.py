"""Answers at addresses that hold a secret, or what a guest sees, stay out of indexes and caches; refusals too."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse

PRIVATE = ("/l/", "/r/", "/return/", "/invitations/")


class PrivacyMiddleware:
    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        if self.is_async:
            return self._asynchronously(request)
        return _marked(request, self.get_response(request))

    async def _asynchronously(self, request: HttpRequest) -> HttpResponse:
        return _marked(request, await self.get_response(request))


def _marked(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if request.path.startswith(PRIVATE):
        response["X-Robots-Tag"] = "noindex"
        response.headers.setdefault("Cache-Control", "no-store")
    return response
