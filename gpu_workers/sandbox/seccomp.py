"""The filter on system calls, assembled here so that no libseccomp has to be installed.

A classic BPF program (seccomp(2)): the machine's architecture is checked, then the number against a list of allowed
calls. What is not allowed fails with EPERM; numbers newer than the list fail with ENOSYS, on which a C library falls
back to an older call.
"""

import ctypes
import os
import struct

from .syscalls import AARCH64, ALLOWED, CONDITIONAL, DRIVER, X86_64

# (column of the tables, AUDIT_ARCH_*)
_MACHINES = {"x86_64": (X86_64, 0xC000003E), "aarch64": (AARCH64, 0xC00000B7)}

_KILL, _ALLOW, _ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_FIRST_NEW = 424  # where the numbers of all architectures were joined, in Linux 5.1

_AF_UNIX = 1
_CLONE_THREAD = 0x00010000
_PRCTL = (15, 16, 0x53564D41)  # PR_SET_NAME, PR_GET_NAME, PR_SET_VMA
_IOCTL = (0x5401, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
# F_DUPFD … F_SETLKW, F_DUPFD_CLOEXEC, F_GETPIPE_SZ, seals: not who is signalled, nor how large a pipe grows.
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 1030, 1032, 1033, 1034)

_Instruction = tuple[int, int, int, int]


class SeccompUnavailable(OSError):
    """The kernel or this architecture has no filter for system calls."""


def _load(offset: int) -> _Instruction:
    return (0x20, 0, 0, offset)


def _argument(index: int) -> _Instruction:
    return _load(16 + 8 * index)  # the low half; every argument tested here is an int of 32 bits or a flag below


def _unless_equal(value: int, skip: int) -> _Instruction:
    return (0x15, 0, skip, value)


def _return(action: int) -> _Instruction:
    return (0x06, 0, 0, action)


def _only_values(number: int, argument: int, values: tuple[int, ...]) -> list[_Instruction]:
    body = [_argument(argument)]
    for value in values:
        body += [_unless_equal(value, 1), _return(_ALLOW)]
    body.append(_return(_ERRNO | _EPERM))
    return [_unless_equal(number, len(body)), *body]


def program(machine: str, pid: int, *, any_control: bool = False) -> bytes:
    """The filter for a process of this id, which may signal itself and nobody else.

    any_control: every ioctl, not just those of pipes, for a driver has hundreds of its own; and what `DRIVER` lists.
    """
    if machine not in _MACHINES:
        raise SeccompUnavailable(f"no filter for system calls is known for {machine}")
    column, architecture = _MACHINES[machine]
    lines = [_load(4), (0x15, 1, 0, architecture), _return(_KILL), _load(0)]
    for pair in ALLOWED.values():
        number = pair[column]
        if number is not None:
            lines += [_unless_equal(number, 1), _return(_ALLOW)]
    some = {name: pair[column] for name, pair in CONDITIONAL.items()}
    thread = [_argument(0), (0x45, 0, 1, _CLONE_THREAD), _return(_ALLOW), _return(_ERRNO | _EPERM)]
    lines += [_unless_equal(some["clone"], len(thread)), *thread]
    lines += [_unless_equal(some["clone3"], 1), _return(_ERRNO | _ENOSYS)]  # its flags lie out of a filter's sight
    lines += _only_values(some["tgkill"], 0, (pid,))
    lines += _only_values(some["prctl"], 0, _PRCTL)
    if any_control:
        lines += [_unless_equal(some["ioctl"], 1), _return(_ALLOW)]
        for name, pair in DRIVER.items():
            number = pair[column]
            if name == "socket" and number is not None:
                lines += _only_values(number, 0, (_AF_UNIX,))
            elif number is not None:
                lines += [_unless_equal(number, 1), _return(_ALLOW)]
    else:
        lines += _only_values(some["ioctl"], 1, _IOCTL)
    lines += _only_values(some["fcntl"], 1, _FCNTL)
    lines += _only_values(some["prlimit64"], 0, (0,))
    lines += [(0x35, 0, 1, _FIRST_NEW), _return(_ERRNO | _ENOSYS), _return(_ERRNO | _EPERM)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def install(*, any_control: bool = False) -> None:
    """Filter every later system call of this process, which must have one thread only and no new privileges."""
    code = program(os.uname().machine, os.getpid(), any_control=any_control)

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]

    libc = ctypes.CDLL(None, use_errno=True)
    filters = Program(len(code) // 8, code)
    if libc.prctl(22, 2, ctypes.byref(filters), 0, 0) != 0:  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
        raise SeccompUnavailable(ctypes.get_errno(), "the kernel refuses a filter for system calls")
