"""Landlock (landlock(7)): the kernel refuses every file but those named, TCP, and signals to other processes."""

import ctypes
import os
import stat
from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE, _IOCTL_DEV = 1 << 1, 1 << 2, 1 << 3, 1 << 14, 1 << 15
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many file rights a version of the interface knows
_NETWORK_FROM, _SCOPES_FROM = 4, 6


class LandlockUnavailable(OSError):
    """The kernel has no Landlock, or it was not switched on at start."""


def version() -> int:
    """The version of the kernel's interface; 0 where there is none."""
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, int(libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)))


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def restrict(readable: Iterable[str], writable: Iterable[str] = ()) -> None:
    """From now on this process can read these files and folders, and open nothing else.

    Nothing for writing but what is `writable`, which is read and, where it is a device, controlled as well. Paths that
    do not exist are left out. The process must have no new privileges.
    """
    known = version()
    if known == 0:
        raise LandlockUnavailable("the kernel has no Landlock")
    libc = ctypes.CDLL(None, use_errno=True)
    files = (1 << _FILE_RIGHTS[min(known, 5)]) - 1
    network = 0b11 if known >= _NETWORK_FROM else 0
    scoped = 0b11 if known >= _SCOPES_FROM else 0
    attributes = _Ruleset(files, network, scoped)
    size = 24 if known >= _SCOPES_FROM else 16 if known >= _NETWORK_FROM else 8
    ruleset = libc.syscall(_CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), 0)
    if ruleset < 0:
        raise LandlockUnavailable(ctypes.get_errno(), "the kernel refuses a Landlock ruleset")
    try:
        for path in readable:
            _allow(libc, ruleset, path, _READ_FILE | _READ_DIR)
        for path in writable:
            rights = _READ_FILE | _READ_DIR | _WRITE_FILE | _TRUNCATE | _IOCTL_DEV
            _allow(libc, ruleset, path, rights & files)
        if libc.syscall(_RESTRICT_SELF, ruleset, 0) != 0:
            raise LandlockUnavailable(ctypes.get_errno(), "the kernel refuses to restrict the process")
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        folder = stat.S_ISDIR(os.fstat(parent).st_mode)
        rule = _Beneath(rights if folder else rights & ~_READ_DIR, parent)
        if libc.syscall(_ADD_RULE, ruleset, 1, ctypes.byref(rule), 0) != 0:
            raise LandlockUnavailable(ctypes.get_errno(), f"the kernel refuses a Landlock rule for {path}")
    finally:
        os.close(parent)
