"""What may take long takes a part of a worker's places only."""

from uuid import UUID, uuid4

import pytest

from apps.jobs.dispatcher.loop import Dispatcher
from apps.jobs.dispatcher.queue import Waiting
from apps.jobs.dispatcher.sessions import Session
from apps.jobs.kinds import KINDS
from tests.apps.jobs.test_sessions import hello


@pytest.fixture
def dispatcher() -> Dispatcher:
    return Dispatcher("places", b"key")


@pytest.fixture
def worker(dispatcher: Dispatcher) -> Session:
    return dispatcher.sessions.welcome(hello("w", credit=8))


def waiting(kind: str) -> Waiting:
    return Waiting(uuid4(), uuid4(), 0, None, False, kind)


def kinds_of(dispatcher: Dispatcher, jobs: dict[UUID, str]) -> list[str]:
    return sorted(jobs[job] for job, _ in dispatcher._turns())


@pytest.mark.parametrize("kind", ["ingest", "inspect", "ask", "apply", "join"])
def test_a_flood_of_it_leaves_places_for_predictions(dispatcher: Dispatcher, kind: str) -> None:
    credit = 32
    dispatcher.sessions.welcome(hello("w", credit=credit))
    limit = KINDS[kind].at_once
    assert limit is not None
    flood = [waiting(kind) for _ in range(2 * credit)]
    dispatcher._enqueue([*flood, last := waiting("predict")])
    jobs = {job.id: job.kind for job in [*flood, last]}
    assert kinds_of(dispatcher, jobs) == sorted([kind] * limit + ["predict"])
    assert dispatcher._turns() == []


def test_the_next_of_it_begins_where_one_ended(dispatcher: Dispatcher, worker: Session) -> None:
    flood = [waiting("ingest") for _ in range(4)]
    jobs = {job.id: job.kind for job in flood}
    dispatcher._enqueue(flood)
    assert kinds_of(dispatcher, jobs) == ["ingest", "ingest"]
    del worker.assigned[next(iter(worker.assigned))]
    assert kinds_of(dispatcher, jobs) == ["ingest"]


def test_it_never_goes_straight_past_the_queue(dispatcher: Dispatcher, worker: Session) -> None:
    dispatcher.inbox.submitted = {uuid4(): (None, "ingest", "")}
    assert dispatcher._straight() == []
    dispatcher.inbox.submitted = {(job := uuid4()): (None, "predict", "")}
    assert dispatcher._straight() == [(job, worker)]
