"""What a notebook and the web process say to each other while the notebook answers for a live function.

JSON in the text frames of one WebSocket, `type` names the message. Pictures are data URLs of PNG. The notebook opens
with `ready`; each `call` that it then gets ends by `answered`, `raised` or `stopped`, which the server confirms by
`taken`: what was not confirmed when a connection broke is said again on the next one.
"""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Raw, Struct

LARGEST = 16 * 2**20
"""Bytes of one frame, whoever sends it: what web is started with (`--ws-max-size`)."""
PART = 256 * 1024
"""Bytes of a `told`; a longer one is not read."""
AT_ONCE = 64
"""Calls that one notebook may be given at once, as a batch."""
Words = Annotated[str, Meta(max_length=500)]
Share = Annotated[float, Meta(ge=0, le=1)]


class Running(Struct, frozen=True):
    """One attempt that the notebook was given."""

    job: UUID
    attempt: int


# ---- notebook -> server ----


class Ready(Struct, frozen=True, tag="ready", tag_field="type"):
    """notebook: a random name, the same for all connections of one `serve`. running: calls begun before."""

    notebook: Annotated[str, Meta(pattern=r"^[0-9a-f]{16,64}\Z")]
    at_once: Annotated[int, Meta(ge=1, le=AT_ONCE)] = 1
    running: Annotated[tuple[Running, ...], Meta(max_length=AT_ONCE)] = ()


class Alive(Struct, frozen=True, tag="alive", tag_field="type"):
    """Every few seconds: the notebook is there, whatever its function does."""


class Told(Struct, frozen=True, tag="told", tag_field="type"):
    """How far a call is: a share, a few words, or answers that may still change."""

    job: UUID
    attempt: int
    share: Share | None = None
    text: Words = ""
    answers: dict[str, Raw] | None = None


class Answered(Struct, frozen=True, tag="answered", tag_field="type"):
    """answers: by output: a text, a number, scores as a list in the classes' order or by class, a data URL.

    seconds: that the function took. What is in them is read when it is known that the call is the notebook's.
    """

    job: UUID
    attempt: int
    answers: dict[str, Raw]
    seconds: Annotated[float, Meta(ge=0)] = 0.0


class Raised(Struct, frozen=True, tag="raised", tag_field="type"):
    """The function raised. error: the exception's type, trace: for the team."""

    job: UUID
    attempt: int
    error: Words = ""
    trace: Annotated[str, Meta(max_length=20_000)] = ""


class Stopped(Struct, frozen=True, tag="stopped", tag_field="type"):
    """The function ended because it was told to."""

    job: UUID
    attempt: int


class Leaving(Struct, frozen=True, tag="leaving", tag_field="type"):
    """It takes no more calls, and gives back those that it has; the server closes when they are given back."""


FromNotebook = Ready | Alive | Told | Answered | Raised | Stopped | Leaving


# ---- server -> notebook ----


class Welcome(Struct, frozen=True, tag="welcome", tag_field="type"):
    """Cases reach the notebook from now on. running: the attempts, of those that `ready` named, that are still its
    own; the others run elsewhere. largest: bytes that a message may have; a longer one ends the connection."""

    running: tuple[Running, ...] = ()
    largest: int = LARGEST


class Call(Struct, frozen=True, tag="call", tag_field="type"):
    """inputs: by name: a data URL of an image, a text, a number, or a row of numbers. seconds: that it may take."""

    job: UUID
    attempt: int
    inputs: dict[str, Any]
    seconds: float


class Cancel(Struct, frozen=True, tag="cancel", tag_field="type"):
    """Nobody wants the answer any more."""

    job: UUID
    attempt: int


class Taken(Struct, frozen=True, tag="taken", tag_field="type"):
    """The end of a call has arrived. refused: why its answer could not be used, "" where it was."""

    job: UUID
    attempt: int
    refused: str = ""


class Closed(Struct, frozen=True, tag="closed", tag_field="type"):
    """The last word before the server closes. again: whether to come again after a while. code: of the register."""

    code: str
    message: str
    again: bool


ToNotebook = Welcome | Call | Cancel | Taken | Closed

encode = msgspec.json.encode
from_notebook = msgspec.json.Decoder(FromNotebook).decode
