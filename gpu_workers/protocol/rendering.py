"""What web and chores ask of the inputs process, over a Unix socket.

Each message is a 4-byte big-endian length, then msgpack. Requests of one connection are answered in their order. An
empty one is answered by an empty one, at once: whether the process hears at all.

`kind` is that of the bytes (`KINDS`): what a stranger's file is read as, and what our own bytes are.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from .edits import Edit
from .study import Box, Suspicion

MAX_BYTES = 25 * 1000 * 1000
"""Of one file that a stranger sends."""
MAX_MADE = 64 * 1000 * 1000
"""Of our own bytes of one input, which are not packed as tightly as what people send."""

KINDS = {
    "bytes": "application/octet-stream",
    "image": "image/png",
    "audio": "audio/wav",
    "series": "application/vnd.apache.arrow.stream",
    "study": "application/zip",
    "rows": "application/vnd.apache.arrow.file",
    "mask": "image/png",
}
"""By kind the content type of our own bytes.

bytes: as they came. facts: bytes (how many).
image: a PNG, upright, 8 bits a channel, L or RGB, no metadata. facts: width, height (pixels).
audio: as `wav` says. facts: rate_hz, channels, seconds.
series: as `gpu_workers.series` says. facts: rate_hz, leads, unit, seconds.
rows: as `gpu_workers.rows` says. facts: count (of rows), names (of columns), notes (sentences of how it was read).
study: as `study` says. facts: frames, rows, columns, spacing_mm, modality, photometric.
mask: a PNG of class indices, 8 bits; an answer, no input. facts: width, height, classes (as `MaskClass`).
"""
ENDINGS = {
    "bytes": "bin",
    "image": "png",
    "audio": "wav",
    "series": "arrow",
    "study": "zip",
    "rows": "arrow",
    "mask": "png",
}
"""Of the name of such a file, where one is taken away."""
KIND_OF = {content_type: kind for kind, content_type in KINDS.items() if kind != "mask"}


class Decode(Struct, frozen=True, tag=True):
    """Turn a stranger's file into our own bytes of a kind.

    options: what the interface declares of them; of an image its `mode`. name: the input's own, for messages only.
    """

    data: bytes
    kind: str
    options: dict[str, Any] = {}
    name: str = ""


class Render(Struct, frozen=True, tag=True):
    """Apply edits to a stored original of ours. The same list on the same bytes gives the same bytes."""

    data: bytes
    kind: str
    edits: tuple[Edit, ...]


class Thumbnail(Struct, frozen=True, tag=True):
    """A PNG of a stored original, whatever its kind, whose longer side is at most `side` pixels."""

    data: bytes
    kind: str
    side: Annotated[int, Meta(ge=16, le=1024)] = 160


class Cover(Struct, frozen=True, tag=True):
    """Black out regions of a study of ours for good, in every frame."""

    data: bytes
    boxes: Annotated[tuple[Box, ...], Meta(min_length=1, max_length=100)]
    kind: str = "study"


class Look(Struct, frozen=True, tag=True):
    """A PNG of one frame of a study of ours by its first window, its longer side at most `side` pixels."""

    data: bytes
    frame: Annotated[int, Meta(ge=0)]
    side: Annotated[int, Meta(ge=16, le=2048)] = 1024
    kind: str = "study"


class Made(Struct, frozen=True, tag=True):
    """Our own bytes; facts about them by kind as `KINDS` says, as JSON holds them; sha256 in hex.

    suspicion: why somebody is to look at it before it is used, where there is a reason.
    """

    data: bytes
    sha256: str
    kind: str
    facts: dict[str, Any]
    suspicion: Suspicion = Suspicion()

    @property
    def content_type(self) -> str:
        return KINDS[self.kind]


class Refused(Struct, frozen=True, tag=True):
    """The input cannot be taken; code is of `atrium.errors`' register, message a sentence that says what to do."""

    code: str
    message: str


class Long(Struct, frozen=True, tag=True):
    """A request about many pictures at once, which may take `LONG_SECONDS`."""

    request: Decode | Render | Thumbnail | Cover | Look


Asked = Decode | Render | Thumbnail | Cover | Look
Request = Asked | Long
Reply = Made | Refused

encode = msgspec.msgpack.encode
request = msgspec.msgpack.Decoder(Request).decode
reply = msgspec.msgpack.Decoder(Reply).decode

LONG_SECONDS = 10.0
_LONG = encode(Long(Thumbnail(b"", "")))[: len(b"?\xa4type\xa4Long")]


def is_long(body: bytes) -> bool:
    """Whether an encoded request is a `Long`: told by its first bytes, so that nothing is taken apart."""
    return body.startswith(_LONG)


def patient(asked: Asked) -> Request:
    """The request, as a `Long` where it is about a study, or a DICOM file, for which a large library is loaded."""
    return Long(asked) if asked.kind == "study" or asked.data.startswith(b"DICM", 128) else asked
