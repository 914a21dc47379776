"""Confined processes for strangers' bytes: bubblewrap, Landlock, seccomp, resource limits, an eye on memory.

`spawn` starts a module of this package in a process that can read its interpreter, its libraries and the files it was
given, and nothing else: it opens no file for writing, no socket, starts no process, and dies with its parent. What it
does have are its pipes and the descriptors handed to it.
"""

from collections.abc import Sequence
from pathlib import Path

from .confinement import Unconfined, confine
from .floors import floor, floor_reason, probed
from .keeper import Child
from .launch import start
from .limits import Floor, Limits

__all__ = ["Child", "Floor", "Limits", "Unconfined", "Unsafe", "confine", "floor", "floor_reason", "spawn"]


class Unsafe(RuntimeError):
    """This machine can confine no child; the message says why."""


def spawn(
    module: str,
    arguments: Sequence[str] = (),
    *,
    read_only: Sequence[Path] = (),
    limits: Limits,
    pass_fds: Sequence[int] = (),
) -> Child:
    """Run `python -m module arguments` under every layer that this machine offers.

    read_only: files and folders that the child may read, at the same paths; as root they must be readable by others.
    The environment is cleared and the child stands in an empty folder. `kill()` ends it whatever it does; the caller
    keeps the deadline and bounds what it reads from `stdout`. Raises Unsafe, and OSError where a path is missing.
    """
    kind, layers, reason = probed()
    if kind is Floor.NONE:
        raise Unsafe(reason)
    return start(module, arguments, layers=layers, limits=limits, read_only=read_only, pass_fds=pass_fds)
