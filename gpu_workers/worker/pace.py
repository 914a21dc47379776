"""How much of long work is asked of a model at once: little where it takes long, so that somebody who tries the same
model meanwhile waits for that alone."""

from .holding import MAX_BATCH

QUICK, SLOW = 0.1, 0.2
"""Seconds that a batch may take, and beyond which the next one is smaller."""


class Pace:
    """most: how many cases come next."""

    def __init__(self) -> None:
        self.most = 1

    def took(self, seconds: float) -> None:
        """How long the last batch took."""
        if seconds < QUICK:
            self.most = min(self.most * 2, MAX_BATCH)
        elif seconds > SLOW:
            self.most = max(self.most // 2, 1)
