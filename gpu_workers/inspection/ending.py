"""What an inspection has running, so that somebody else can end it."""

from typing import Protocol, TypeVar

from gpu_workers.sandbox.once import Stopped


class Running(Protocol):
    def kill(self) -> None: ...


R = TypeVar("R", bound=Running)


class Ending:
    """`end` may be called from any thread; nothing of the inspection begins after it."""

    def __init__(self) -> None:
        self._running: Running | None = None
        self._ended = False

    def of(self, running: R) -> R:
        """The same, which is what `end` ends from now on. Raises Stopped where that has happened."""
        self._running = running
        if self._ended:
            raise Stopped
        return running

    def end(self) -> None:
        self._ended = True
        running = self._running
        if running is not None:
            running.kill()
