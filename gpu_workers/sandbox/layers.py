"""The layers that hold a confined child."""

from enum import StrEnum


class Layer(StrEnum):
    """NAMESPACES: bubblewrap's own mounts, processes and network. USER: as root, a user id without rights.

    RLIMITS: the kernel's per-process limits. WATCH: the parent's eye on memory.
    """

    NAMESPACES = "namespaces"
    USER = "user"
    LANDLOCK = "landlock"
    SECCOMP = "seccomp"
    RLIMITS = "rlimits"
    WATCH = "watch"


EVERY_LAYER = frozenset(Layer)
