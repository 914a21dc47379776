"""Connections to notebooks in the dispatcher: given the jobs of their version and no others, known by their own key."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from secrets import token_bytes
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from django.utils import timezone
from uuid6 import uuid7

from apps.jobs.bridges import PREFIX, bridge_key, bridge_name, introduction_key
from apps.jobs.dispatcher import rows
from apps.jobs.dispatcher.loop import Dispatcher
from apps.jobs.dispatcher.queue import Waiting
from apps.jobs.dispatcher.sessions import Session
from apps.jobs.models import Job
from apps.jobs.services import submit
from atrium.errors import Problem
from atrium.tenancy.context import team_context
from gpu_workers.protocol.messages import Envelope, Finished, Goodbye, Hello, Progress, encode
from gpu_workers.protocol.signing import Forged, Signer, session_key
from tests.conftest import AsDispatcher
from tests.people import Lab

KEY = b"the pool's"
VERSION, OTHER = UUID(int=1), UUID(int=2)


def hello(name: str, serves: UUID | None = None, credit: int = 1) -> Hello:
    return Hello(name, "default", "notebook", 0, credit, (), token_bytes(16), f"channel.{name}", "full", serves)


def waiting(kind: str = "live", version: UUID | None = VERSION) -> Waiting:
    return Waiting(uuid4(), uuid4(), 1, version, False, kind)


@pytest.fixture
def dispatcher() -> Iterator[Dispatcher]:
    made = Dispatcher("default", KEY)
    yield made
    made._thread.shutdown()


def placed(dispatcher: Dispatcher, *jobs: Waiting) -> list[str | None]:
    """By whom each is answered."""
    dispatcher._enqueue(jobs)
    by_job = {job: session.hello.worker for job, session in dispatcher._turns()}
    return [by_job.get(job.id) for job in jobs]


def test_a_live_job_goes_to_its_versions_connection_and_nowhere_else(dispatcher: Dispatcher) -> None:
    dispatcher.sessions.welcome(hello("worker", credit=8))
    dispatcher.sessions.welcome(hello(f"{PREFIX}other", OTHER))
    assert placed(dispatcher, job := waiting()) == [None]
    dispatcher.sessions.welcome(hello(f"{PREFIX}mine", VERSION))
    assert placed(dispatcher, job) == [f"{PREFIX}mine"]


@pytest.mark.parametrize("kind", ["predict", "inspect"])
def test_a_connection_gets_no_other_kind_of_job(dispatcher: Dispatcher, kind: str) -> None:
    dispatcher.sessions.welcome(hello(f"{PREFIX}mine", VERSION, credit=8))
    assert placed(dispatcher, waiting(kind)) == [None]
    assert dispatcher.sessions.free == 0
    dispatcher.inbox.submitted = {uuid4(): (VERSION, kind, "")}
    assert dispatcher._straight() == []


def test_what_waits_for_one_holds_up_nobody(dispatcher: Dispatcher) -> None:
    dispatcher.sessions.welcome(hello("worker"))
    dispatcher.sessions.welcome(hello(f"{PREFIX}busy", VERSION, credit=0))
    dispatcher.sessions.welcome(hello(f"{PREFIX}free", OTHER))
    jobs = waiting(), waiting(version=OTHER), waiting("predict")
    assert placed(dispatcher, *jobs) == [None, f"{PREFIX}free", "worker"]


def test_several_connections_share_a_version(dispatcher: Dispatcher) -> None:
    for name in ("one", "two"):
        dispatcher.sessions.welcome(hello(f"{PREFIX}{name}", VERSION))
    assert sorted(map(str, placed(dispatcher, waiting(), waiting(), waiting()))) == [
        "None",
        f"{PREFIX}one",
        f"{PREFIX}two",
    ]


def heard(dispatcher: Dispatcher, sealed: Envelope) -> None:
    with suppress(Forged, msgspec.DecodeError):
        asyncio.run(dispatcher.inbox.hear(sealed))


@pytest.mark.parametrize(
    ("key", "name", "serves", "joins"),
    [
        (bridge_key(), f"{PREFIX}a", VERSION, True),
        (KEY, f"{PREFIX}a", VERSION, False),  # a worker of the pool that poses as a notebook
        (bridge_key(), "a", None, False),  # web that poses as a worker
        (KEY, "a", VERSION, False),
        (bridge_key(), f"{PREFIX}a", None, False),
        (b"another", f"{PREFIX}a", VERSION, False),
    ],
    ids=["notebook", "worker as notebook", "web as worker", "worker that serves", "notebook of nothing", "stranger"],
)
def test_each_joins_by_its_own_key_as_what_it_is(
    dispatcher: Dispatcher, key: bytes, name: str, serves: UUID | None, joins: bool
) -> None:
    heard(dispatcher, Signer(key, name).seal(encode(hello(name, serves))))
    assert [session.hello.worker for session in dispatcher.sessions] == ([name] if joins else [])


def signer_of(session: Session) -> Signer:
    key = session_key(introduction_key(KEY, session.hello.worker), session.hello.nonce, session.nonce)
    return Signer(key, session.hello.worker)


def test_a_connection_ends_and_tells_of_its_own_jobs_only(dispatcher: Dispatcher) -> None:
    session = dispatcher.sessions.welcome(hello(f"{PREFIX}a", VERSION))
    mine, other = uuid4(), uuid4()
    session.assigned[mine] = (1, 0.0)
    told: list[Any] = []
    dispatcher.voice._tell = lambda job, message: told.append(job)  # type: ignore[method-assign]
    signer = signer_of(session)
    for job in (other, mine):
        heard(dispatcher, signer.seal(encode(Progress(session.hello.worker, job, 1, uuid4(), 0.5))))
        heard(dispatcher, signer.seal(encode(Finished(session.hello.worker, job, 1))))
    assert told == [mine]
    assert [ending.job_id for ending in dispatcher.inbox.endings] == [mine]


@pytest.mark.parametrize(("name", "serves"), [(f"{PREFIX}a", VERSION), ("worker", None)])
def test_what_a_notebook_had_as_it_left_is_given_back_and_what_a_worker_had_is_lost(
    dispatcher: Dispatcher, name: str, serves: UUID | None
) -> None:
    session = dispatcher.sessions.welcome(hello(name, serves))
    mine = uuid4()
    session.assigned[mine] = (2, 0.0)
    heard(dispatcher, signer_of(session).seal(encode(Goodbye(name))))
    left = dispatcher.inbox.lost if serves is None else dispatcher.inbox.given_back
    assert left == [(mine, 2)]
    assert len(dispatcher.inbox.lost + dispatcher.inbox.given_back) == 1


def test_a_name_is_of_one_notebook_of_one_token_for_one_version() -> None:
    token, notebook = uuid4(), "a" * 32
    names = {
        bridge_name(VERSION, token, notebook),
        bridge_name(OTHER, token, notebook),
        bridge_name(VERSION, uuid4(), notebook),
        bridge_name(VERSION, token, "b" * 32),
    }
    assert len(names) == 4
    assert bridge_name(VERSION, token, notebook) in names


def live_job(lab: Lab, version: UUID) -> Job:
    with team_context(lab.alice):
        return submit("live", uuid7(), {"inputs": {}, "puts": {}}, pool=lab.team.slug, version_id=version)


def test_jobs_without_a_connection_stay_in_the_table(lab: Lab, as_dispatcher: AsDispatcher) -> None:
    version = uuid7()
    job = live_job(lab, version)
    assert as_dispatcher(rows.queued, lab.team.slug) == []
    assert [found.id for found in as_dispatcher(rows.queued, lab.team.slug, {version})] == [job.pk]


def test_one_whose_time_is_over_says_that_nobody_came(lab: Lab, as_dispatcher: AsDispatcher) -> None:
    job = live_job(lab, uuid7())
    with team_context(lab.alice):
        Job.objects.filter(pk=job.pk).update(deadline_at=timezone.now() - timedelta(seconds=1))
    endings, _ = as_dispatcher(rows.overdue, lab.team.slug, False)
    assert [(ending.job_id, ending.error.code) for ending in endings] == [(job.pk, "function_offline")]


def test_what_waits_for_a_notebook_fills_its_own_line_only(lab: Lab, settings: Any) -> None:
    settings.QUEUE_LIMIT = 2
    full, other = uuid7(), uuid7()
    for _ in range(2):
        live_job(lab, full)
    with pytest.raises(Problem, match="waiting already"):
        live_job(lab, full)
    live_job(lab, other)
    with team_context(lab.alice):
        submit("predict", uuid7(), {"inputs": {}, "puts": {}}, pool=lab.team.slug, version_id=lab.version.pk)
