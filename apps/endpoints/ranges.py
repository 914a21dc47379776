"""The part of a stored file that a request asks for: one range of bytes, RFC 9110 section 14."""

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """`length` bytes from `start` on, at least one, of `size`."""

    start: int
    length: int
    size: int

    @property
    def header(self) -> str:
        """The value of Content-Range."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{self.size}"


class Unsatisfiable(ValueError):
    """The file has no such part."""


def part_of(asked: str, size: int) -> Part | None:
    """None where the whole is to be sent: nothing is asked for, several ranges are, or it is no range of bytes.

    Raises Unsatisfiable.
    """
    found = _ONE.fullmatch(asked.strip())
    if found is None or found[0].endswith("=-"):
        return None
    first, last = found.groups()
    if not first:
        start, stop = max(size - int(last), 0), size
    else:
        start, stop = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= stop:
        raise Unsatisfiable
    return Part(start, stop - start, size)
