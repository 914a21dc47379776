"""One open file that several threads read, each at its own place."""

import io
import os
from typing import Any


class Positioned(io.RawIOBase):
    """A file of its own place over a descriptor that others read as well."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor, self._place = descriptor, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: os.fstat(self._descriptor).st_size}[whence]
        self._place = start + offset
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: Any) -> int:
        data = os.pread(self._descriptor, len(buffer), self._place)  # preadv is no call that a confined child may make
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)
