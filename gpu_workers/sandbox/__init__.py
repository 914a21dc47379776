"""Confined processes for strangers' bytes: bubblewrap, Landlock, seccomp, resource limits, an eye on memory.

`spawn` starts a module of this package in a process that can read its interpreter, its libraries and the files it was
given, and nothing else: it opens no file for writing, no socket, starts no process, and dies with its parent. What it
does have are its pipes and the descriptors handed to it.

A child imports `confine` from here at its start, so what only the parent needs is imported when it is first asked for.
"""

from .confinement import Unconfined, confine

TYPE_CHECKING = False  # as typing's, whose import would double a child's start
if TYPE_CHECKING:
    from .floors import Unsafe, floor, floor_reason, spawn
    from .keeper import Child
    from .limits import Floor, Limits

__all__ = ["Child", "Floor", "Limits", "Unconfined", "Unsafe", "confine", "floor", "floor_reason", "spawn"]

_HOMES = {
    "Child": "keeper",
    "Floor": "limits",
    "Limits": "limits",
    "Unsafe": "floors",
    "floor": "floors",
    "floor_reason": "floors",
    "spawn": "floors",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
