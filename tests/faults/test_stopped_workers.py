"""A worker stands still for longer than its lease and goes on: what it says then, nobody takes any more.

Each round stops the worker that runs a job; its runner goes on computing. When the lease has run out and the other
worker has begun the second attempt, the first goes on and at once says how the first attempt ended. The second attempt
takes its time all the same, and its answer is the one that counts: the job ends after the other worker said so.
"""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from apps.jobs.models import Job, UsageEntry, Worker
from atrium.tenancy.context import team_context
from infra.dev import site_processes
from infra.dev.processes import Process
from tests.faults.running import until
from tests.faults.served import OPEN, Served, serve
from tests.models import counting
from tests.people import Lab
from tests.services import site

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("web_process")]

POOL = "stopped"
LEASE = 3.0
RUN = 1.2
"""Seconds that one attempt takes, about."""
PATIENCE = 60.0


@dataclass
class Pair:
    """Two workers of one pool, by name, with a lease that ends soon."""

    workers: dict[str, Process]

    def log(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.workers[name].log.read_text().splitlines() if line.startswith("{")]

    def stop(self, name: str) -> None:
        self._signal(name, signal.SIGSTOP)

    def go_on(self, name: str) -> None:
        self._signal(name, signal.SIGCONT)

    def _signal(self, name: str, number: signal.Signals) -> None:
        child = self.workers[name].child
        assert child is not None
        os.kill(child.pid, number)


@pytest.fixture
def pair(long_rounds: int) -> Iterator[Pair]:
    with ExitStack() as stack:

        def run(process: Process, log: str, **environment: str) -> Process:
            changed = {**(process.environment or {}), **environment}
            process = replace(process, log=site().folder / "log" / f"{log}.log", environment=changed)
            process.start()
            stack.callback(process.stop)
            process.wait()
            return process

        run(site_processes.dispatch(site(), POOL), "stopped-dispatch", LEASE_SECONDS=str(LEASE))
        workers: dict[str, Process] = {}
        for number in range(2):
            cache = str(site().folder / f"stopped-{number}")
            process = run(site_processes.worker(site(), POOL), f"stopped-{number}", WORKER_CACHE=cache)
            until(lambda: names() > set(workers), PATIENCE)
            [name] = names() - set(workers)
            workers[name] = process
        yield Pair(workers)


def names() -> set[str]:
    return set(Worker.objects.filter(pool=POOL).values_list("name", flat=True))


@dataclass
class Watched:
    """A job as it is looked at again and again."""

    served: Served
    prediction: str

    def row(self) -> Job:
        with team_context(self.served.lab.alice):
            return Job.objects.get(subject=self.prediction)

    def runs(self, attempt: int) -> Job:
        """Its row, once that attempt runs or all has ended."""
        limit = time.monotonic() + PATIENCE
        while True:
            row = self.row()
            if row.state not in OPEN or (row.state == "running" and row.attempt == attempt):
                return row
            assert time.monotonic() < limit, f"attempt {attempt} does not begin"
            time.sleep(0.02)


def test_nothing_late_is_accepted(pair: Pair, lab: Lab, long_rounds: int) -> None:
    served = serve(lab, "Counting", counting(), pool=POOL)
    steps = calibrated(served)
    done: dict[str, list[tuple[str, int]]] = {name: [] for name in pair.workers}
    ends: dict[str, datetime] = {}
    rounds = missed = 0
    begun = time.monotonic()
    while rounds < long_rounds:
        steps += 1
        watched = Watched(served, served.accepted(steps))
        holder = watched.runs(1).worker
        pair.stop(holder)
        try:
            job = watched.runs(2)
        finally:
            pair.go_on(holder)
        if job.attempt == 1:  # it had answered before it was stopped
            missed += 1
            assert missed <= long_rounds, "the model is too fast"
            continue
        shown = served.ended(watched.prediction, PATIENCE)
        assert shown["state"] == "succeeded", shown
        assert shown["answer"]["y"]["value"] == 2 * steps
        job = watched.row()
        [other] = set(pair.workers) - {holder}
        assert (job.attempt, job.worker) == (2, other)
        assert job.finished_at is not None
        ends[str(job.pk)] = job.finished_at
        done[holder].append((str(job.pk), 1))
        done[other].append((str(job.pk), 2))
        rounds += 1
    for name, expected in done.items():
        lines = [line for line in pair.log(name) if "a job ended" in line["event"]]
        said = {(line["job"], line["attempt"]): datetime.fromisoformat(line["timestamp"]) for line in lines}
        assert set(expected) <= set(said), "each attempt came to an end at its worker"
        for ended, attempt in expected:
            late = attempt == 2 and ends[ended] < said[ended, attempt]
            assert not late, "the late answer was taken for the second attempt's"
    with team_context(lab.alice):
        jobs = set(Job.objects.values_list("pk", flat=True))
        ledger = list(UsageEntry.objects.filter(job_id__isnull=False).values_list("job_id", flat=True))
    assert Counter(ledger) == Counter(jobs), "each job is in the ledger once"
    print(f"{rounds} rounds in {time.monotonic() - begun:.0f} s, {missed} more were too fast; 0 late")  # noqa: T201


def calibrated(served: Served) -> int:
    """Steps of the model that take about RUN seconds."""
    steps, seconds = 1000, 0.0
    while seconds < RUN:
        steps = int(steps * min(max(1.2 * RUN / max(seconds, 1e-3), 1.5), 20))
        assert steps < 2**22, "beyond it float32 counts no single steps"
        shown = served.ended(served.accepted(steps), PATIENCE)
        assert shown["answer"]["y"]["value"] == 2 * steps
        seconds = shown["timings"]["run"] / 1000
    return steps
