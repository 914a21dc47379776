"""What web and chores ask of the inputs process, over a Unix socket.

Each message is a 4-byte big-endian length, then msgpack. Requests of one connection are answered in their order. An
empty one is answered by an empty one, at once: whether the process hears at all.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from .edits import Edit

MAX_BYTES = 25 * 1000 * 1000
"""Of one file that a stranger sends."""


class Decode(Struct, frozen=True, tag=True):
    """Turn a stranger's file into our own bytes: a PNG, upright, 8 bits a channel, L or RGB, no metadata.

    mode: what the interface declares. name: the file's own name, for messages only.
    """

    data: bytes
    mode: str
    name: str = ""


class Render(Struct, frozen=True, tag=True):
    """Apply edits to a stored original (a PNG of ours). The same list on the same bytes gives the same bytes."""

    data: bytes
    edits: tuple[Edit, ...]


class Thumbnail(Struct, frozen=True, tag=True):
    """A PNG whose longer side is at most `side` pixels."""

    data: bytes
    side: Annotated[int, Meta(ge=16, le=1024)] = 160


class Picture(Struct, frozen=True, tag=True):
    """width and height in pixels; sha256 in hex."""

    data: bytes
    sha256: str
    width: int
    height: int
    mode: str


class Refused(Struct, frozen=True, tag=True):
    """The input cannot be taken; code is of `atrium.errors`' register, message a sentence that says what to do."""

    code: str
    message: str


Request = Decode | Render | Thumbnail
Reply = Picture | Refused

encode = msgspec.msgpack.encode
request = msgspec.msgpack.Decoder(Request).decode
reply = msgspec.msgpack.Decoder(Reply).decode
