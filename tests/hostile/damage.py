"""Files damaged by chance, and an inputs process of its own that is asked of each of them."""

import os
import random
import socket
import struct
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain, zip_longest
from pathlib import Path

from gpu_workers.protocol.rendering import Decode, Made, Refused, Reply, Request, encode, reply
from tests.gpu_workers.inputs.conftest import Inputs
from tests.hostile.memory import peak_of

REFUSALS = {
    "input_damaged", "input_unsupported", "input_too_large", "input_not_an_image", "input_too_slow", "busy",
}  # fmt: skip


def damaged(chosen: random.Random, files: Sequence[bytes]) -> bytes:
    """One of the files with one to twenty faults: bits, words, bytes taken out and put in, lies of the header."""
    data = bytearray(chosen.choice(files))
    for _ in range(chosen.choice((1, 1, 1, 2, 5, 20))):
        at = chosen.randrange(len(data))
        match chosen.randrange(5):
            case 0:
                data[at] ^= 1 << chosen.randrange(8)
            case 1:
                data[at : at + 4] = chosen.choice((b"\xff" * 4, bytes(4), chosen.randbytes(4)))
            case 2:
                del data[at : at + chosen.randrange(1, 40)]
            case 3:
                data[at:at] = chosen.randbytes(chosen.randrange(1, 40))
            case _:
                data[at // 8 % 64] = chosen.randrange(256)  # headers lie
        if not data:
            data = bytearray(b"\x89PNG")
    return bytes(data)


def check_refusal(found: Refused) -> None:
    assert found.code in REFUSALS, found
    assert len(found.message) > 30


@dataclass(frozen=True, slots=True)
class Asked:
    """held: most bytes that one of the children at the end held. replaced: how many children were. leaked: open files
    of those that stayed, more than at the start. left: what lies where the process may keep files, and did not before.
    """

    replies: list[Reply]
    held: int
    replaced: int
    leaked: int
    left: set[Path]


def all_asked(requests: Sequence[Request], whole: bytes, *options: str) -> Asked:
    """whole: a picture that is shown after the last of them. options: of the inputs process."""
    folder = Path(tempfile.mkdtemp(prefix="inputs-"))  # short: a Unix socket's path has at most 107 bytes
    own = folder / "own"
    own.mkdir()
    running = Inputs(folder / "own.sock", "--processes", "2", *options, keeps=own)
    try:
        before, files = _open_files(running), set(own.rglob("*"))
        with ThreadPoolExecutor(2) as connections:
            even, odd = connections.map(partial(_in_turn, running.socket, whole), (requests[::2], requests[1::2]))
        after, left = _open_files(running), set(own.rglob("*")) - files
        held = max(peak_of(child.pid) for child in running.children())
    finally:
        assert running.stop() == 0
    replies = [each for pair in zip_longest(even, odd) for each in pair if each is not None]
    stayed = before.keys() & after.keys()
    leaked = max((after[pid] - before[pid] for pid in stayed), default=0)
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    folder.rmdir()
    return Asked(replies, held, len(before) - len(stayed), leaked, left)


def _open_files(running: Inputs) -> dict[int, int]:
    """By child."""
    return {child.pid: len(os.listdir(f"/proc/{child.pid}/fd")) for child in running.children()}


def _in_turn(path: Path, whole: bytes, requests: Sequence[Request]) -> list[Reply]:
    replies: list[Reply] = []
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        with connection.makefile("rwb") as stream:
            for request in chain(requests, [Decode(whole, "image", {"mode": "RGB"}, "x")]):
                body = encode(request)
                stream.write(struct.pack(">I", len(body)) + body)
                stream.flush()
                replies.append(reply(stream.read(struct.unpack(">I", stream.read(4))[0])))
    assert isinstance(replies.pop(), Made), "it goes on after the last of them"
    return replies
