"""Pictures from strangers' files, and edits on them, done by the inputs process: web itself decodes nothing.

`decode` and `render` are for async callers, `decode_now`, `thumbnail_now` and `small_now` for pages and chores. Each
gives a Picture (PNG bytes, sha256, width, height, mode) or raises a Problem: one of the `input_…` codes with a sentence
for the person, `busy`, or `inputs_unavailable` where the process is away.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

from atrium.errors import Problem
from atrium.telemetry.metrics import REFUSED_INPUTS
from gpu_workers.protocol.edits import Edit
from gpu_workers.protocol.rendering import MAX_BYTES, Decode, Picture, Render, Reply, Request, Thumbnail

from . import connections

__all__ = ["Picture", "decode", "decode_now", "render", "small_now", "thumbnail_now"]

_one = Lock()
"""Held by who has a small picture made."""


async def decode(data: bytes, mode: str, name: str = "") -> Picture:
    """A stranger's file as our own PNG. mode: L or RGB. name: the file's own, for messages only."""
    return _picture(await connections.ask(_decode(data, mode, name)))


async def render(data: bytes, edits: Sequence[Edit]) -> Picture:
    """All of `edits` on a picture that `decode` gave; those of other inputs are the caller's to leave out."""
    return _picture(await connections.ask(Render(data, tuple(edits))))


def decode_now(data: bytes, mode: str, name: str = "") -> Picture:
    """As `decode`."""
    return _picture(connections.ask_now(_decode(data, mode, name)))


def thumbnail_now(data: bytes, side: int = 160) -> Picture:
    """A picture that `decode` or `render` gave, its longer side at most `side` pixels (16 to 1024).

    One at a time in this process, the others wait here: a list of fifty cases asks for fifty at once, and a prediction
    must find at most one of them before itself in the inputs process.
    """
    with _in_turn():
        return _picture(connections.ask_now(Thumbnail(data, side)))


def small_now(data: bytes, side: int) -> Picture:
    """A stranger's file as a picture of ours, its longer side at most `side` pixels; in turn, as `thumbnail_now`."""
    with _in_turn():
        whole = decode_now(data, "RGB")
        if max(whole.width, whole.height) <= side:
            return whole
        return _picture(connections.ask_now(Thumbnail(whole.data, side)))


@contextmanager
def _in_turn() -> Iterator[None]:
    if not _one.acquire(timeout=connections.TIMEOUT):
        raise Problem("busy", "Many small pictures are made at once. Try again in a moment.")
    try:
        yield
    finally:
        _one.release()


def _decode(data: bytes, mode: str, name: str) -> Request:
    if len(data) > MAX_BYTES:
        raise Problem("input_too_large", f"The file has {len(data) / 1e6:.1f} MB; pictures may have 25 MB.")
    return Decode(data, mode, name)


def _picture(reply: Reply) -> Picture:
    if isinstance(reply, Picture):
        return reply
    REFUSED_INPUTS.labels(reply.code).inc()
    raise Problem(reply.code, reply.message)
