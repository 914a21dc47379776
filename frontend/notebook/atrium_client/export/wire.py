"""The protobuf wire format, as far as an ONNX file needs it: walking fields without loading what they hold.

A model of 2 GB is cleaned in a few MB of memory, because tensors are passed on as spans of their file.
Source: https://protobuf.dev/programming-guides/encoding/
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

CHUNK = 1 << 20
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


class Malformed(ValueError):
    """The bytes are no protobuf message."""


class Source:
    """Bytes in memory or in a file, read by position."""

    def __init__(self, origin: Path | bytes) -> None:
        self.path = origin if isinstance(origin, Path) else None
        self._file: BinaryIO | None = None
        self._window, self._window_start = b"", 0
        if isinstance(origin, Path):
            self._file = origin.open("rb")
            self.size = os.fstat(self._file.fileno()).st_size
        else:
            self._window, self.size = origin, len(origin)

    def read(self, start: int, length: int) -> bytes:
        """Exactly so many bytes; raises Malformed beyond the end."""
        if length < 0 or start + length > self.size:
            raise Malformed("a field reaches beyond the end of the file")
        offset = start - self._window_start
        if self._file is not None and not (offset >= 0 and offset + length <= len(self._window)):
            if length > CHUNK // 8:
                return self._at(start, length)
            self._window, self._window_start = self._at(start, min(CHUNK // 8, self.size - start)), start
            offset = 0
        return self._window[offset : offset + length]

    def _at(self, start: int, length: int) -> bytes:
        assert self._file is not None
        self._file.seek(start)
        return self._file.read(length)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


@dataclass(frozen=True)
class Span:
    """A stretch of a source."""

    source: Source
    start: int
    length: int

    def chunks(self) -> Iterator[bytes]:
        position, left = self.start, self.length
        while left:
            size = min(CHUNK, left)
            yield self.source.read(position, size)
            position, left = position + size, left - size

    def bytes(self) -> bytes:
        return self.source.read(self.start, self.length)


class Field(NamedTuple):
    """One field of a message: from `start` (its tag) to `end`, its content from `content` to `end`."""

    number: int
    wire: int
    start: int
    content: int
    end: int
    value: int  # of a varint


def fields(source: Source, start: int, end: int) -> Iterator[Field]:
    """The fields between two positions; raises Malformed."""
    position = start
    while position < end:
        tag, content = _varint(source, position, end)
        number, wire = tag >> 3, tag & 7
        value = 0
        if wire == VARINT:
            value, after = _varint(source, content, end)
        elif wire == BYTES:
            length, content = _varint(source, content, end)
            after = content + length
        elif wire in (FIXED64, FIXED32):
            after = content + (8 if wire == FIXED64 else 4)
        else:
            raise Malformed(f"wire type {wire} at byte {position}")
        if number == 0 or after > end:
            raise Malformed(f"a broken field at byte {position}")
        yield Field(number, wire, position, content, after, value)
        position = after


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def header(number: int, length: int) -> bytes:
    """The tag and the length of a field that holds bytes or a message."""
    return varint(number << 3 | BYTES) + varint(length)


def _varint(source: Source, position: int, end: int) -> tuple[int, int]:
    raw = source.read(position, min(10, end - position))
    result = 0
    for index, byte in enumerate(raw):
        result |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return result, position + index + 1
    raise Malformed(f"a number without an end at byte {position}")
