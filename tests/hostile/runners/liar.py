"""A runner's child that a hostile model has taken over. Run as `liar NAME`: it is set up, then answers as NAME says."""

import os
import sys
import time
from collections.abc import Callable

import msgspec

HEAD = 8


def frame(body: bytes, length: int | None = None) -> bytes:
    return (len(body) if length is None else length).to_bytes(HEAD, "big") + body


def take() -> None:
    """Read one request."""
    left = int.from_bytes(sys.stdin.buffer.read(HEAD), "big")
    sys.stdin.buffer.read(left)


def give(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


def ready() -> None:
    take()
    signature = {"inputs": [["x", "float32", ["n", 4]]], "outputs": [["y", "float32", ["n", 4]]]}
    give(frame(msgspec.msgpack.encode({"type": "Ready", "signature": signature})))


def reply(**outputs: object) -> bytes:
    return frame(msgspec.msgpack.encode({"type": "Ran", "outputs": outputs}))


def numbers(dtype: str = "float32", shape: tuple[int, ...] = (1, 4), data: bytes = bytes(16)) -> dict[str, object]:
    return {"type": "n", "dtype": dtype, "shape": shape, "data": data}


def wait() -> None:
    while True:
        time.sleep(60)


def flood() -> None:
    while True:
        give(b"\xff" * 65536)


def trickle() -> None:
    give(frame(b"", 1 << 20))
    while True:
        give(b"x")
        time.sleep(0.01)


def close_and_live() -> None:
    os.close(1)
    os.close(0)
    wait()


def of_empty_texts(count: int) -> bytes:
    """So many texts that each take one byte here and a pointer there."""
    return frame(
        b"\x82\xa4type\xa3Ran\xa7outputs\x81\xa1y\x83\xa4type\xa1s\xa5shape\x91"
        + msgspec.msgpack.encode(count)
        + b"\xa6values\xdd"
        + count.to_bytes(4, "big")
        + b"\xa0" * count
    )


def of_many_outputs(count: int) -> bytes:
    """The same name again and again: only the last one would stay."""
    one = b"\xa1y" + msgspec.msgpack.encode(numbers(shape=(0,), data=b""))
    return frame(b"\x82\xa4type\xa3Ran\xa7outputs\xdf" + count.to_bytes(4, "big") + one * count)


MEASURED = {"prepare": 0.0, "run": 0.0, "largest": 1}
ANSWERS: dict[str, Callable[[], bytes]] = {
    "garbage": lambda: frame(b"\xc1" * 100),
    "nothing": lambda: frame(b""),
    "an endless frame": lambda: frame(b"x", (1 << 62) + 5),
    "lists in lists": lambda: frame(b"\x91" * 100_000 + b"\xc0"),
    "another message": lambda: frame(
        msgspec.msgpack.encode({"type": "Predicted", "answers": [], "prepare": 0.0, "run": 0.0, "largest": 1})
    ),
    "an unknown message": lambda: frame(msgspec.msgpack.encode({"type": "Setup", "model": "/etc/passwd"})),
    "an unknown type": lambda: reply(y=numbers("object")),
    "a type of code": lambda: reply(y=numbers("O8,V16")),
    "a size that does not fit": lambda: reply(y=numbers(shape=(2**40,))),
    "a negative size": lambda: reply(y=numbers(shape=(-1, -4))),
    "an overflowing size": lambda: reply(y=numbers(shape=(2**62, 4))),
    "a thousand axes": lambda: reply(y=numbers(shape=(1,) * 1000, data=bytes(4))),
    "millions of texts": lambda: of_empty_texts(60_000_000),
    "millions of outputs": lambda: of_many_outputs(5_000_000),
    "text that is no text": lambda: reply(y={"type": "s", "shape": [1], "values": [b"\xff"]}),
    "maps that are none": lambda: reply(y={"type": "m", "maps": [[["a"]]]}),
}
ACTS: dict[str, Callable[[], None]] = {
    "a flood": flood,
    "a trickle": trickle,
    "silence": wait,
    "closed pipes": close_and_live,
    "an end": lambda: os._exit(0),
}

if __name__ == "__main__":
    name = sys.argv[1]
    if name == "deafness":
        ready()
        wait()
    ready()
    take()
    if name in ACTS:
        ACTS[name]()
    give(ANSWERS[name]())
    wait()
