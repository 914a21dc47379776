"""The channel layer against a Valkey of its own, which comes and goes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_bytes
from signal import SIGCONT, SIGSTOP
from typing import Any

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from redis.exceptions import RedisError

from gpu_workers.protocol import layer as layers
from gpu_workers.protocol.layer import ChannelLayer
from infra.dev.processes import Process
from infra.dev.services import Valkey

PATIENCE = 20.0
pytestmark = pytest.mark.asyncio


class Place:
    """A Valkey that can be stopped and started at its address."""

    def __init__(self, folder: Path) -> None:
        self.server = Valkey(folder, token_bytes(8).hex(), folder / "log")
        self._process: Process | None = None

    def signal(self, number: int) -> None:
        assert self._process is not None
        assert self._process.child is not None
        self._process.child.send_signal(number)

    async def start(self) -> None:
        self._process = self.server.process()
        self._process.start()
        await asyncio.to_thread(self._process.wait)

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()


@pytest_asyncio.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    made = Place(tmp_path)
    await made.start()
    yield made
    made.stop()


@pytest_asyncio.fixture
async def layer(place: Place) -> AsyncIterator[ChannelLayer]:
    made = ChannelLayer(hosts=[place.server.url])
    yield made
    await made.flush()


async def heard(layer: ChannelLayer, channel: str) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        return await layer.receive(channel)  # type: ignore[no-any-return]


async def test_messages_come_in_their_order(layer: ChannelLayer) -> None:
    channel = await layer.new_channel()
    for number in range(200):
        await layer.send(channel, {"number": number, "data": bytes([number])})
    assert [await heard(layer, channel) for _ in range(200)] == [
        {"number": number, "data": bytes([number])} for number in range(200)
    ]


async def test_a_large_one_comes_whole(layer: ChannelLayer) -> None:
    channel = await layer.new_channel()
    large = token_bytes(5_000_000)
    await layer.send(channel, {"data": large})
    assert (await heard(layer, channel))["data"] == large


async def test_a_group_is_all_who_joined(layer: ChannelLayer) -> None:
    inside, left = [await layer.new_channel() for _ in range(2)]
    for channel in (inside, left):
        await layer.group_add("team", channel)
    await layer.group_discard("team", left)
    await layer.group_send("team", {"n": 1})
    assert await heard(layer, inside) == {"n": 1}
    await layer.send(left, {"n": 2})
    assert await heard(layer, left) == {"n": 2}


async def test_listens_again_after_an_outage_and_says_so(layer: ChannelLayer, place: Place) -> None:
    again = asyncio.Event()

    async def told() -> None:
        again.set()

    layer.on_reconnect = told
    channel = await layer.new_channel()
    await layer.group_add("team", channel)
    await layer.send(channel, {"n": 1})
    assert await heard(layer, channel) == {"n": 1}
    place.stop()
    await place.start()
    async with asyncio.timeout(PATIENCE):
        await again.wait()
    await layer.send(channel, {"n": 2})
    await layer.group_send("team", {"n": 3})
    assert [await heard(layer, channel) for _ in range(2)] == [{"n": 2}, {"n": 3}]


async def test_who_subscribes_as_it_comes_back_hears_each_message_once(
    layer: ChannelLayer, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layers, "PAUSE", 1.0)
    again = asyncio.Event()

    async def told() -> None:
        again.set()

    layer.on_reconnect = told
    before = await layer.new_channel()
    place.stop()
    await place.start()
    channel = await layer.new_channel()
    async with asyncio.timeout(PATIENCE):
        await again.wait()
    for to in (channel, before):  # what comes by two connections has come by both once the last of them is heard
        await layer.send(to, {"n": 1})
        assert await heard(layer, to) == {"n": 1}
    await layer.send(channel, {"n": 2})
    assert await heard(layer, channel) == {"n": 2}


async def test_lost_again_while_its_return_is_told_it_listens_again(layer: ChannelLayer, place: Place) -> None:
    told, go_on, told_again = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def tell() -> None:
        (told_again if told.is_set() else told).set()
        await go_on.wait()

    layer.on_reconnect = tell
    channel = await layer.new_channel()
    for _ in range(2):
        place.stop()
        await place.start()
        async with asyncio.timeout(PATIENCE):
            await told.wait()
    go_on.set()
    async with asyncio.timeout(PATIENCE):
        await told_again.wait()
    await layer.send(channel, {"n": 1})
    assert await heard(layer, channel) == {"n": 1}


async def test_while_it_is_away_it_says_so(layer: ChannelLayer, place: Place) -> None:
    place.stop()
    with pytest.raises(RedisError):
        await layer.send("anybody", {})
    with pytest.raises(RedisError):
        await layer.receive("mine")
    await place.start()
    listening = asyncio.create_task(heard(layer, "mine"))  # asked again, it subscribes again
    async with asyncio.timeout(PATIENCE):
        while not listening.done():
            await layer.send("mine", {"n": 1})
            await asyncio.wait([listening], timeout=0.05)
    assert listening.result() == {"n": 1}


async def test_who_gives_up_subscribing_cuts_nobody_off(layer: ChannelLayer, place: Place) -> None:
    """As a page that is closed while it opens: what Valkey then confirms nobody waits for."""
    channel = await layer.new_channel()
    await layer.send(channel, {"n": 1})
    assert await heard(layer, channel) == {"n": 1}
    place.signal(SIGSTOP)
    try:
        given_up = asyncio.create_task(layer.receive("opened twice"))
        await asyncio.sleep(0)  # its first step sends
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        again = asyncio.create_task(heard(layer, "opened twice"))
        await asyncio.sleep(0)
    finally:
        place.signal(SIGCONT)
    await layer.send(channel, {"n": 2})
    assert await heard(layer, channel) == {"n": 2}
    await layer.send("opened twice", {"n": 3})
    assert await again == {"n": 3}


async def test_what_was_given_up_before_it_was_confirmed_is_heard_no_longer(layer: ChannelLayer, place: Place) -> None:
    heard_here = await layer.new_channel()
    await layer.send(heard_here, {"n": 1})
    assert await heard(layer, heard_here) == {"n": 1}
    place.signal(SIGSTOP)
    try:
        given_up = asyncio.create_task(layer.receive("closed"))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
    finally:
        place.signal(SIGCONT)
    await layer.send(heard_here, {"n": 2})
    assert await heard(layer, heard_here) == {"n": 2}
    await layer.new_channel()  # asked for behind it on the same connection
    async with Redis.from_url(place.server.url) as valkey:
        names = [str(name) for name in await valkey.pubsub_channels()]
    assert [name for name in names if "closed" in name] == []


async def test_a_valkey_that_does_not_read_is_not_written_to_for_ever(
    layer: ChannelLayer, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layers, "UNSENT", 1_000_000)
    await layer.send("anybody", {})

    async def much() -> None:
        for _ in range(200):
            await layer.send("anybody", {"data": bytes(100_000)})

    place.signal(SIGSTOP)
    try:
        with pytest.raises(RedisError):
            await much()
    finally:
        place.signal(SIGCONT)
