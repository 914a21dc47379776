"""PostgreSQL refuses to run as root; this finds it an ordinary user, on machines that have no other.

Three cases: we are an ordinary user already; root may make a user namespace, inside which the same files belong to
an ordinary user; root may not (Docker's default, for one), and drops to the nobody user, who keeps the right to
walk through folders that are root's, because the clone may lie in a private home.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from infra.dev.ground import NotReady

NOBODY = 65534
_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
_DROP = (
    "setpriv",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    "--inh-caps=-all,+dac_override",
    "--ambient-caps=-all,+dac_override",
)


@cache
def way() -> str:
    """Return "ordinary", "namespace" or "drop", tried once."""
    if os.geteuid() != 0:
        return "ordinary"
    if _succeeds([*_NAMESPACE, "true"]):
        return "namespace"
    if _succeeds([*_DROP, "true"]):
        return "drop"
    raise NotReady(
        "PostgreSQL does not run as root, and root may neither make a user namespace nor change its user here: "
        "start Atrium as an ordinary user (`useradd atrium`, clone it there)."
    )


def as_ordinary_user(command: Sequence[str], death_signal: str) -> list[str]:
    """Return the command with what makes it run as an ordinary user.

    `death_signal` is a name without SIG: changing the user makes the kernel forget the parent-death signal, so that
    it has to be set again afterwards.
    """
    match way():
        case "namespace":
            return [*_NAMESPACE, *command]
        case "drop":
            return [*_DROP, f"--pdeathsig={death_signal}", "--", *command]
        case _:
            return list(command)


def own(path: Path) -> None:
    """Give a file or a folder with all it holds to the user whom `as_ordinary_user` means, unless it has it."""
    if os.geteuid() != 0:
        return
    owner = NOBODY if way() == "drop" else 0
    if path.stat().st_uid == owner:
        return
    os.chown(path, owner, owner)
    for folder, folders, files in os.walk(path):
        for name in (*folders, *files):
            os.chown(os.path.join(folder, name), owner, owner, follow_symlinks=False)


def _succeeds(command: list[str]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
