"""Messages between the worker and a resident table, by `gpu_workers.sandbox.channel`."""

import msgspec
from msgspec import Struct

from gpu_workers.protocol.datasets import Column
from gpu_workers.protocol.debugger import Question

MOST = 4 * 2**20
"""Bytes of an answer: it goes on through a queue and a database."""
TOO_LONG = f"The answer is longer than {MOST >> 20} MiB. Ask for fewer rows or columns."


class Open(Struct, frozen=True, tag=True):
    """The first frame. export: the descriptor of a file that exports are written to."""

    path: str
    columns: tuple[Column, ...]
    export: int


class Asked(Struct, frozen=True, tag=True):
    question: Question


class Opened(Struct, frozen=True, tag=True):
    rows: int


class Told(Struct, frozen=True, tag=True):
    """answer: JSON of an `Answered`."""

    answer: bytes


class Refused(Struct, frozen=True, tag=True):
    """The question does not fit the dataset."""

    sentence: str


class Broken(Struct, frozen=True, tag=True):
    """An exception in the child. memory: it ran out of it."""

    message: str
    memory: bool = False


Request = Open | Asked
Reply = Opened | Told | Refused | Broken

request = msgspec.msgpack.Decoder(Request).decode
reply = msgspec.msgpack.Decoder(Reply).decode
