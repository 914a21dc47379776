"""What operators ask of workers, from the row to the worker: quarantine, requeue, drain; and who may ask."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from secrets import token_hex
from typing import Any

import pytest

from apps.jobs.dispatcher import orders, rows
from apps.jobs.dispatcher.loop import Dispatcher
from apps.jobs.dispatcher.sessions import Sessions
from apps.jobs.models import Worker, WorkerOrder
from apps.jobs.orders import ask_of_worker, orders_shown, take_back
from atrium.access.principals import Person
from atrium.audit.models import AccountEvent
from atrium.errors import Conflict, NotFound
from gpu_workers.protocol.messages import Cancel, Drain, to_worker
from infra.dev import site_processes
from tests.apps.jobs.conftest import reread, waiting_job
from tests.apps.jobs.test_sessions import hello
from tests.conftest import AsDispatcher
from tests.people import Lab, new_person
from tests.services import site
from tests.workers import heard

What = WorkerOrder.What


@pytest.fixture
def olga() -> Person:
    return replace(new_person("Olga"), operator=True)


def standing(as_dispatcher: AsDispatcher, pool: str) -> list[str]:
    return [order.what for order in as_dispatcher(orders.standing, pool)]


def events(person: Person) -> list[str]:
    return list(AccountEvent.objects.filter(user_id=person.user_id).order_by("at").values_list("what", flat=True))


class Obeying(Dispatcher):
    """A dispatcher whose statements run as its role, and which writes down what it says to workers."""

    def __init__(self, pool: str, as_dispatcher: AsDispatcher) -> None:
        super().__init__(pool, b"key")
        self.as_dispatcher = as_dispatcher
        self.said: list[Any] = []
        self.voice.hand = self.hear  # type: ignore[method-assign]

    async def _database(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return self.as_dispatcher(function, *arguments)

    async def hear(self, session: Any, body: bytes) -> None:
        self.said.append(to_worker(body))


class TestWhoMayAsk:
    def test_an_operator_and_nobody_else(self, olga: Person, lab: Lab) -> None:
        with heard(lab.team.slug) as worker:
            for act in (lambda person: ask_of_worker(person, worker, What.DRAIN), orders_shown):
                with pytest.raises(NotFound):
                    act(lab.people["alice"])
            ask_of_worker(olga, worker, What.QUARANTINE)
            with pytest.raises(NotFound):
                take_back(lab.people["alice"], worker)
            take_back(olga, worker)
        assert events(olga) == ["operator.quarantined_worker", "operator.took_back_worker"]

    def test_what_is_asked_twice_stands_once(self, olga: Person, lab: Lab, as_dispatcher: AsDispatcher) -> None:
        with heard(lab.team.slug) as worker:
            for _ in range(2):
                ask_of_worker(olga, worker, What.DRAIN)
            assert standing(as_dispatcher, lab.team.slug) == ["drain"]
        assert events(olga) == ["operator.drained_worker"]

    def test_a_worker_that_is_gone_is_told(self, olga: Person) -> None:
        with pytest.raises(Conflict, match="gone"):
            ask_of_worker(olga, "nobody", What.REQUEUE)
        assert events(olga) == []


class TestStanding:
    def test_a_drain_ends_with_its_worker_and_a_quarantine_does_not(
        self, olga: Person, lab: Lab, as_dispatcher: AsDispatcher
    ) -> None:
        with heard(lab.team.slug) as worker:
            ask_of_worker(olga, worker, What.DRAIN)
            ask_of_worker(olga, worker, What.QUARANTINE)
            assert standing(as_dispatcher, lab.team.slug) == ["drain", "quarantine"]
        assert standing(as_dispatcher, lab.team.slug) == ["quarantine"]


class TestQuarantine:
    def test_the_worker_gets_nothing_new_also_after_it_came_again(self) -> None:
        sessions = Sessions(b"key")
        sessions.welcome(hello("ill"))
        sessions.hold({"ill"})
        assert sessions.choose(None) is None
        assert sessions.free == 0
        sessions.welcome(hello("ill"))
        assert sessions.choose(None) is None
        sessions.hold(set())
        assert sessions.choose(None) is not None

    def test_the_dispatcher_holds_whom_it_is_told(self, olga: Person, lab: Lab, as_dispatcher: AsDispatcher) -> None:
        dispatcher = Obeying(lab.team.slug, as_dispatcher)
        with heard(lab.team.slug) as worker:
            session = dispatcher.sessions.welcome(hello(worker))
            ask_of_worker(olga, worker, What.QUARANTINE)
            asyncio.run(dispatcher._obey())
            assert session.held
            take_back(olga, worker)
            asyncio.run(dispatcher._obey())
            assert not session.held


class TestRequeue:
    def test_what_it_runs_is_stopped_and_waits_again(self, olga: Person, lab: Lab, as_dispatcher: AsDispatcher) -> None:
        dispatcher = Obeying(lab.team.slug, as_dispatcher)
        with heard(lab.team.slug) as worker:
            job, other = waiting_job(lab), waiting_job(lab)
            as_dispatcher(rows.claim, [(job.pk, worker), (other.pk, "another")], timedelta(seconds=10))
            session = dispatcher.sessions.welcome(hello(worker))
            session.assigned[job.pk] = (1, 0.0)
            ask_of_worker(olga, worker, What.REQUEUE)
            asyncio.run(dispatcher._obey())
            assert dispatcher.said == [Cancel(job.pk, 1)]
            assert job.pk in dispatcher.queues[""]
            assert session.assigned == {}
            assert (reread(lab, job).state, reread(lab, other).state) == ("queued", "running")
            assert standing(as_dispatcher, lab.team.slug) == []


class TestDrain:
    def test_it_is_told_each_second_until_it_is_gone(self, olga: Person, lab: Lab, as_dispatcher: AsDispatcher) -> None:
        dispatcher = Obeying(lab.team.slug, as_dispatcher)
        with heard(lab.team.slug) as worker:
            dispatcher.sessions.welcome(hello(worker))
            ask_of_worker(olga, worker, What.DRAIN)
            asyncio.run(dispatcher._obey())
            asyncio.run(dispatcher._obey())
            assert dispatcher.said == [Drain(), Drain()]
        asyncio.run(dispatcher._obey())
        assert dispatcher.said == [Drain(), Drain()]

    def test_a_real_worker_that_is_told_ends(self, olga: Person) -> None:
        pool = f"drained-{token_hex(4)}"
        dispatch, worker = site_processes.dispatch(site(), pool), site_processes.worker(site(), pool)
        cache = site().folder / pool
        cache.mkdir(mode=0o700)
        worker.environment = {**(worker.environment or {}), "WORKER_CACHE": str(cache)}
        try:
            dispatch.start()
            dispatch.wait()
            worker.start()
            worker.wait()
            ask_of_worker(olga, name_in(pool), What.DRAIN)
            assert worker.child is not None
            assert worker.child.wait(timeout=60) == 0
        finally:
            worker.stop()
            dispatch.stop()


def name_in(pool: str) -> str:
    """The pool's one worker, as soon as its dispatcher knows it."""
    until = time.monotonic() + 60
    while (name := Worker.objects.filter(pool=pool).values_list("name", flat=True).first()) is None:
        assert time.monotonic() < until, "the worker was not welcomed"
        time.sleep(0.05)
    return name
