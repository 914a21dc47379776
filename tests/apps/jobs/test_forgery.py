"""Who holds the Redis URL alone can neither end, redirect nor make a job: what does not verify is dropped."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_bytes
from uuid import UUID, uuid4

import msgspec
import pytest
from django.conf import settings

from apps.jobs.dispatcher.loop import Dispatcher
from apps.jobs.dispatcher.sessions import Session
from apps.jobs.hints import dispatcher_channel
from atrium.tenancy.context import team_context
from gpu_workers.protocol.answers import TextAnswer
from gpu_workers.protocol.layer import ChannelLayer
from gpu_workers.protocol.messages import (
    VERSION,
    Envelope,
    Finished,
    FromWorker,
    Goodbye,
    Heartbeat,
    Hello,
    Submitted,
    encode,
    envelope,
    to_worker,
)
from gpu_workers.protocol.signing import Forged, Signer, session_key
from infra.dev.processes import Process
from tests.apps.jobs.conftest import reread, waiting_job
from tests.people import Lab

KEY = token_bytes(32)


def hello(worker: str = "w", channel: str = "worker.w", credit: int = 2) -> Hello:
    return Hello(worker, "default", "cpu", 2**30, credit, (), token_bytes(16), channel, "full")


def finished(worker: str, job: UUID, attempt: int = 1) -> Finished:
    return Finished(worker, job, attempt, answers={"finding": TextAnswer("forged")})


class Alone:
    """A dispatcher that is told messages one by one, with one worker that has joined."""

    def __init__(self) -> None:
        self.dispatcher = Dispatcher("default", KEY)
        self.session: Session = self.dispatcher.sessions.welcome(hello())
        self.job = uuid4()
        self.session.assigned[self.job] = (1, 0.0)
        self.worker = Signer(session_key(KEY, self.session.hello.nonce, self.session.nonce), "w")

    def hears(self, sealed: Envelope) -> bool:
        """Whether it ended the job by that message."""
        with suppress(Forged, msgspec.DecodeError):
            asyncio.run(self.dispatcher.inbox.hear(sealed))
        return bool(self.dispatcher.inbox.endings)


@pytest.fixture
def alone() -> Iterator[Alone]:
    made = Alone()
    yield made
    made.dispatcher._thread.shutdown()


def test_the_workers_own_word_counts(alone: Alone) -> None:
    assert alone.hears(alone.worker.seal(encode(finished("w", alone.job))))


def test_an_unsigned_one_does_not(alone: Alone) -> None:
    for sender in ("w", "web", "dispatcher", "another"):
        assert not alone.hears(Envelope(VERSION, sender, 99, encode(finished("w", alone.job))))


@pytest.mark.parametrize("key", [token_bytes(32), b"", KEY], ids=["a guess", "none", "the pool’s"])
def test_one_signed_with_another_key_does_not(alone: Alone, key: bytes) -> None:
    """Nor with the pool's own: a session has a key of its own."""
    signer = Signer(key, "w")
    for _ in range(3):
        assert not alone.hears(signer.seal(encode(finished("w", alone.job))))


def test_a_repeated_one_does_not(alone: Alone) -> None:
    sealed = alone.worker.seal(encode(Heartbeat("w", ((alone.job, 1),), (), 2)))
    asyncio.run(alone.dispatcher.inbox.hear(sealed))
    with pytest.raises(Forged):
        asyncio.run(alone.dispatcher.inbox.hear(sealed))


def test_a_changed_one_does_not(alone: Alone) -> None:
    genuine = alone.worker.seal(encode(Heartbeat("w", (), (), 2)))
    assert not alone.hears(Envelope(VERSION, "w", genuine.counter, encode(finished("w", alone.job)), genuine.mac))
    assert not alone.hears(Envelope(VERSION, "x", genuine.counter, genuine.body, genuine.mac))


def test_a_stranger_does_not_join(alone: Alone) -> None:
    assert not alone.hears(Signer(token_bytes(32), "new").seal(encode(hello("new"))))
    assert not alone.hears(Envelope(VERSION, "new", 1, encode(hello("new"))))
    assert [session.hello.worker for session in alone.dispatcher.sessions] == ["w"]


def test_a_worker_of_another_pool_or_name_does_not_join(alone: Alone) -> None:
    other = Hello("new", "other", "cpu", 1, 1, (), token_bytes(16), "c", "full")
    assert not alone.hears(Signer(KEY, "new").seal(encode(other)))
    assert not alone.hears(Signer(KEY, "liar").seal(encode(hello("new"))))
    assert len(alone.dispatcher.sessions) == 1


def test_one_worker_does_not_speak_for_another(alone: Alone) -> None:
    second = alone.dispatcher.sessions.welcome(hello("second"))
    signer = Signer(session_key(KEY, second.hello.nonce, second.nonce), "second")
    for message in (Heartbeat("w", (), (), 0), Goodbye("w")):
        asyncio.run(alone.dispatcher.inbox.hear(signer.seal(encode(message))))
    assert alone.dispatcher.sessions.get("w") is alone.session
    assert alone.session.credit == 2


def test_web_names_jobs_and_makes_none(alone: Alone) -> None:
    """A submission is a hint: what has no row in the table is not found there."""
    asyncio.run(alone.dispatcher.inbox.hear(Envelope(VERSION, "web", 0, encode(Submitted((uuid4(),), "mine")))))
    assert not any(alone.dispatcher.queues.values())


def test_a_running_dispatcher_keeps_working_through_all_of_it(lab: Lab, dispatch_process: Process) -> None:
    """On the real message service: nonsense and forgeries, then a worker that knows the pool's key is welcomed."""
    job = waiting_job(lab, state="running", attempt=1, worker="w")
    key = bytes.fromhex(Path(settings.POOL_KEY_FILE).read_text().strip())
    nonsense = [b"", b"\xc1", b"\x90", encode("text"), encode([1, 2]), encode({"a": 1})]
    forged: list[FromWorker] = [finished("w", job.pk), Goodbye("w"), Heartbeat("w", ((job.pk, 1),), (), 1)]
    sealed = [Signer(token_bytes(32), "w").seal(encode(each)) for each in forged]
    sealed += [Envelope(VERSION, "w", 1, encode(each)) for each in forged]
    mine = f"worker.{uuid4().hex}"

    async def attack() -> str:
        layer = ChannelLayer(hosts=[settings.REDIS_URL])
        channel = dispatcher_channel("default")
        answer = asyncio.create_task(layer.receive(mine))
        while not answer.done():  # the first message waits until the subscription stands
            for data in [*nonsense, *map(encode, sealed)]:
                await layer.send(channel, {"type": "atrium.message", "data": data})
            await layer.send(channel, {"type": "atrium.message"})
            joined = Signer(key, mine).seal(encode(hello(mine, mine, credit=0)))
            await layer.send(channel, {"type": "atrium.message", "data": encode(joined)})
            await asyncio.wait([answer], timeout=1)
        welcome = to_worker(envelope(answer.result()["data"]).body)
        await layer.flush()
        return type(welcome).__name__

    assert asyncio.run(asyncio.wait_for(attack(), 30)) == "Welcome"
    found = reread(lab, job)
    assert (found.state, found.attempt, found.error) == ("running", 1, None)
    with team_context(lab.alice):
        type(found).objects.filter(pk=job.pk).delete()
