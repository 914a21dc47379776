"""Columns in a file instead of in memory: mapped, so that the system keeps what it has room for and drops the rest.

The file is one that nobody else has a name for. Space is taken from it before it is written, so that a full disk is an
error where a column is made and not a signal where it is used; a column that is gone leaves its space to the next of
its size.
"""

import errno
import math
import mmap
import os
from collections import defaultdict
from typing import Any

import numpy as np
import numpy.typing as npt

from gpu_workers.analyses.arrays import Array

from .wire import ARENA

SMALL = 1 << 16
"""Bytes of a column that stays in memory."""


class Scratch:
    """file: the descriptor of an empty file, open for reading and writing. most: bytes that it may take.

    small: bytes of a column that stays in memory. Not for several threads at once.
    """

    def __init__(self, file: int, most: int, *, small: int = SMALL) -> None:
        self._file, self._most, self._small = file, most, small
        self._arenas: list[mmap.mmap] = []
        self._free: defaultdict[int, list[int]] = defaultdict(list)
        self._offset = self._left = self._address = self._mapped = 0
        self.taken = 0

    def empty(self, shape: int | tuple[int, ...], dtype: npt.DTypeLike) -> Array:
        """As numpy.empty, in the file. OSError: there is no room for it, by the limit or on the disk."""
        kind = np.dtype(dtype)
        shape = (shape,) if isinstance(shape, int) else shape
        size = math.prod(shape) * kind.itemsize
        if size < self._small:
            return np.empty(shape, kind)
        size = -(-size // mmap.PAGESIZE) * mmap.PAGESIZE
        free = self._free[size]
        address = free.pop() if free else self._take(size)
        return np.asarray(_Place(address, shape, kind, free))

    def _take(self, size: int) -> int:
        if self.taken + size > self._most:
            raise OSError(errno.ENOSPC, f"a table may take {self._most:,} bytes of the disk")
        if size > self._left:
            length = max(ARENA, size)
            os.ftruncate(self._file, self._mapped + length)
            arena = mmap.mmap(self._file, length, offset=self._mapped)
            self._arenas.append(arena)
            self._address = np.frombuffer(arena, np.uint8).__array_interface__["data"][0]
            self._offset, self._left = self._mapped, length
            self._mapped += length
        os.posix_fallocate(self._file, self._offset, size)
        address = self._address
        self._address += size
        self._offset += size
        self._left -= size
        self.taken += size
        return address


class _Place:
    """A piece of the file: it goes back to the free ones when the last array that lies in it is gone."""

    def __init__(self, address: int, shape: tuple[int, ...], kind: np.dtype[Any], free: list[int]) -> None:
        self._address, self._free = address, free
        self.__array_interface__ = {"version": 3, "shape": shape, "typestr": kind.str, "data": (address, False)}

    def __del__(self) -> None:
        self._free.append(self._address)
