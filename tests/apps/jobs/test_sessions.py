"""Which worker takes a job: credit, residency, load; and what a heartbeat that misses a job means."""

from secrets import token_bytes
from uuid import UUID, uuid4

from apps.jobs.dispatcher.sessions import Session, Sessions
from gpu_workers.protocol.messages import Heartbeat, Hello

VERSION = UUID(int=1)


def hello(name: str, credit: int = 2, resident: tuple[UUID, ...] = ()) -> Hello:
    return Hello(name, "default", "cpu", 2**30, credit, resident, token_bytes(16), f"worker.{name}", "full")


def give(session: Session, *, attempt: int = 1, since: float = 0.0) -> UUID:
    job = uuid4()
    session.assigned[job] = (attempt, since)
    return job


def test_without_a_worker_nobody_is_chosen() -> None:
    assert Sessions(b"key").choose(VERSION) is None


def test_the_one_that_holds_the_model_is_chosen_before_a_less_loaded_one() -> None:
    sessions = Sessions(b"key")
    sessions.welcome(hello("idle", credit=8))
    holds = sessions.welcome(hello("holds", resident=(VERSION,)))
    assert sessions.choose(VERSION) is holds


def test_among_those_that_hold_it_the_least_loaded_is_chosen() -> None:
    sessions = Sessions(b"key")
    busy = sessions.welcome(hello("busy", resident=(VERSION,)))
    calm = sessions.welcome(hello("calm", resident=(VERSION,)))
    give(busy)
    assert sessions.choose(VERSION) is calm


def test_credit_is_never_exceeded() -> None:
    sessions = Sessions(b"key")
    holds = sessions.welcome(hello("holds", credit=1, resident=(VERSION,)))
    other = sessions.welcome(hello("other", credit=1))
    give(holds)
    assert sessions.choose(VERSION) is other
    give(other)
    assert sessions.choose(VERSION) is None


def test_a_second_hello_replaces_the_session_and_its_key() -> None:
    sessions = Sessions(b"key")
    before = sessions.welcome(hello("one"))
    after = sessions.welcome(hello("one"))
    assert len(sessions) == 1
    assert sessions.get("one") is after
    assert before.nonce != after.nonce


def test_a_job_that_never_arrived_is_lost_after_the_grace_and_frees_its_credit() -> None:
    sessions = Sessions(b"key")
    session = sessions.welcome(hello("one", credit=1))
    job = give(session, attempt=2)
    beat = Heartbeat("one", (), (), 1)
    assert sessions.hear(beat, grace=1e9) == []
    assert session.free == 0
    assert sessions.hear(beat, grace=0) == [(job, 2)]
    assert session.free == 1


def test_a_job_that_runs_is_not_lost_and_one_from_before_is_learned() -> None:
    sessions = Sessions(b"key")
    session = sessions.welcome(hello("one", credit=2))
    job, known = give(session), uuid4()
    assert sessions.hear(Heartbeat("one", ((job, 1), (known, 3)), (VERSION,), 2), grace=0) == []
    assert session.assigned[known][0] == 3
    assert session.resident == {VERSION}
    assert session.free == 0


def test_who_falls_silent_is_closed_once() -> None:
    sessions = Sessions(b"key")
    session = sessions.welcome(hello("one"))
    assert sessions.silent(1e6) == []
    session.seen -= 100
    assert sessions.silent(10) == [session]
    assert sessions.silent(10) == []
    assert sessions.get("one") is None
