"""Waiting for what another process does, however busy the machine is."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
PATIENCE = 120.0
"""Seconds. Who waits for so long waits for nothing."""


def until(look: Callable[[], Found], seconds: float = PATIENCE) -> Found:
    """What it returns once that is true, looked at again and again. Raises AssertionError with what it was at last."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"after {seconds:.0f} s it is still {found!r}"
        time.sleep(0.05)
    return found
