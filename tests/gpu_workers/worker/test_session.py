"""Who is believed: the pool's dispatcher, once and in order, and nobody else."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from secrets import token_bytes
from uuid import uuid4

import msgspec
import pytest
from redis.asyncio import Redis

from gpu_workers.protocol.messages import (
    VERSION,
    Assign,
    Drain,
    Envelope,
    Finished,
    Hello,
    Model,
    Predict,
    Welcome,
    encode,
    envelope,
)
from gpu_workers.protocol.session import Session
from gpu_workers.protocol.signing import Forged, Signer, session_key
from gpu_workers.sandbox import floor
from gpu_workers.worker.settings import Settings
from gpu_workers.worker.worker import Worker
from tests.gpu_workers.runner import tiny_models
from tests.gpu_workers.worker.pool import Dispatcher, Store
from tests.gpu_workers.worker.test_predict import LINEAR

KEY = bytes(range(32))


@pytest.fixture
def model(store: Store, tmp_path: Path) -> Model:
    return store.model(tiny_models.linear(tmp_path / "m.onnx"), LINEAR)


def assignment(model: Model) -> Assign:
    return Assign(uuid4(), 1, uuid4(), time.time() + 30, Predict(model, {"x": [1.0, 2.0, 3.0]}))


async def only_the_last_is_answered(dispatcher: Dispatcher, model: Model, *ignored: Assign) -> None:
    """A genuine job after those that must be ignored; when it is answered, they would have been."""
    job = await dispatcher.predict(model, {"x": [1.0, 2.0, 3.0]})
    await dispatcher.finished(job)
    assert [message.job for message in dispatcher.heard if isinstance(message, Finished)] == [job]
    assert job not in {assign.job for assign in ignored}


@pytest.mark.asyncio
async def test_says_hello_with_what_it_has(worker: Worker, dispatcher: Dispatcher, settings: Settings) -> None:
    hello = dispatcher.hellos[0]
    assert (hello.pool, hello.device, hello.credit, hello.resident) == (settings.pool, "cpu", settings.credit, ())
    assert hello.channel == f"worker.{settings.pool}.{hello.worker}"
    assert hello.floor == floor()


@pytest.mark.asyncio
async def test_a_forged_assignment_is_ignored(worker: Worker, dispatcher: Dispatcher, model: Model) -> None:
    wrong_key, unsigned, tampered = assignment(model), assignment(model), assignment(model)
    await dispatcher.send(Signer(token_bytes(32), "dispatcher").seal(encode(wrong_key)))
    await dispatcher.send(Signer(dispatcher.key, "dispatcher").seal(encode(wrong_key)))
    await dispatcher.send(Envelope(VERSION, "dispatcher", 99, encode(unsigned)))
    genuine = dispatcher.sealed(assignment(model))
    await dispatcher.send(msgspec.structs.replace(genuine, body=encode(tampered)))
    await dispatcher.send(b"\x00no envelope")
    await only_the_last_is_answered(dispatcher, model, wrong_key, unsigned, tampered)
    assert worker.dropped["forged"] == 5


@pytest.mark.asyncio
async def test_bytes_without_a_message_are_ignored(worker: Worker, dispatcher: Dispatcher, settings: Settings) -> None:
    async with Redis.from_url(settings.redis_url) as stranger:
        assert await stranger.publish(dispatcher.hellos[-1].channel, b"\xc1") == 1
    known = len(dispatcher.beats())
    await dispatcher.until(lambda: len(dispatcher.beats()) > known + 1)
    assert worker.dropped["malformed"] == 1


@pytest.mark.asyncio
async def test_a_replayed_assignment_is_ignored(worker: Worker, dispatcher: Dispatcher, model: Model) -> None:
    sealed = dispatcher.sealed(assign := assignment(model))
    await dispatcher.send(sealed)
    await dispatcher.finished(assign.job)
    await dispatcher.send(sealed)
    await dispatcher.finished(await dispatcher.predict(model, {"x": [1.0, 2.0, 3.0]}))
    assert len(dispatcher.results(assign.job)) == 1
    assert worker.dropped["forged"] == 1


@pytest.mark.asyncio
async def test_says_hello_until_it_is_welcomed(settings: Settings, dispatcher: Dispatcher) -> None:
    dispatcher.deaf = True
    task = asyncio.create_task(Worker(settings).run())
    await dispatcher.until(lambda: len(dispatcher.unheard) >= 3)
    dispatcher.deaf = False
    await dispatcher.until(lambda: dispatcher.beats())
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.asyncio
async def test_answers_a_dispatcher_that_asks_who_is_there(
    worker: Worker, dispatcher: Dispatcher, model: Model
) -> None:
    assert len(dispatcher.hellos) == 1
    await dispatcher.until(lambda: len(dispatcher.beats()) > 1)
    await dispatcher.ask_who_is_there()
    await dispatcher.until(lambda: len(dispatcher.hellos) == 2)
    await only_the_last_is_answered(dispatcher, model)


@pytest.mark.asyncio
async def test_a_silent_dispatcher_is_greeted_anew(settings: Settings, dispatcher: Dispatcher) -> None:
    task = asyncio.create_task(Worker(replace(settings, silence=0.5)).run())
    await dispatcher.until(lambda: len(dispatcher.hellos) >= 2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.asyncio
async def test_a_lost_result_is_repeated_in_the_next_session(
    worker: Worker, dispatcher: Dispatcher, model: Model
) -> None:
    await dispatcher.finished(await dispatcher.predict(model, {"x": [1.0, 2.0, 3.0]}))
    dispatcher.deaf = True
    job = await dispatcher.predict(model, {"x": [1.0, 2.0, 3.0]})
    await dispatcher.until(
        lambda: any(isinstance(message, Finished) and message.job == job for message in dispatcher.unheard)
    )
    dispatcher.deaf = False
    assert dispatcher.results(job) == []
    await dispatcher.ask_who_is_there()
    assert (await dispatcher.finished(job)).error is None


class TestSession:
    """The handshake itself, without a network."""

    def hello(self, nonce: bytes) -> Hello:
        return Hello("w", "p", "cpu", 0, 1, (), nonce, "worker.p.w", "full")

    def nonce_of(self, data: bytes) -> bytes:
        nonce: bytes = msgspec.msgpack.decode(envelope(data).body, type=Hello).nonce
        return nonce

    def welcome(self, nonce: bytes, mine: bytes, key: bytes = KEY) -> bytes:
        return encode(Signer(key, "dispatcher").seal(encode(Welcome("w", nonce, mine, "dispatcher.p"))))

    def sealed(self, nonce: bytes, mine: bytes) -> bytes:
        return encode(Signer(session_key(KEY, nonce, mine), "dispatcher").seal(encode(Drain())))

    def test_a_welcome_opens_it(self) -> None:
        session = Session(KEY, "w")
        nonce = self.nonce_of(session.introduce(self.hello))
        assert not session.welcomed
        assert isinstance(session.open(self.welcome(nonce, b"a" * 16)), Welcome)
        assert session.welcomed
        assert not session.waiting
        assert session.channel == "dispatcher.p"
        assert isinstance(session.open(self.sealed(nonce, b"a" * 16)), Drain)

    def test_a_welcome_counts_once(self) -> None:
        session = Session(KEY, "w")
        welcome = self.welcome(self.nonce_of(session.introduce(self.hello)), b"a" * 16)
        session.open(welcome)
        with pytest.raises(Forged):
            session.open(welcome)

    def test_a_welcome_of_another_key_or_nonce_is_none(self) -> None:
        session = Session(KEY, "w")
        nonce = self.nonce_of(session.introduce(self.hello))
        for welcome in (self.welcome(nonce, b"a" * 16, token_bytes(32)), self.welcome(token_bytes(16), b"a" * 16)):
            with pytest.raises(Forged):
                session.open(welcome)
        assert not session.welcomed

    def test_its_own_words_are_not_the_dispatchers(self) -> None:
        session = Session(KEY, "w")
        hello = session.introduce(self.hello)
        with pytest.raises(Forged):
            session.open(hello)
        session.open(self.welcome(self.nonce_of(hello), b"a" * 16))
        from gpu_workers.protocol.messages import Goodbye

        with pytest.raises(Forged):
            session.open(session.seal(Goodbye("w")))

    def test_the_old_session_lasts_until_the_new_welcome(self) -> None:
        session = Session(KEY, "w")
        first = self.nonce_of(session.introduce(self.hello))
        session.open(self.welcome(first, b"a" * 16))
        second, third = (self.nonce_of(session.introduce(self.hello)) for _ in range(2))
        assert isinstance(session.open(self.sealed(first, b"a" * 16)), Drain)
        session.open(self.welcome(second, b"b" * 16))
        assert session.waiting, "the dispatcher may still answer the younger Hello"
        with pytest.raises(Forged):
            session.open(self.sealed(first, b"a" * 16))
        session.open(self.welcome(third, b"c" * 16))
        assert isinstance(session.open(self.sealed(third, b"c" * 16)), Drain)
