"""How fast cases of one model arrive, and whether waiting for company pays."""

WINDOW = 0.004
"""The longest wait, in seconds."""
_WEIGHT = 0.2


class Arrivals:
    """A moving mean of the time between cases."""

    def __init__(self) -> None:
        self._latest: float | None = None
        self._gap = float("inf")

    def note(self, now: float) -> None:
        if self._latest is not None:
            gap = now - self._latest
            # Long silence says nothing about a crowd; it only ends one.
            self._gap = gap if self._gap == float("inf") or gap > 1.0 else self._gap + _WEIGHT * (gap - self._gap)
        self._latest = now

    def worth_waiting(self) -> float:
        """Seconds to wait for more: 0 unless at least two more are to be expected within the window."""
        return WINDOW if self._gap * 2 < WINDOW else 0.0
