"""What this machine remembers of unfinished uploads, so that the same file under the same name goes on where it was."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "atrium" / "uploads"


class UploadRecord:
    """The version that an upload belongs to, kept in a file named after everything that makes it the same upload.

    server, place: where it goes. body: what the version was created with, the file's sha256 among it; other notes or
    another interface make another version.
    """

    def __init__(self, server: str, place: str, body: Mapping[str, Any]) -> None:
        identity = json.dumps([server, place, body], sort_keys=True).encode()
        self.path = folder() / f"{body['sha256'][:16]}-{hashlib.sha256(identity).hexdigest()[:16]}.json"

    def version(self) -> str | None:
        """The id of the unfinished version, if there is one."""
        try:
            return str(json.loads(self.path.read_text())["version"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def remember(self, version: str) -> None:
        """Best effort: where the folder cannot be written, an upload simply cannot be resumed."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = self.path.with_suffix(f".{os.getpid()}")
            fresh.write_text(json.dumps({"version": version}))
            os.replace(fresh, self.path)
        except OSError:
            return

    def forget(self) -> None:
        try:
            self.path.unlink(missing_ok=True)
        except OSError:
            return
