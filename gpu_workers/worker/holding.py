"""One model version that a worker holds: its runner, the cases that wait for it, and the loop between them.

The loop: take what waits, run it in one call, answer; replace the runner when it died. A call that fails with several
cases is halved until the guilty one stands alone, so that its neighbours are answered.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from time import perf_counter
from typing import ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from gpu_workers.protocol.answers import Answer
from gpu_workers.protocol.messages import Model, Timings, Value
from gpu_workers.runner import Runner, RunnerFailed
from gpu_workers.runner.frames import Superpixels, Variant
from gpu_workers.runner.postprocess import Unanswered, Unplaced, answers

from .arrivals import Arrivals
from .cache import FetchFailed
from .cases import Case, Slice, Solved, Varied

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

MAX_BATCH = 32
MAX_DEATHS = 12
"""Runners lost over one batch before the rest of it fails: one guilty case of 32 costs six."""
CANCEL_GRACE = 1.0
"""Seconds that a call nobody waits for any more may go on before its runner is replaced."""


class Holding:
    """runner: not yet started; make gives another like it. All calls of the runner happen on one thread of its own.

    seconds: how long one call may take.
    """

    def __init__(
        self,
        model: Model,
        runner: Runner,
        make: Callable[[Model], Awaitable[Runner]],
        *,
        seconds: float,
        changed: Callable[[], None],
    ) -> None:
        self.model = model
        self._make, self._seconds, self._changed = make, seconds, changed
        self._runner = runner
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="runner")
        self._waiting: deque[Case] = deque()
        self._running: list[Case] = []
        self._slices: deque[Slice] = deque()
        self._slice: Slice | None = None
        self._wake = asyncio.Event()
        self._arrivals = Arrivals()
        self._deaths = 0
        self._loop: asyncio.Task[None] | None = None
        self.used = perf_counter()

    @property
    def idle(self) -> bool:
        return not self._running and not self._others

    @property
    def _others(self) -> list[Case | Slice]:
        """Whoever waits, and the slice that is being answered."""
        return [*self._waiting, *([self._slice] if self._slice else ()), *self._slices]

    @property
    def started(self) -> bool:
        return self._loop is not None

    async def start(self) -> None:
        """Returns when the model is loaded. Raises RunnerFailed."""
        await self._on_thread(self._runner.start)
        self._loop = asyncio.create_task(self._serve(), name=f"runner of {self.model.version}")

    async def solve(self, values: dict[str, Value], deadline: float, *, alone: bool = True) -> Solved:
        """Raises RunnerFailed, FetchFailed or Unanswered, and our own faults as they came.

        A cancelled call leaves the queue, or its runner after a grace. alone: False where its neighbours come with it,
        so that its coming says nothing about others who may be waited for.
        """
        loop = asyncio.get_running_loop()
        case = Case(values, deadline, loop.time())
        self.used = perf_counter()
        if alone:
            self._arrivals.note(case.arrived)
        self._waiting.append(case)
        self._wake.set()
        try:
            return await case.solved
        except asyncio.CancelledError:
            self._abandon(case)
            raise

    async def vary(self, base: dict[str, Value], variants: Sequence[Variant], output: str, deadline: float) -> Varied:
        """As `solve`, of variants of one case in one call, which comes after every single case that waits."""
        part = Slice(base, variants, output, deadline)
        self.used = perf_counter()
        self._slices.append(part)
        self._wake.set()
        try:
            return await part.done
        except asyncio.CancelledError:
            with suppress(ValueError):
                self._slices.remove(part)
            if self._slice is part:
                asyncio.get_running_loop().call_later(CANCEL_GRACE, self._give_up, self._runner, part)
            raise

    async def part(self, base: dict[str, Value], name: str, superpixels: Superpixels) -> NDArray[np.int64]:
        """See `Runner.part`. Raises RunnerFailed."""
        self.used = perf_counter()
        return await self._on_thread(self._runner.part, base, name, superpixels, seconds=self._seconds)

    def heal(self) -> None:
        """Replaces a runner that died while nobody used it."""
        if self.idle and self._loop is not None and not self._runner.alive():
            self._wake.set()

    async def close(self) -> None:
        """Ends the child; cases that wait fail. Raises nothing: who closes it does so for another model."""
        try:
            self._runner.kill()
            if self._loop is not None:
                self._loop.cancel()
                await asyncio.gather(self._loop, return_exceptions=True)
            for case in (*self._running, *self._others):
                case.fail(RunnerFailed("model_crashed"))
            await self._on_thread(self._runner.close)
        except Exception:
            log.exception("the runner of %s could not be closed", self.model.version)
        finally:
            self._thread.shutdown(wait=False)

    async def _serve(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting or self._slices:
                if self._waiting:
                    await self._gather()
                    self._running = self._take()
                else:
                    self._slice = self._slices.popleft()
                self._deaths = 0
                try:
                    if self._slice is not None:
                        await self._solve_slice(self._slice)
                    else:
                        await self._solve(self._running)
                except Exception as error:  # ours; were this loop to end, its cases would wait for nobody
                    log.exception("a round of %s broke off", self.model.version)
                    for case in [self._slice] if self._slice else self._running:
                        case.fail(error)
                    self._runner.kill()
                finally:
                    self._running, self._slice = [], None
                    self.used = perf_counter()
            self._changed()
            # The next case is not to wait for what the last one broke.
            if not self._runner.alive():
                await self._replace()

    async def _gather(self) -> None:
        """Waits a moment for company where more is to be expected; a lone case never waits."""
        if self.model.batch_axis is None or len(self._waiting) >= MAX_BATCH:
            return
        pause = self._arrivals.worth_waiting()
        if pause:
            await asyncio.sleep(pause)

    def _take(self) -> list[Case]:
        most = 1 if self.model.batch_axis is None else MAX_BATCH
        taken: list[Case] = []
        while self._waiting and len(taken) < most:
            case = self._waiting.popleft()
            if not case.solved.done():
                taken.append(case)
        return taken

    async def _solve(self, cases: Sequence[Case]) -> None:
        cases = _still_wanted(cases, RunnerFailed("deadline_exceeded"))
        if not cases or (not self._runner.alive() and not await self._replace(cases)):
            return
        try:
            await self._call(cases)
        except RunnerFailed as failure:
            self._deaths += not self._runner.alive()
            if len(cases) == 1 or self._deaths >= MAX_DEATHS:
                for case in cases:
                    case.fail(failure)
                return
            cases = _still_wanted(cases, failure)
            middle = len(cases) // 2
            await self._solve(cases[:middle])
            await self._solve(cases[middle:])

    async def _solve_slice(self, part: Slice) -> None:
        """In one call: who asked takes less at once where it fails."""
        loop = asyncio.get_running_loop()
        if part.deadline <= loop.time():
            part.fail(RunnerFailed("deadline_exceeded"))
        if part.done.done() or (not self._runner.alive() and not await self._replace()):
            return part.fail(RunnerFailed("model_crashed"))
        runner = self._runner
        killer = loop.call_at(min(loop.time() + self._seconds, part.deadline), runner.kill, "model_too_slow")
        try:
            raws = await self._on_thread(runner.vary, part.base, part.variants, part.output)
        except RunnerFailed as failure:
            return part.fail(failure)
        finally:
            killer.cancel()
        if not part.done.done():
            part.done.set_result(Varied(raws, runner.measured.run / 1000))

    async def _call(self, cases: Sequence[Case]) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        until = min(begun + self._seconds, *(case.deadline for case in cases))
        killer = loop.call_at(until, self._runner.kill, "model_too_slow")
        try:
            outcomes, answer = await self._on_thread(self._compute, [case.values for case in cases])
        finally:
            killer.cancel()
        measured = self._runner.measured
        for case, outcome in zip(cases, outcomes, strict=True):
            if isinstance(outcome, Unanswered):
                case.fail(outcome)
                continue
            timings = Timings(
                wait=(begun - case.arrived) * 1000,
                prepare=measured.prepare,
                run=measured.run,
                answer=answer,
                batch=measured.largest,
            )
            case.solve(Solved(outcome, timings))

    def _compute(self, values: list[dict[str, Value]]) -> tuple[list[dict[str, Answer | Unplaced] | Unanswered], float]:
        """On the runner's thread: the answers, and the milliseconds that post-processing took."""
        raws = self._runner.predict(values)
        begun = perf_counter()
        outcomes: list[dict[str, Answer | Unplaced] | Unanswered] = []
        for raw, given in zip(raws, values, strict=True):
            try:
                outcomes.append(answers(self.model.interface, raw, given))
            except Unanswered as unanswered:
                outcomes.append(unanswered)
        return outcomes, (perf_counter() - begun) * 1000

    async def _replace(self, cases: Sequence[Case] = ()) -> bool:
        """A fresh runner in the place of a dead one; False where it does not start, and then all who wait fail."""
        try:
            await self._on_thread(self._runner.close)
            self._runner = await self._make(self.model)
            await self._on_thread(self._runner.start)
        except Exception as failure:  # of the model, of the store or of the sandbox
            if not isinstance(failure, RunnerFailed | FetchFailed):
                log.exception("the runner of %s cannot be started", self.model.version)
            for case in (*cases, *self._others):
                case.fail(failure)
            self._waiting.clear()
            self._slices.clear()
            return False
        return True

    def _abandon(self, case: Case) -> None:
        with suppress(ValueError):
            self._waiting.remove(case)
        if case in self._running and all(other.solved.done() for other in self._running):
            runner, running = self._runner, self._running
            asyncio.get_running_loop().call_later(CANCEL_GRACE, self._give_up, runner, running)

    def _give_up(self, runner: Runner, given: list[Case] | Slice) -> None:
        if given is self._running or given is self._slice:
            runner.kill("model_too_slow")

    async def _on_thread(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(call, *args, **kwargs))


def _still_wanted(cases: Sequence[Case], failure: RunnerFailed) -> list[Case]:
    """Those that nobody cancelled and that have time left; whose time is over fail."""
    now = asyncio.get_running_loop().time()
    for case in cases:
        if case.deadline <= now:
            case.fail(failure)
    return [case for case in cases if not case.solved.done()]
