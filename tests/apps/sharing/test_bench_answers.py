"""What an open bench was promised an answer to, it is told of, and once; a closed one is no error."""

import asyncio
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError
from uuid6 import uuid7
from uvicorn.protocols.utils import ClientDisconnected

from apps.jobs.replies import signed
from apps.sharing import consumers
from apps.sharing.consumers import BenchConsumer
from gpu_workers.protocol.messages import Settled, encode


class Open(BenchConsumer):
    """A bench that waits for one prediction."""

    def __init__(self, prediction_id: UUID) -> None:
        super().__init__()
        self.requests = {prediction_id: 4}
        self.said: list[dict[str, Any]] = []

    async def _say(self, message: dict[str, Any]) -> None:
        self.said.append(message)

    async def _shown(self, prediction_id: UUID) -> dict[str, Any]:
        return {"id": str(prediction_id)}


@pytest.fixture
def prediction_id(monkeypatch: pytest.MonkeyPatch) -> UUID:
    monkeypatch.setattr(consumers, "POLL_SECONDS", 0.0)
    return uuid7()


def test_its_answer_is_looked_for_when_the_database_is_back(
    prediction_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([OperationalError("the database is away"), None])

    def has_ended(_: UUID) -> bool:
        away = next(looks)
        if away is not None:
            raise away
        return True

    monkeypatch.setattr(consumers, "has_ended", has_ended)
    bench = Open(prediction_id)
    asyncio.run(bench._look_until_done(prediction_id, False))
    assert [(word["type"], word["request"]) for word in bench.said] == [("finished", 4)]


def test_it_is_told_once_where_word_comes_while_it_looks(prediction_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    looks, told = Event(), Event()

    def has_ended(_: UUID) -> bool:
        looks.set()
        return told.wait(20)

    monkeypatch.setattr(consumers, "has_ended", has_ended)
    bench = Open(prediction_id)

    async def both() -> None:
        looking = asyncio.create_task(bench._look_until_done(prediction_id, False))
        await asyncio.to_thread(looks.wait, 20)
        word = encode(signed(Settled(uuid7(), prediction_id, "succeeded")))
        await bench.atrium_message({"type": "atrium.message", "data": word})
        told.set()
        await looking

    asyncio.run(both())
    assert [(word["type"], word["request"]) for word in bench.said] == [("finished", 4)]


def test_a_page_that_was_closed_meanwhile_is_no_error() -> None:
    async def gone(message: dict[str, Any]) -> None:
        raise ClientDisconnected

    bench = BenchConsumer()
    bench.base_send = gone
    asyncio.run(bench._say({"type": "finished"}))
