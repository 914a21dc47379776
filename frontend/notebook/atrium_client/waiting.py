"""Waiting for what the server works on."""

import time
from collections.abc import Container
from typing import Protocol

from .connection import Connection
from .errors import Unavailable


class Moving(Protocol):
    """What has a state, and is read again by `refresh`."""

    state: str

    def refresh(self) -> object: ...


def until_settled(thing: Moving, moving: Container[str], timeout: float, connection: Connection) -> None:
    """Read it again until it is in none of these states. Raises Unavailable after `timeout` seconds."""
    deadline, pause = time.monotonic() + timeout, 0.2
    while thing.state in moving:
        if time.monotonic() > deadline:
            raise Unavailable(
                f"{thing} is still {thing.state} after {timeout:.0f} s. It goes on; read it again with refresh().",
                code="timeout",
            )
        connection.pause(pause)
        pause = min(pause * 1.5, 2.0)
        thing.refresh()
