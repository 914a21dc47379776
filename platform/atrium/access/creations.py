"""What a creating request carries for its repetition."""

from typing import TypedDict

import msgspec
from rest_framework.request import Request


class Repeatable(TypedDict):
    key: str
    body: bytes


def repeatable(request: Request) -> Repeatable:
    """The Idempotency-Key and the bytes that it stands for, as services take them: the address, and the sorted body."""
    body = msgspec.json.encode(request.data, order="sorted")
    return {"key": request.headers.get("Idempotency-Key", ""), "body": request.path.encode() + b"\n" + body}
