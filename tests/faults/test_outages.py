"""A service is away for a while under use: who asks is told so at once, what was accepted is done.

Against a whole `make run` with its demo. PostgreSQL, Valkey and S3 are away twice: silent (stopped, as a machine that
hangs) and gone (killed, its supervisor held so that it does not start it again). Two seconds in the suite, a minute in
`make faults`.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

import httpx
import pytest

from tests.faults.running import Running, running_in, until

pytestmark = pytest.mark.long
Outage = Callable[[Running, str], AbstractContextManager[None]]
AT_ONCE = 10.0
"""Seconds within which a refusal must come. Two to three are promised; the rest is for a machine that does ten things
at once. Without the watch over the services a silent one is waited for until it answers."""
RECOVERY = 20.0
"""Ten are promised and one to four measured, on two cores with a load of fifteen; the rest is for a disk that others
write to, for which PostgreSQL waits after a kill."""
SETTLE = 60.0
"""Seconds for the accepted ones to be done, however many there are and however slow the machine."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An Atrium of its own, with the demo, whose services may be taken away."""
    with running_in(tmp_path_factory.mktemp("outages") / "var") as running:
        yield running


@pytest.fixture(params=["silent", "gone"])
def outage(request: pytest.FixtureRequest) -> Outage:
    return {"silent": silent, "gone": gone}[request.param]


@pytest.fixture
def seconds(request: pytest.FixtureRequest) -> float:
    """How long it is away."""
    return 60.0 if request.config.getoption("--long") else 2.0


@contextmanager
def silent(running: Running, name: str) -> Iterator[None]:
    """Stop a service and all of its processes in the middle of what they do."""
    service = running.service(name)
    stopped = [service, *service.children(recursive=True)]
    for process in stopped:
        process.suspend()
    try:
        yield
    finally:
        for process in stopped:
            process.resume()


@contextmanager
def gone(running: Running, name: str) -> Iterator[None]:
    """Kill a service; its supervisor is held, so that nobody starts it again before the end."""
    service = running.service(name)
    running.supervisor.suspend()
    try:
        service.kill()
        yield
    finally:
        running.supervisor.resume()


def refused(answer: httpx.Response) -> bool:
    """503, soon, with a time to come back and a sentence."""
    if answer.status_code != 503:
        return False
    assert int(answer.headers["Retry-After"]) >= 1
    assert "is away" in answer.text
    assert answer.elapsed.total_seconds() < AT_ONCE
    return True


def test_the_database_is_away(running: Running, outage: Outage, seconds: float) -> None:
    """Every page and call says so, those under way too; health says which."""
    before = running.table()
    assert before.status_code == 202
    with ThreadPoolExecutor() as threads, outage(running, "postgres"):
        first = [threads.submit(ask) for ask in (running.page, running.table)]
        for asked in first:
            assert refused(asked.result())
        until(lambda: running.away() == {"database"}, AT_ONCE)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert refused(running.table())
            assert refused(running.page())
            assert running.away() == {"database"}
            time.sleep(0.2)
    recovers(running)


def test_messages_are_away(running: Running, outage: Outage, seconds: float) -> None:
    """Predictions are accepted and wait, as is told at once; judgements are kept. All is done when they are back."""
    assert running.judge().status_code == 201
    with outage(running, "valkey"):
        end = time.monotonic() + seconds
        until(lambda: running.away() == {"messages"}, AT_ONCE)
        assert running.judge().status_code == 201
        waiting = running.table(wait=30)  # for whom nobody would work before it is over
        assert waiting.status_code == 202
        assert waiting.elapsed.total_seconds() < AT_ONCE
        while time.monotonic() < end:
            assert running.table().status_code == 202
            assert running.page().status_code == 200
            time.sleep(0.5)  # all of them wait, and a team may have 200 waiting
    recovers(running)


def test_inputs_are_silent(running: Running, seconds: float) -> None:
    """Pictures are refused, also to whom waits already; all else works."""
    with silent(running, "inputs"):
        assert refused(running.film())
        until(lambda: running.away() == {"inputs"}, AT_ONCE)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert refused(running.film())
            assert running.table().status_code in (200, 202)
            assert running.page().status_code == 200
            time.sleep(0.2)
    recovers(running)


def test_the_store_is_away(running: Running, outage: Outage, seconds: float) -> None:
    """What needs it is refused, and nothing else."""
    assert running.film().status_code == 202
    with outage(running, "s3"):
        assert refused(running.film())
        until(lambda: running.away() == {"store"}, AT_ONCE)  # who is refused may know before who watches
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert refused(running.film())
            assert running.table().status_code in (200, 202)
            assert running.page().status_code == 200
            assert running.away() == {"store"}
            time.sleep(0.2)
    recovers(running)


def recovers(running: Running) -> None:
    """By itself, and all that was accepted is done."""
    took = until(lambda: not running.away() and running.film().status_code == 202, RECOVERY)
    until(lambda: not running.open(), SETTLE)
    print(f"back after {took:.1f} s; {len(running.accepted)} accepted, none open")  # noqa: T201
