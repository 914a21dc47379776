"""The mail that a site writes into files."""

import email
import re
import time
from email import policy
from pathlib import Path
from threading import Event

PATIENCE = 30.0
"""Seconds."""


class Mailbox:
    """Everything sent to one address."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.address = folder, address

    def bodies(self) -> list[str]:
        """The texts of the messages, the oldest first."""
        found = []
        for path in sorted(self.folder.glob("*"), key=lambda path: path.stat().st_mtime_ns):
            message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
            if message["To"] and self.address in message["To"]:
                body = message.get_body(("plain",))
                assert body is not None
                found.append(str(body.get_content()))
        return found

    def link(self, path: str) -> str:
        """The newest address below `path` that was sent; waits until there is one."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for body in reversed(self.bodies()):
                if found := re.search(rf"https?://\S*{re.escape(path)}\S+", body):
                    return found.group()
            Event().wait(0.05)
        raise AssertionError(f"no mail with {path} came to {self.address}: {self.bodies()}")
