"""Replies that come back to this process, also where its event loop lives for one request only."""

import asyncio
from datetime import UTC, datetime
from threading import Thread
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from pytest_django import Settings

from apps.jobs.replies import awaiting, opened, reply_channel, signed
from apps.jobs.waiting import until_settled
from atrium.telemetry import watch
from gpu_workers.protocol.answers import TextAnswer
from gpu_workers.protocol.messages import VERSION, Envelope, Outcome, Settled, encode

PATIENCE = 20.0
LOOPS = 20


async def asked_and_answered() -> Settled:
    subject = uuid4()
    channel = await reply_channel()
    with awaiting(subject) as settled:
        told = encode(Envelope(VERSION, "dispatcher", 0, encode(Settled(uuid4(), subject, "succeeded"))))
        await get_channel_layer().send(channel, {"type": "atrium.message", "data": told})
        return await asyncio.wait_for(settled, PATIENCE)


def test_a_reply_that_comes_at_once_is_heard() -> None:
    assert async_to_sync(asked_and_answered)().state == "succeeded"


def test_a_loop_that_ends_at_once_ends() -> None:
    """As in Django's synchronous client, which runs an asynchronous view in a loop of its own."""

    def ask() -> None:
        for _ in range(LOOPS):
            async_to_sync(reply_channel)()

    asking = Thread(target=ask, daemon=True)
    asking.start()
    asking.join(PATIENCE)
    assert not asking.is_alive()


def test_without_valkey_there_is_no_channel_and_no_error(settings: Settings) -> None:
    away = {"BACKEND": "gpu_workers.protocol.layer.ChannelLayer", "CONFIG": {"hosts": ["redis://127.0.0.1:1"]}}
    settings.CHANNEL_LAYERS = {"default": away}
    assert async_to_sync(reply_channel)() == ""

    async def each_a_step_later(step: int) -> str:
        for _ in range(step):
            await asyncio.sleep(0)
        return await reply_channel()

    async def crowd() -> list[str]:
        """Some come in the very step in which another's attempt has failed and is not told yet."""
        return await asyncio.gather(*(each_a_step_later(step) for step in range(LOOPS)))

    assert set(async_to_sync(crowd)()) == {""}


OUTCOME = Outcome({"finding": TextAnswer("shadow")}, None, {"run": 2.5}, datetime(2026, 1, 1, tzinfo=UTC))
ENDED = Settled(uuid4(), uuid4(), "succeeded", OUTCOME)


def test_what_the_dispatcher_signed_is_believed() -> None:
    assert opened(encode(signed(ENDED))) == ENDED


def test_what_somebody_else_says_is_no_more_than_a_hint(settings: Settings) -> None:
    """Who holds the Redis URL can make web look at a row, and cannot make it show an answer."""
    bare = Settled(ENDED.job, ENDED.subject, ENDED.state)
    genuine = signed(ENDED)
    forged = Outcome({"finding": TextAnswer("nothing")}, None, {}, OUTCOME.finished_at)
    changed = encode(Settled(ENDED.job, ENDED.subject, ENDED.state, forged))
    assert opened(encode(Envelope(VERSION, "dispatcher", 0, changed, genuine.mac))) == bare
    assert opened(encode(Envelope(VERSION, "dispatcher", 0, genuine.body))) == bare
    settings.SECRET_KEY = "another"
    assert opened(encode(genuine)) == bare


def test_nobody_waits_while_no_worker_can_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    """Valkey is lost while one waits, and away where the next comes; both are told where to look, at once."""

    async def never() -> None:
        raise AssertionError

    part = watch.Part("messages", never)
    monkeypatch.setitem(watch.PARTS, "messages", part)

    def has_ended() -> bool:
        assert not part.away, "who comes later does not even look"
        part.away = True
        return False

    async def wait() -> Settled | None:
        return await until_settled(asyncio.get_running_loop().create_future(), 10 * PATIENCE, has_ended)

    async def both() -> list[Settled | None]:
        return [await asyncio.wait_for(wait(), PATIENCE) for _ in range(2)]

    assert async_to_sync(both)() == [None, None]
