"""Inside the child: gives up every right that its work does not need, before any of that work is imported."""

import contextlib
import ctypes
import os
import resource
import signal

from . import landlock, seccomp
from .layers import Layer

TYPE_CHECKING = False  # as typing's, whose import would double a child's start
if TYPE_CHECKING:
    from .plan import Plan

_PR_SET_PDEATHSIG, _PR_SET_KEEPCAPS, _PR_SET_NO_NEW_PRIVS = 1, 8, 38
_DAC_READ_SEARCH = 1 << 2

_applied: frozenset[str] | None = None


class Unconfined(RuntimeError):
    """The process was not started by `spawn`."""


def apply(plan: "Plan") -> None:
    """Bind this process by the plan's layers. Errors are OSError."""
    global _applied
    layers = frozenset(plan["layers"])
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")  # when memory runs out, the kernel takes the child first
    if Layer.RLIMITS in layers:
        _limit(plan["limits"])
    if Layer.USER in layers and "user" in plan:
        _become(plan["user"], plan["keep_reading"])
    libc = ctypes.CDLL(None, use_errno=True)
    if "parent" in plan:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != plan["parent"]:
            os._exit(1)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the kernel refuses no_new_privs")
    if Layer.LANDLOCK in layers:
        # CUDA names its threads, in /proc/…/task/…/comm; that of a child with a device shows nothing but itself.
        landlock.restrict(plan["readable"], [*plan["devices"], "/proc"] if plan["devices"] else ())
    if Layer.SECCOMP in layers:
        seccomp.install(any_control=bool(plan["devices"]))
    _applied = layers


def confine() -> None:
    """Called first by every confined module: refuses to work in a process that `spawn` did not bind."""
    if _applied is None:
        raise Unconfined("this module handles strangers' bytes and runs only in a process started by sandbox.spawn")


def _limit(limits: dict[str, int]) -> None:
    for name, value in limits.items():
        which = getattr(resource, f"RLIMIT_{name}")
        _, hard = resource.getrlimit(which)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        # One second between the two tells a CPU limit (SIGXCPU) from a kill.
        resource.setrlimit(which, (value, value + 1 if name == "CPU" and hard == resource.RLIM_INFINITY else value))


def _become(user: int, keep_reading: bool) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if keep_reading:
        libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    kept = _DAC_READ_SEARCH if keep_reading else 0
    sets = (ctypes.c_uint32 * 6)(kept, kept, 0, 0, 0, 0)
    if libc.capset(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "the capabilities cannot be dropped")
