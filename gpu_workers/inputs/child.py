"""The confined process that does the work: one request after another over its pipes, each as `protocol.rendering` says.

It says that it is ready with an empty message. After it ran out of memory it answers and ends, so that the next
request meets a fresh one.
"""

import struct
import sys
from typing import BinaryIO

import msgspec

from gpu_workers import sandbox
from gpu_workers.inputs.media import maker
from gpu_workers.inputs.refusal import TOO_MUCH_MEMORY, Refusal
from gpu_workers.protocol import rendering, wav
from gpu_workers.protocol.edits import Adjust, Crop, Occlude, Rotate
from gpu_workers.protocol.rendering import Cover, Decode, Long, Look, Refused, Render, Reply, Request

_WARM_UP = (
    Occlude(w=0.5, h=0.5, fill="blur"),
    Occlude(w=0.5, h=0.5, fill="mean"),
    Crop(x=0, y=0, w=0.9, h=0.9),
    Rotate(degrees=10),
    Adjust(brightness=0.1),
)
_FIRST = (
    Decode(wav.header(8000, 1, 2) + struct.pack("<2f", 0, 1), "audio", {}, ""),
    Decode(b"I\n0\n1\n", "series", {"rate_hz": 1.0}, ""),
    Decode(b"a\n0\n", "rows", {"columns": [{"name": "a"}], "max_rows": 1}, ""),
)


def main() -> None:
    sandbox.confine()
    # Imported after it is confined: what the libraries do at import runs confined, too.
    from PIL import Image

    from gpu_workers.inputs.decode import picture

    answer(Render(picture(Image.new("RGB", (64, 64))).data, "image", _WARM_UP))
    for first in _FIRST:  # their libraries are loaded by it, which the first request's time is not for
        answer(first)
    _write(sys.stdout.buffer, b"")
    while True:
        header = sys.stdin.buffer.read(4)
        if len(header) < 4:
            return
        body = sys.stdin.buffer.read(int.from_bytes(header, "big"))
        try:
            reply = _answer_bytes(body)
        except MemoryError:
            _write(sys.stdout.buffer, rendering.encode(TOO_MUCH_MEMORY))
            return
        _write(sys.stdout.buffer, reply)


def _answer_bytes(body: bytes) -> bytes:
    try:
        request = rendering.request(body)
    except msgspec.DecodeError as error:  # ValidationError is one of them
        return rendering.encode(Refused("malformed", f"The request is not understood: {error}"))
    return rendering.encode(answer(request))


def answer(request: Request) -> Reply:
    if isinstance(request, Long):
        request = request.request
    try:
        if isinstance(request, Cover):
            from gpu_workers.inputs.study.maker import cover

            return cover(request.data, request.boxes)
        if isinstance(request, Look):
            from gpu_workers.inputs.study.maker import look

            return look(request.data, request.frame, request.side)
        make = maker(request.kind)
        if isinstance(request, Decode):
            return make.decode(request.data, request.options, request.name)
        if isinstance(request, Render):
            return make.render(request.data, request.edits)
        return make.thumbnail(request.data, request.side)
    except Refusal as refusal:
        return Refused(refusal.code, refusal.message)


def _write(stream: BinaryIO, body: bytes) -> None:
    stream.write(len(body).to_bytes(4, "big"))
    stream.write(body)
    stream.flush()


if __name__ == "__main__":
    main()
