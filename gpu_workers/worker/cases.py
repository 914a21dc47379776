"""What waits for a model: single cases, and slices of an explanation."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from gpu_workers.protocol.answers import Answer
from gpu_workers.protocol.messages import Timings, Value
from gpu_workers.runner import RawAnswer
from gpu_workers.runner.frames import Variant
from gpu_workers.runner.postprocess import Unplaced


@dataclass(frozen=True)
class Solved:
    answers: dict[str, Answer | Unplaced]
    timings: Timings


@dataclass(eq=False)
class Case:
    """deadline: in the loop's time, beyond which nobody waits."""

    values: dict[str, Value]
    deadline: float
    arrived: float
    solved: asyncio.Future[Solved] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def fail(self, error: Exception) -> None:
        if not self.solved.done():
            self.solved.set_exception(error)

    def solve(self, solved: Solved) -> None:
        if not self.solved.done():
            self.solved.set_result(solved)


@dataclass(frozen=True)
class Varied:
    """What variants of a case came to: of each the one output that was asked for. seconds: of the device."""

    raws: list[RawAnswer]
    seconds: float


@dataclass(eq=False)
class Slice:
    """Variants of one case, asked in one call; single cases go before it. deadline: as a case's."""

    base: dict[str, Value]
    variants: Sequence[Variant]
    output: str
    deadline: float
    done: asyncio.Future[Varied] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)
