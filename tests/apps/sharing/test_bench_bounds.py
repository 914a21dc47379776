"""How much one open bench may ask for at once, and what ends with it."""

import asyncio
from typing import Any

import pytest

from apps.sharing.consumers import AT_ONCE, BenchConsumer
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
