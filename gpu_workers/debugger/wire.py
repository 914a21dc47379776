"""Messages between the worker and a resident table, by `gpu_workers.sandbox.channel`."""

from typing import Literal

import msgspec
from msgspec import Struct

from gpu_workers.protocol.datasets import Column
from gpu_workers.protocol.debugger import Question

MOST = 4 * 2**20
"""Bytes of an answer: it goes on through a queue and a database."""
ARENA = 2**30
"""Bytes of a scratch that are mapped at once: a mapping for each column would be too many open files."""
TOO_LONG = f"The answer is longer than {MOST >> 20} MiB. Ask for fewer rows or columns."


class Open(Struct, frozen=True, tag=True):
    """The first frame. export: the descriptor of a file that exports are written to. scratch: of one that columns may
    lie in. memory: bytes that the child may have; disk: that columns may take of the scratch. mapped: columns are to
    lie there, however few they are. device: cpu or cuda:0, what answers are to be computed on."""

    path: str
    columns: tuple[Column, ...]
    export: int
    scratch: int
    memory: int
    disk: int
    mapped: bool = False
    device: str = "cpu"


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
    """An exception in the child. lacked: what it ran out of."""

    message: str
    lacked: Literal["", "memory", "disk"] = ""


Request = Open | Asked
Reply = Opened | Told | Refused | Broken

request = msgspec.msgpack.Decoder(Request).decode
reply = msgspec.msgpack.Decoder(Reply).decode
