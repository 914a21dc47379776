"""PostgreSQL wants to run as an ordinary user whose name it can look up; this finds it one on any machine.

Three cases: we are such a user already; we may make a user namespace, inside which the same files belong to such a
user; or root may not (Docker's default, for one) and drops to that user, who keeps the right to walk through folders
that are root's, because the clone may lie in a private home.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from infra.dev.ground import NotReady

NOBODY = 65534


@cache
def stand_in() -> pwd.struct_passwd | None:
    """Return nobody, or else any account that is not root's."""
    accounts = [account for account in pwd.getpwall() if account.pw_uid != 0]
    return next((account for account in accounts if account.pw_uid == NOBODY), accounts[0] if accounts else None)


@cache
def way() -> tuple[str, ...]:
    """Return the words to put before a command: none for an ordinary user, `unshare …` or `setpriv …` else."""
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return ()
    account = stand_in()
    if account is not None:
        namespace = ("unshare", "--user", f"--map-user={account.pw_uid}", f"--map-group={account.pw_gid}", "--")
        drop = (
            *("setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"),
            *("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"),
        )
        for words in (namespace, drop):
            if _succeeds([*words, "true"]):
                return words
    raise NotReady(
        f"PostgreSQL does not run as this user ({'root' if os.geteuid() == 0 else os.geteuid()}), and the machine "
        "lets it take no other: start Atrium as an ordinary user (`useradd --create-home atrium`, clone it there)."
    )


def as_ordinary_user(command: Sequence[str], death_signal: str) -> list[str]:
    """Return the command with what makes it run as an ordinary user.

    `death_signal` is a name without SIG: changing the user makes the kernel forget the parent-death signal, so that
    it has to be set again afterwards.
    """
    words = way()
    if words[:1] == ("setpriv",):
        return [*words, f"--pdeathsig={death_signal}", "--", *command]
    return [*words, *command]


def own(path: Path) -> None:
    """Give a file or a folder with all it holds to the user whom `as_ordinary_user` means, unless it has it."""
    if os.geteuid() != 0:
        return
    account = stand_in()
    owner, group = (account.pw_uid, account.pw_gid) if account and way()[:1] == ("setpriv",) else (0, 0)
    if path.stat().st_uid == owner:
        return
    os.chown(path, owner, group)
    for folder, folders, files in os.walk(path):
        for name in (*folders, *files):
            os.chown(os.path.join(folder, name), owner, group, follow_symlinks=False)


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _succeeds(command: list[str]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
