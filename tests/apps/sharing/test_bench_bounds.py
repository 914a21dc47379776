"""How much one open bench may ask for at once, and what ends with it."""

import asyncio
from typing import Any

import pytest

from apps.sharing.consumers import AT_ONCE, BenchConsumer
from atrium.access.admission import CROWDED, Admission
from atrium.asgi import Message, Receive, Scope, Send
from tests.people import Lab


class Unanswered(BenchConsumer):
    """A bench whose every message waits for an answer that does not come."""

    def __init__(self) -> None:
        super().__init__()
        self.requests, self.tasks = {}, set()
        self.said: list[dict[str, Any]] = []

    async def _act(self, message: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    async def _say(self, message: dict[str, Any]) -> None:
        self.said.append(message)


class Away:
    """A channel layer whose Valkey is away."""

    async def group_discard(self, group: str, channel: str) -> None:
        raise ConnectionError


def test_more_than_a_page_asks_for_is_refused_and_ends_with_it(lab: Lab) -> None:
    bench = Unanswered()
    bench.principal, bench.channel_name, bench.channel_layer = lab.guest(), "bench", Away()
    bench.unwatch = lambda: None

    async def overdo() -> int:
        for request in range(AT_ONCE + 2):
            await bench.receive(f'{{"type": "predict", "request": {request}}}')
        tasks = set(bench.tasks)
        with pytest.raises(ConnectionError):
            await bench.disconnect(1000)
        await asyncio.wait(tasks, timeout=20)
        return sum(task.cancelled() for task in tasks)

    assert asyncio.run(overdo()) == AT_ONCE
    assert [(word["type"], word["request"], word["problem"]["code"]) for word in bench.said] == [
        ("refused", AT_ONCE, "busy"),
        ("refused", AT_ONCE + 1, "busy"),
    ]


class Busy(BenchConsumer):
    """A bench that works on each message until `work` is set, and whose browser reads what is said once `reads` is."""

    def __init__(self) -> None:
        super().__init__()
        self.requests, self.tasks = {}, set()
        self.said: list[dict[str, Any]] = []
        self.begun, self.work, self.reads = 0, asyncio.Event(), asyncio.Event()

    def _admit(self) -> None:
        """As somebody who may."""

    async def _done(self, message: dict[str, Any]) -> dict[str, Any]:
        self.begun += 1
        await self.work.wait()
        return {"type": "finished", "request": message["request"]}

    async def _say(self, message: dict[str, Any]) -> None:
        self.said.append(message)
        await self.reads.wait()


def test_a_crowd_on_sockets_is_told_to_come_again_and_who_does_not_read_keeps_nobody_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def begun(bench: Busy, said: int) -> None:
        async with asyncio.timeout(20):
            while bench.begun + len(bench.said) < said:  # noqa: ASYNC110 (what it waits for tells nobody)
                await asyncio.sleep(0.001)

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        bench = Busy()
        await send({"type": "websocket.accept"})
        await bench.receive('{"type": "predict", "request": 1}')
        await begun(bench, 1)
        monkeypatch.setattr("atrium.access.admission.PEOPLE", 0.05)
        await bench.receive('{"type": "predict", "request": 2}')
        await begun(bench, 2)
        [refused] = bench.said
        assert (refused["type"], refused["request"], refused["problem"]["code"]) == ("refused", 2, "too_many_requests")
        assert refused["problem"]["detail"] == CROWDED
        bench.work.set()
        await begun(bench, 3)
        assert bench.said[1] == {"type": "finished", "request": 1}
        await bench.receive('{"type": "predict", "request": 3}')
        await begun(bench, 5)
        assert bench.said[2] == {"type": "finished", "request": 3}, "the first two are not read yet"
        bench.reads.set()
        await asyncio.gather(*bench.tasks)

    async def nobody() -> Message:
        raise AssertionError

    async def hush(message: Message) -> None:
        """Nobody listens."""

    scope: Scope = {"type": "websocket", "path": "/", "headers": []}
    asyncio.run(Admission(page, 1)(scope, nobody, hush))
