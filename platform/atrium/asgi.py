"""The shapes of ASGI, and how a response of Django's is sent where Django's own handler does not stand in between."""

from collections.abc import Awaitable, Callable
from typing import Any

from django.http import HttpResponse

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


async def send_response(response: HttpResponse, send: Send) -> None:
    """A response that does not stream; its length is told."""
    headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
    headers.append((b"Content-Length", str(len(response.content)).encode()))
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})
