"""A team's own pool: its worker reaches web and the store alone, and does nothing that it was not given."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from secrets import token_bytes
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from apps.endpoints.services import create_endpoint, move_endpoint
from apps.jobs.consumers import BYTES, MESSAGES, OPEN, _Spending
from apps.jobs.dispatcher.endings import Ending, _used_ms
from apps.jobs.dispatcher.loop import Dispatcher
from apps.jobs.dispatcher.sessions import Expected, Session
from apps.jobs.models import Job, Worker
from apps.jobs.pools import create_pool, pools_of, remove_pool, turn_key
from atrium.access.principals import Role
from atrium.errors import Conflict, NotFound, Problem
from atrium.tenancy.context import team_context
from gpu_workers.protocol.answers import Answer, ImageAnswer, NumberAnswer, TextAnswer
from gpu_workers.protocol.interface import Interface, NumberInput, NumberOutput
from gpu_workers.protocol.messages import (
    VERSION,
    Envelope,
    Failure,
    Finished,
    Heartbeat,
    Hello,
    Progress,
    Submitted,
    Timings,
    encode,
    from_worker,
)
from gpu_workers.protocol.pools import HEADER, MAX_FRAME, Place, PoolKey
from gpu_workers.protocol.signing import Forged, Signer, session_key
from infra.dev.ground import ROOT
from tests.faults.served import Served, serve
from tests.models import doubling
from tests.people import Lab
from tests.queries import queries_of
from tests.schema import Api
from tests.services import site
from tests.waiting import until

PATIENCE = 60.0
Start = Callable[[PoolKey], subprocess.Popen[bytes]]


# ---- whole ----


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A worker with the pool's key and nothing else: neither Valkey's address nor the installation's own key."""
    begun: list[subprocess.Popen[bytes]] = []

    def start(key: PoolKey) -> subprocess.Popen[bytes]:
        file = tmp_path / f"{len(begun)}.key"
        file.write_text(f"{key}\n")
        command = [sys.executable, "-m", "gpu_workers", "--url", site().url, "--pool-key", str(file)]
        environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        environment["WORKER_CACHE"] = str(tmp_path / f"cache-{len(begun)}")
        with (tmp_path / f"{len(begun)}.log").open("wb") as log:
            begun.append(subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log))
        return begun[-1]

    yield start
    for each in begun:
        each.terminate()
        with suppress(subprocess.TimeoutExpired):
            each.wait(PATIENCE)
        each.kill()
        each.wait()


def on_pool(lab: Lab, place: Place) -> Served:
    return serve(lab, "Doubling", doubling(), pool=place.name)


def there(lab: Lab) -> list[int]:
    """How many workers each of the team's pools has."""
    with team_context(lab.alice):
        return [len(shown.workers) for shown in pools_of(lab.alice)]


def workers_of(job: str, lab: Lab) -> str:
    with team_context(lab.alice):
        return Job.objects.get(subject=job).worker


@pytest.mark.usefixtures("web_process", "dispatch_process")
def test_a_worker_behind_a_firewall_answers_and_is_sent_away_with_its_key(lab: Lab, start: Start) -> None:
    pool, key = create_pool(lab.alice, "Ward 5")
    served = on_pool(lab, pool.place)
    waiting = served.accepted(3.0)
    worker = start(key)
    assert served.ended(waiting, PATIENCE)["answer"] == {"y": {"kind": "number", "value": 6.0}}
    assert Place.of_worker(workers_of(waiting, lab)) == pool.place
    assert served.ask(4.0, wait=30).json()["answer"]["y"]["value"] == 8.0
    until(lambda: there(lab) == [1])

    _, newer = turn_key(lab.alice, pool.pk)
    assert worker.wait(PATIENCE) == 2, "it ends, with a sentence that says why"
    kept = served.accepted(5.0)
    start(newer)
    assert served.ended(kept, PATIENCE)["answer"]["y"]["value"] == 10.0


@pytest.mark.usefixtures("web_process", "worker_process")
def test_no_other_worker_takes_what_is_for_a_teams_own(lab: Lab) -> None:
    pool, _ = create_pool(lab.alice, "Ward 5")
    served, common = on_pool(lab, pool.place), serve(lab, "Common", doubling())
    kept = served.accepted(3.0)
    assert common.ask(3.0, wait=30).json()["state"] == "succeeded", "the installation's own worker is there"
    assert served.call("GET", f"predictions/{kept}")["state"] == "queued"
    assert served.call("POST", f"predictions/{kept}/cancel")["id"] == kept
    assert served.ended(kept, PATIENCE)["state"] == "cancelled"


# ---- the door ----


@contextmanager
def connected(key: PoolKey, proof: str | None = None) -> Iterator[ClientConnection]:
    url = f"{site().url.replace('http', 'ws', 1)}/api/v1/pools/{key.place.pool}/work"
    with connect(url, additional_headers={HEADER: key.proof() if proof is None else proof}) as socket:
        yield socket


def closed_of(socket: ClientConnection) -> dict[str, Any]:
    told: dict[str, Any] = {}
    with suppress(ConnectionClosed):
        while True:
            said = socket.recv(timeout=PATIENCE)
            if isinstance(said, str):
                told = json.loads(said)
    return told


@pytest.mark.usefixtures("web_process")
def test_who_does_not_hold_the_key_is_not_let_in(lab: Lab) -> None:
    pool, key = create_pool(lab.alice, "Ward 5")
    others, theirs = create_pool(Lab.make("Other").alice, "Ward 5")
    guessed = replace(key, secret=token_bytes(32))
    strangers = replace(theirs, team=key.team)
    late = key.proof().split(".")
    late[3] = str(int(late[3]) - 1000)
    for shown in ("", "nonsense", guessed.proof(), theirs.proof(), strangers.proof(), ".".join(late)):
        with connected(key, shown) as socket:
            assert "not, or no longer, valid" in closed_of(socket)["message"]
    with connected(theirs, strangers.proof()) as socket:
        assert closed_of(socket)["type"] == "closed", "of a pool that is no team's but its own"
    with connected(key) as socket:
        assert "channel" in json.loads(socket.recv(timeout=PATIENCE))
        remove_pool(lab.alice, pool.pk)
        assert "no longer" in closed_of(socket)["message"], "an open connection ends with its pool"
    assert others.pk != pool.pk


@pytest.mark.usefixtures("web_process")
def test_a_pool_has_so_many_connections(lab: Lab) -> None:
    _, key = create_pool(lab.alice, "Ward 5")
    with ExitStack() as opened:
        for _ in range(OPEN):
            assert json.loads(opened.enter_context(connected(key)).recv(timeout=PATIENCE))["type"] == "channel"
        with connected(key) as socket:
            assert closed_of(socket)["code"] == "too_many_requests"

    def is_let_in() -> bool:
        with connected(key) as socket:
            told: dict[str, str] = json.loads(socket.recv(timeout=PATIENCE))
            return told["type"] == "channel"

    until(is_let_in)


def test_connections_of_a_pool_share_what_they_may_say() -> None:
    spending = _Spending()
    assert all(spending.takes(1) for _ in range(MESSAGES))
    assert not spending.takes(1)
    assert not _Spending().takes(BYTES + 1)


@pytest.mark.usefixtures("web_process")
def test_a_connection_speaks_for_its_own_worker_and_to_nobody_else(lab: Lab) -> None:
    pool, key = create_pool(lab.alice, "Ward 5")
    mine, other = pool.place.worker("one-1"), pool.place.worker("two-2")
    elsewhere = Place(uuid4(), 1).worker("one-1")

    def hello(channel: str) -> bytes:
        return encode(Hello(mine, pool.place.name, "cpu", 1, 1, (), token_bytes(16), channel, "full"))

    beat = encode(Heartbeat(mine, (), (), 1))
    refused = {
        "as web": [Envelope(VERSION, "web", 0, encode(Submitted((uuid4(),))))],
        "as another pool's": [Envelope(VERSION, elsewhere, 1, beat)],
        "as two": [Envelope(VERSION, mine, 1, beat), Envelope(VERSION, other, 1, beat)],
        "to another's ears": [Envelope(VERSION, mine, 1, hello("specific.somebody!else"))],
    }
    for name, sealed in refused.items():
        with connected(key) as socket:
            for each in sealed:
                socket.send(encode(each))
            assert "no message" in closed_of(socket)["message"], name
    for nonsense in (b"", b"\xc1", b"\x90", encode([1, 2])):
        with connected(key) as socket:
            socket.send(nonsense)
            assert closed_of(socket)["type"] == "closed"
    with connected(key) as socket:
        socket.send(b"\x00" * (MAX_FRAME + 1))
        assert f"{MAX_FRAME:,}" in closed_of(socket)["message"]


# ---- the dispatcher ----

NUMBERS = Interface((NumberInput(name="x"),), (NumberOutput(name="y"),))


class Alone:
    """A dispatcher with one worker of a team's own pool, which was given one job."""

    def __init__(self) -> None:
        self.dispatcher = Dispatcher("default", token_bytes(32))
        self.place = Place(uuid4(), 1)
        self.name = self.place.worker("host-1")
        told = Hello(self.name, self.place.name, "cpu", 1, 4, (), token_bytes(16), "channel", "full")
        self.session: Session = self.dispatcher.sessions.welcome(told)
        self.job = uuid4()
        self.session.assigned[self.job] = (1, 0.0)
        self.session.expects[self.job] = Expected(NUMBERS, frozenset({"team/a/b"}))
        from apps.jobs.bridges import secret_of

        key = session_key(secret_of(self.place), self.session.hello.nonce, self.session.nonce)
        self.signer = Signer(key, self.name)

    def ends(self, job: UUID, attempt: int = 1, **how: Any) -> list[str]:
        """The states by which jobs end."""
        sealed = self.signer.seal(encode(Finished(self.name, job, attempt, **how)))
        asyncio.run(self.dispatcher.inbox.hear(sealed))
        return [ending.state for ending in self.dispatcher.inbox.endings]


@pytest.fixture
def alone() -> Iterator[Alone]:
    made = Alone()
    yield made
    made.dispatcher._thread.shutdown()


def test_it_ends_what_it_was_given(alone: Alone) -> None:
    assert alone.ends(alone.job, answers={"y": NumberAnswer(1.0)}) == ["succeeded"]


def test_it_ends_no_other_job_and_no_other_attempt(alone: Alone) -> None:
    stranger = uuid4()
    beat = Heartbeat(alone.name, ((stranger, 1), (alone.job, 1)), (), 4)
    asyncio.run(alone.dispatcher.inbox.hear(alone.signer.seal(encode(beat))))
    assert alone.ends(stranger, answers={"y": NumberAnswer(1.0)}) == [], "naming it as running gives it nothing"
    assert list(alone.dispatcher._runs(beat)) == [(alone.job, 1)], "nor does it hold another's lease"
    assert alone.ends(alone.job, attempt=2, answers={"y": NumberAnswer(1.0)}) == []


@pytest.mark.parametrize(
    "answers",
    [
        None,
        {},
        {"z": NumberAnswer(1.0)},
        {"y": TextAnswer("six")},
        {"y": NumberAnswer(1.0), "z": TextAnswer("more")},
        {"y": ImageAnswer("team/another/key", "00", 1, 1, 1)},
    ],
)
def test_what_fits_no_output_is_a_failure_of_the_model(alone: Alone, answers: dict[str, Answer] | None) -> None:
    assert alone.ends(alone.job, answers=answers) == ["failed"]
    [ending] = alone.dispatcher.inbox.endings
    assert ending.error is not None
    assert ending.error.code == "model_failed"


def test_a_forged_word_of_a_team_calls_nobody(alone: Alone, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only workers of the installation's own pool hear the call, and each that hears it begins a new session."""
    called: list[bool] = []

    async def broadcast() -> None:
        called.append(True)

    monkeypatch.setattr(alone.dispatcher.voice, "broadcast", broadcast)
    beat = encode(Heartbeat("w", (), (), 1))
    for sender, calls in ((alone.place.worker("two-2"), 0), (alone.name, 0), ("earlier-1", 1)):
        with pytest.raises(Forged):
            asyncio.run(alone.dispatcher.inbox.hear(Envelope(VERSION, sender, 1, beat)))
        assert len(called) == calls, sender


@pytest.mark.parametrize("attempt", [0, 2, 2**40])
def test_how_far_another_attempt_is_counts_for_nothing(alone: Alone, attempt: int) -> None:
    """Nor does a number that no row can hold break the sweep that writes it."""
    told = Progress(alone.name, alone.job, attempt, uuid4(), 0.5)
    asyncio.run(alone.dispatcher.inbox.hear(alone.signer.seal(encode(told))))
    assert alone.dispatcher.inbox.progress == {}


NAN = float("nan")
HELLO = Hello("own:x", "own:x", "cpu", 1, 1, (), b"", "", "full")


@pytest.mark.parametrize(
    "told",
    [
        msgspec.structs.replace(HELLO, worker="own:\x00"),
        msgspec.structs.replace(HELLO, worker="x" * 81),
        msgspec.structs.replace(HELLO, device="a graphics card of a very long name indeed"),
        msgspec.structs.replace(HELLO, device="\x00"),
        msgspec.structs.replace(HELLO, memory=2**63),
        msgspec.structs.replace(HELLO, credit=2**31),
        msgspec.structs.replace(HELLO, credit=-1),
        Heartbeat("own:x", (), (), 2**31),
        Progress("own:x", UUID(int=1), 1, UUID(int=1), NAN),
        Progress("own:x", UUID(int=1), 1, UUID(int=1), 2.0),
    ],
)
def test_what_no_row_can_hold_is_not_heard(told: Hello | Heartbeat | Progress) -> None:
    with pytest.raises(msgspec.ValidationError):
        from_worker(encode(told))
    assert from_worker(encode(HELLO)) == HELLO


def test_a_time_below_zero_pays_nothing_back() -> None:
    """What is used is settled against the team's quota, which counts on everybody's pool, too."""
    timings = msgspec.to_builtins(Timings(run=-1e6, batch=-4))
    assert _used_ms(Ending(uuid4(), 1, "succeeded", timings=timings)) == 0
    assert _used_ms(Ending(uuid4(), 1, "succeeded", timings={"run": 10.0, "batch": 4})) == 2


def test_a_file_lies_where_it_was_told_to(alone: Alone) -> None:
    expected = Expected(NUMBERS, frozenset({"team/a/b"}))
    pictures = replace_output(expected)
    assert pictures.fits({"y": ImageAnswer("team/a/b", "00", 1, 1, 1)})
    assert not pictures.fits({"y": ImageAnswer("team/a/c", "00", 1, 1, 1)})


def replace_output(expected: Expected) -> Expected:
    from gpu_workers.protocol.interface import ImageOutput

    return Expected(Interface(NUMBERS.inputs, (ImageOutput(name="y"),)), expected.keys)


def test_an_error_is_one_that_people_know(alone: Alone) -> None:
    assert alone.ends(alone.job, error=Failure("model_too_slow", "It took too long.")) == ["failed"]
    assert alone.dispatcher.inbox.endings[0].error == Failure("model_too_slow", "It took too long.")


def test_an_invented_error_is_not_kept(alone: Alone) -> None:
    alone.ends(alone.job, error=Failure("gotcha", "<b>Call this number</b>"))
    assert alone.dispatcher.inbox.endings[0].error == Failure(
        "model_failed", "The worker's answer does not fit the model's outputs."
    )


# ---- people ----


def test_admins_make_pools_and_members_see_them(lab: Lab) -> None:
    member = lab.member("Bob", Role.MEMBER)
    with pytest.raises(Problem, match="not_permitted"):
        create_pool(member, "Ward 5")
    pool, key = create_pool(lab.member("Carol", Role.ADMIN), " Ward 5 ")
    assert PoolKey.read(str(key)) == key
    assert (pool.name, key.team) == ("Ward 5", lab.alice.team_id)
    with team_context(member):
        assert [(shown.pool.name, shown.workers) for shown in pools_of(member)] == [("Ward 5", ())]
    for name in ("", "x" * 81, "Ward 5"):
        with pytest.raises(Problem):
            create_pool(lab.alice, name)
    other = Lab.make("Other")
    for act in (turn_key, remove_pool):
        with pytest.raises(NotFound):
            act(other.alice, pool.pk)


def test_a_pool_stays_while_an_endpoint_answers_on_it(lab: Lab) -> None:
    pool, _ = create_pool(lab.alice, "Ward 5")
    move_endpoint(lab.alice, lab.endpoint.pk, pool.pk)
    with pytest.raises(Conflict, match="“Reader” still answer"):
        remove_pool(lab.alice, pool.pk)
    with pytest.raises(NotFound):
        move_endpoint(lab.alice, lab.endpoint.pk, create_pool(Lab.make("Other").alice, "Ward 5")[0].pk)
    move_endpoint(lab.alice, lab.endpoint.pk, None)
    remove_pool(lab.alice, pool.pk)
    with team_context(lab.alice):
        assert pools_of(lab.alice) == []


def test_a_list_of_endpoints_looks_their_pools_up_at_once(lab: Lab) -> None:
    api = Api(lab.token())

    def served_on_a_pool(number: int) -> str:
        pool, _ = create_pool(lab.alice, f"Machine {number}")
        endpoint = create_endpoint(lab.alice, lab.project.pk, name=f"Reader {number}", version_id=lab.version.pk)
        move_endpoint(lab.alice, endpoint.pk, pool.pk)
        return pool.name

    def listed() -> list[dict[str, Any]]:
        status, found = api.get(f"projects/{lab.project.pk}/endpoints")
        assert status == 200
        return [each["pool"] for each in found["results"]]

    served_on_a_pool(0)
    few = queries_of(listed)
    names = [served_on_a_pool(number) for number in (1, 2)]
    assert len(queries_of(listed)) == len(few)
    assert [pool and pool["name"] for pool in listed()] == [*names[::-1], "Machine 0", None]


def test_a_worker_of_no_pool_is_no_worker_of_one() -> None:
    place = Place(uuid4(), 7)
    assert Place.of_worker(place.worker("a-very-long-name-of-a-host-in-a-hospital-0a1b2c3d")) == place
    assert len(place.worker("x" * 200)) <= Worker._meta.get_field("name").max_length  # type: ignore[operator]
    for name in ("w", "own:", "own:x.1:y", f"own:{place.pool.hex}.07:x", f"own:{place.pool.hex}.7", "live:abc"):
        assert Place.of_worker(name) is None
