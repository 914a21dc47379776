"""The jobs that a worker has taken, from Assign to Finished."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import msgspec
from msgspec.structs import replace

from gpu_workers.debugger.failure import Unanswerable
from gpu_workers.protocol.answers import Answer
from gpu_workers.protocol.datasets import Applied, Ingest, Join, Joined, Reading
from gpu_workers.protocol.debugger import Ask
from gpu_workers.protocol.explained import Explained
from gpu_workers.protocol.messages import (
    Apply,
    Assign,
    Call,
    Explain,
    Failure,
    Finished,
    FromWorker,
    Inspect,
    Predict,
    Progress,
    Report,
    Timings,
)
from gpu_workers.runner import RunnerFailed
from gpu_workers.runner.postprocess import Unanswered

from .blobs import Blobs
from .cache import Cache, FetchFailed
from .explanations import Explanations, Unexplained
from .holdings import Holdings
from .ingestions import Ingestions
from .inspections import Inspections
from .runs import Runs, Unrun
from .tables import Tables

log = logging.getLogger(__name__)
T = TypeVar("T")

BACKSTOP = 0.5
"""Seconds after the deadline that its runner has to say how the job ended."""
PAUSE = 1.0
"""Seconds between two attempts to reach a store that is away."""


class Jobs:
    """One task a job. Every job that was taken ends in exactly one Finished, a cancelled one included."""

    def __init__(
        self,
        worker: str,
        *,
        post: Callable[[FromWorker], None],
        holdings: Holdings,
        blobs: Blobs,
        inspections: Inspections,
        ingestions: Ingestions,
        tables: Tables,
        runs: Runs,
        explanations: Explanations,
        cache: Cache,
    ) -> None:
        self._worker, self._post = worker, post
        self._holdings, self._blobs, self._inspections = holdings, blobs, inspections
        self._ingestions, self._tables, self._runs, self._cache = ingestions, tables, runs, cache
        self._explanations = explanations
        self._tasks: dict[UUID, tuple[int, asyncio.Task[None]]] = {}
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def resident(self) -> tuple[UUID, ...]:
        """Versions of models and of datasets that are held."""
        return self._holdings.resident + self._tables.resident

    @property
    def running(self) -> tuple[tuple[UUID, int], ...]:
        return tuple((job, attempt) for job, (attempt, _) in self._tasks.items())

    def take(self, assign: Assign) -> None:
        """A repeated assignment of the same attempt is ignored; a newer attempt ends the older one silently."""
        known = self._tasks.get(assign.job)
        if known is not None:
            if known[0] >= assign.attempt:
                return
            self._tasks.pop(assign.job)
            _cancel(known[1])
        task = asyncio.create_task(self._do(assign))
        self._tasks[assign.job] = (assign.attempt, task)
        self._empty.clear()

    def cancel(self, job: UUID, attempt: int) -> None:
        known = self._tasks.get(job)
        if known is not None and known[0] == attempt:
            _cancel(known[1])

    async def all_done(self) -> None:
        await self._empty.wait()

    async def close(self) -> None:
        """Cancels what runs."""
        tasks = [task for _, task in self._tasks.values()]
        for task in tasks:
            _cancel(task)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _do(self, assign: Assign) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + assign.deadline - time.time()
        ended = Finished(self._worker, assign.job, assign.attempt)
        try:
            async with asyncio.timeout_at(deadline + BACKSTOP):
                ended = await self._done(assign, ended, deadline)
        except asyncio.CancelledError:
            ended = _failed(ended, "cancelled", "It was cancelled.")
        except TimeoutError:
            ended = _failed(ended, "deadline_exceeded", "It was not answered in its time and was stopped.")
        except Unanswered as unanswered:
            ended = _failed(ended, unanswered.code, str(unanswered))
        except (RunnerFailed, FetchFailed, Unanswerable, Unrun, Unexplained) as failed:
            ended = _failed(ended, failed.code, failed.message, failed.detail)
        except Exception as unexpected:  # a job that never ended would hold its lease for ever
            log.exception("a job failed by our fault", extra=facts_of(assign))
            ended = _failed(
                ended, "internal", "The worker failed on this job.", f"{type(unexpected).__name__}: {unexpected}"
            )
        outcome = ended.error.code if ended.error else "succeeded"
        log.info("a job ended: %s", outcome, extra=facts_of(assign))
        self._finish(ended)

    async def _done(self, assign: Assign, ended: Finished, deadline: float) -> Finished:
        """ended: yet without what the work gave."""
        match assign.work:
            case Predict():
                answers, timings = await self._predict(assign.work, deadline)
                return replace(ended, answers=answers, timings=timings)
            case Inspect():
                return replace(ended, report=await self._inspect(assign.work, deadline))
            case Ask():
                told = await self._ask(assign.work, deadline)
                took = msgspec.json.decode(told, type=_Took)
                return replace(ended, made=told, timings=Timings(run=took.seconds * 1000))
            case Ingest():
                made: Reading | Applied | Joined | Explained = await self._ingest(assign.work, deadline)
            case Apply():
                made = await self._apply(assign.work, deadline)
            case Join():
                made = await self._join(assign.work, deadline)
            case Explain():
                made = await self._explain(assign, assign.work, deadline)
            case Call():
                raise ValueError("a function is called where its connection is, not by a worker")
        return replace(ended, made=msgspec.msgpack.encode(made), timings=Timings(run=made.seconds * 1000))

    async def _predict(self, work: Predict, deadline: float) -> tuple[dict[str, Answer], Timings]:
        begun = time.perf_counter()
        values = await _patiently(deadline, lambda: self._blobs.filled(work.inputs))
        fetched = time.perf_counter()
        solved = await _patiently(deadline, lambda: self._holdings.solve(work.model, values, deadline))
        answers = await _patiently(deadline, lambda: self._blobs.stored(solved.answers, work.puts))
        return answers, replace(solved.timings, fetch=(fetched - begun) * 1000)

    async def _inspect(self, work: Inspect, deadline: float) -> Report:
        example = await _patiently(deadline, lambda: self._blobs.filled(work.example))
        filled = replace(work, example=example)
        return await _patiently(deadline, lambda: self._inspections.inspect(filled, deadline))

    async def _ingest(self, work: Ingest, deadline: float) -> Reading:
        async with self._blobs.placing(work.put) as place:
            with self._cache.scratch() as table:
                found = await _patiently(deadline, lambda: self._ingestions.read(work, table, deadline))
                if found.verdict == "ready":
                    await _patiently(deadline, lambda: place(table, found.size))
                    self._cache.keep(table, found.sha256)
                return found

    async def _apply(self, work: Apply, deadline: float) -> Applied:
        with self._cache.scratch() as out:
            applied = await _patiently(deadline, lambda: self._runs.apply(work, out, deadline))
            await _patiently(deadline, lambda: self._blobs.put_file(work.put, out, applied.size))
            return applied

    async def _join(self, work: Join, deadline: float) -> Joined:
        with self._cache.scratch() as table:
            joined = await _patiently(deadline, lambda: self._runs.join(work, table, deadline))
            await _patiently(deadline, lambda: self._blobs.put_file(work.put, table, joined.size))
            return joined

    async def _explain(self, assign: Assign, work: Explain, deadline: float) -> Explained:
        def tell(share: float, text: str) -> None:
            self._post(Progress(self._worker, assign.job, assign.attempt, work.subject, share, text))

        base = await _patiently(deadline, lambda: self._blobs.filled(work.inputs))
        found = await _patiently(deadline, lambda: self._explanations.explain(work, base, deadline, tell))
        if found.png is not None:
            png = found.png
            await _patiently(deadline, lambda: self._blobs.put(work.put, png))
        return Explained(found.result, found.calls, found.seconds, found.overlay)

    async def _ask(self, work: Ask, deadline: float) -> bytes:
        return await _patiently(deadline, lambda: self._tables.ask(work, deadline))

    def _finish(self, ended: Finished) -> None:
        known = self._tasks.get(ended.job)
        if known is None or known[0] != ended.attempt:
            return  # a newer attempt took its place
        del self._tasks[ended.job]
        self._post(replace(ended, resident=self.resident))
        if not self._tasks:
            self._empty.set()


class _Took(msgspec.Struct):
    """What is read here of an answer to a question: the device time."""

    seconds: float


def facts_of(assign: Assign) -> dict[str, object]:
    """What a line about a job carries besides its words."""
    facts = {"request": assign.request, "job": str(assign.job), "attempt": assign.attempt}
    if isinstance(assign.work, Predict | Apply | Explain):
        facts["version"] = str(assign.work.model.version)
    if isinstance(assign.work, Ask | Join):
        facts["version"] = str(assign.work.dataset.version)
    return {"facts": facts}


async def _patiently(deadline: float, step: Callable[[], Awaitable[T]]) -> T:
    """What a step gives; tried again while the store is away, as long as the job has time."""
    while True:
        try:
            return await step()
        except FetchFailed as failed:
            if not failed.passing or asyncio.get_running_loop().time() + PAUSE > deadline:
                raise
            log.warning("the store is away; trying again")
        await asyncio.sleep(PAUSE)


def _failed(ended: Finished, code: str, message: str, detail: str = "") -> Finished:
    return replace(ended, error=Failure(code, message, detail))


def _cancel(task: asyncio.Task[None]) -> None:
    # A task that is cancelled before its first step never runs, and would never say how it ended.
    asyncio.get_running_loop().call_soon(task.cancel)
