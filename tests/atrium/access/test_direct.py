"""The way past Django's handler leaves nothing open."""

import asyncio
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from atrium.access.direct import Direct
from atrium.asgi import Message

FORM = b'--x\r\nContent-Disposition: form-data; name="film"; filename="film.png"\r\n\r\nbytes\r\n--x--\r\n'
SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/ask",
    "query_string": b"",
    "headers": [
        (b"host", b"localhost"),
        (b"content-type", b"multipart/form-data; boundary=x"),
        (b"content-length", str(len(FORM)).encode()),
    ],
}


def test_files_are_closed_although_nobody_takes_the_answer() -> None:
    opened: list[Any] = []

    async def view(request: HttpRequest) -> HttpResponse:
        opened.append(request.FILES["film"])
        return HttpResponse("read")

    async def receive() -> Message:
        return {"type": "http.request", "body": FORM}

    async def gone(message: Message) -> None:
        raise OSError("the client is gone")

    with pytest.raises(OSError, match="gone"):
        asyncio.run(Direct("/ask", view, otherwise=view)(dict(SCOPE), receive, gone))  # type: ignore[arg-type]
    assert [file.closed for file in opened] == [True]
