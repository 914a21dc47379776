"""What a confined child may use, and how well a machine can hold it."""

import os
from dataclasses import dataclass
from enum import StrEnum


class Floor(StrEnum):
    """How well this machine can confine a child: with every layer, with enough of them, or not at all."""

    FULL = "full"
    REDUCED = "reduced"
    NONE = "none"


@dataclass(frozen=True)
class Limits:
    """memory: bytes that the system cannot drop, beyond which the child is killed: its own and shared memory, not the
    pages of files. mapped: bytes of files handed to it that it may map beside. cpu_seconds: of all its threads
    together, or None.

    processes: threads, the first one included (a child can never start a process); by itself more on a machine of more
    cores, since libraries make their pools as large as that. file_size: bytes of any file that it was handed open for
    writing; it can open none itself. devices: a GPU's device files, that it may read, write and control. With them goes
    what a driver's library needs: any control call on what is open, the child's own /proc also for writing, and address
    space without end.
    """

    memory: int
    cpu_seconds: int | None = None
    processes: int = 64 + 4 * (os.cpu_count() or 1)
    file_size: int = 64 << 20
    mapped: int = 0
    devices: tuple[str, ...] = ()
