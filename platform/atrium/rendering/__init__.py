"""Our own bytes of strangers' files, and edits on them, by the inputs process: web itself decodes nothing.

`decode` and `render` are for async callers, `decode_now`, `thumbnail_now` and `small_now` for pages and chores. Each
gives `Made` (our own bytes, as `gpu_workers.protocol.rendering.KINDS` says of their kind) or raises a Problem: one of
the `input_…` codes with a sentence for the person, `busy`, or `inputs_unavailable` where the process is away.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

from atrium.errors import Problem
from atrium.telemetry.metrics import REFUSED_INPUTS
from gpu_workers.protocol.edits import Edit
from gpu_workers.protocol.rendering import MAX_BYTES, Asked, Cover, Decode, Look, Made, Render, Reply, Thumbnail
from gpu_workers.protocol.study import Box

from . import connections

__all__ = ["Made", "cover_now", "decode", "decode_now", "frame_now", "render", "small_now", "thumbnail_now"]

_one = Lock()
"""Held by who has a small picture made."""


async def decode(data: bytes, kind: str, options: Mapping[str, Any], name: str = "") -> Made:
    """A stranger's file as our own bytes. options: of the kind. name: the input's own, for messages only."""
    return _made(await connections.ask(_decode(data, kind, options, name)))


async def render(data: bytes, kind: str, edits: Sequence[Edit]) -> Made:
    """All of `edits` on what `decode` gave; those of other inputs are the caller's to leave out."""
    return _made(await connections.ask(Render(data, kind, tuple(edits))))


def decode_now(data: bytes, kind: str, options: Mapping[str, Any], name: str = "") -> Made:
    """As `decode`."""
    return _made(connections.ask_now(_decode(data, kind, options, name)))


def thumbnail_now(data: bytes, kind: str = "image", side: int = 160) -> Made:
    """A picture of what `decode` or `render` gave, its longer side at most `side` pixels (16 to 1024).

    One at a time in this process, the others wait here: a list of fifty cases asks for fifty at once, and a prediction
    must find at most one of them before itself in the inputs process.
    """
    with _in_turn():
        return _made(connections.ask_now(Thumbnail(data, kind, side)))


def cover_now(data: bytes, boxes: Sequence[Box]) -> Made:
    """A study that `decode` gave with regions blacked out, and whether something in it is still suspected."""
    return _made(connections.ask_now(Cover(data, tuple(boxes))))


def frame_now(data: bytes, frame: int, side: int = 1024) -> Made:
    """A picture of one frame of a study; in turn, as `thumbnail_now`."""
    with _in_turn():
        return _made(connections.ask_now(Look(data, frame, side)))


def small_now(data: bytes, side: int) -> Made:
    """A stranger's picture as one of ours, its longer side at most `side` pixels; in turn, as `thumbnail_now`."""
    with _in_turn():
        whole = decode_now(data, "image", {"mode": "RGB"})
        if max(whole.facts["width"], whole.facts["height"]) <= side:
            return whole
        return _made(connections.ask_now(Thumbnail(whole.data, whole.kind, side)))


@contextmanager
def _in_turn() -> Iterator[None]:
    if not _one.acquire(timeout=connections.TIMEOUT):
        raise Problem("busy", "Many small pictures are made at once. Try again in a moment.")
    try:
        yield
    finally:
        _one.release()


def _decode(data: bytes, kind: str, options: Mapping[str, Any], name: str) -> Asked:
    if len(data) > MAX_BYTES:
        raise Problem("input_too_large", f"The file has {len(data) / 1e6:.1f} MB; one may have 25 MB.")
    return Decode(data, kind, dict(options), name)


def _made(reply: Reply) -> Made:
    if isinstance(reply, Made):
        return reply
    REFUSED_INPUTS.labels(reply.code).inc()
    raise Problem(reply.code, reply.message)
