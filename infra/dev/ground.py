"""What must hold before anything is started; whatever does not is one sentence that says what to do.

Imported by a bare Python: the standard library only, and nothing newer than Python 3.8 understands.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import platform
import shutil
import socket
import sys
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("ATRIUM_VAR") or ROOT / "var")
"""Where everything lies that a run makes: data, passwords, logs."""
MIB = 1024 * 1024


class NotReady(Exception):
    """Something about this machine that its owner can mend; the message says how."""


def require_python() -> None:
    """Refuse a Python that is too old, and a platform that no wheel of the services was built for."""
    if sys.version_info[:2] < (3, 11):  # noqa: UP036 (a bare Python reads this)
        raise NotReady(
            "Atrium needs Python 3.11 or newer and this is "
            f"{platform.python_version()}: install python3.11 and run `make run PYTHON=python3.11`."
        )
    if sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"):
        raise NotReady(
            f"Atrium runs on Linux (x86-64 or ARM64), and this is {sys.platform} on {platform.machine()}: "
            "use a Linux machine, or a Linux virtual machine on this one."
        )


def require_folder(folder: Path) -> None:
    """Refuse a folder in which this user may not write."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise NotReady(explain(error, folder)) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise NotReady(f"{folder} cannot be written by this user: own it (`chown`) or clone Atrium somewhere else.")


def require_disk(folder: Path, need: int) -> None:
    """Refuse a disk with fewer than `need` bytes free below `folder`."""
    free = shutil.disk_usage(folder).free
    if free < need:
        raise NotReady(
            f"The disk that holds {folder} has {free // MIB} MB free and Atrium needs {need // MIB} MB: "
            "free some space, or clone Atrium on another disk."
        )


def explain(error: OSError, path: Path) -> str:
    """Say in a sentence what an operating system's error at `path` asks for."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk that holds {path} is full: free some space and start again (nothing is lost)."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{error.filename or path} cannot be written by this user: own it (`chown`) or clone Atrium elsewhere."
    return f"{error.strerror or error} ({error.filename or path})."


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether a server could listen on this port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # as servers do: a connection that lingers after its server ended does not hold the port
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise NotReady(
                f"Nothing can listen on {host}:{port} ({error.strerror}): choose another by HOST= or PORT=."
            ) from error
    return True


def choose_port(wanted: int, host: str = "127.0.0.1") -> int:
    """Return `wanted`, or the next free port after it."""
    if not 1 <= wanted <= 65535:
        raise NotReady(f"PORT={wanted} is no port: choose one from 1 to 65535.")
    for port in range(wanted, min(wanted + 100, 65536)):
        if port_is_free(port, host):
            return port
    raise NotReady(f"Port {wanted} and the hundred after it are in use: choose another by PORT=.")


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Lock:
    """One supervisor for one folder. The kernel lets go of a flock when its holder dies, so it is never stale."""

    def __init__(self, var: Path = VAR) -> None:
        self.path = var / "lock"
        self.answer = var / "run.json"
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Take the lock, or say who holds it and at which address."""
        require_folder(self.path.parent)
        file = self.path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            if error.errno in (errno.EAGAIN, errno.EACCES):
                raise NotReady(self._already(holder)) from error
            raise NotReady(f"{self.path} cannot be locked ({error.strerror}): clone Atrium on a local disk.") from error
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let go of it."""
        if self._file:
            self._file.close()
            self._file = None

    def _already(self, holder: str) -> str:
        try:
            url = json.loads(self.answer.read_text())["url"]
        except (OSError, ValueError, KeyError):
            return f"Atrium is being started here already (process {holder}): wait for it, or stop it with Ctrl-C."
        return f"Atrium runs here already at {url} (process {holder}): stop it with Ctrl-C first."
