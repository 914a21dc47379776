"""What a page that is closed leaves behind: nothing."""

import asyncio
from typing import Any

from channels.layers import get_channel_layer

from atrium.access.sockets import BrowserSocket


class Left(BrowserSocket):
    """A page that is closed just as a message comes for it."""

    async def connect(self) -> None:
        await self.channel_layer.group_add("team", self.channel_name)

    async def disconnect(self, code: int) -> None:
        layer = self.channel_layer._get_layer()
        layer.channels[self.channel_name].put_nowait(self.channel_layer.serialize({"type": "late"}))
        for _ in range(10):
            await asyncio.sleep(0)


def test_a_message_that_comes_as_a_page_is_closed_keeps_nothing_subscribed() -> None:
    said = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}])

    async def receive() -> Any:
        return next(said)

    async def send(message: Any) -> None:
        pass

    async def closed() -> tuple[set[str], set[str]]:
        await Left()({"type": "websocket"}, receive, send)
        layer = get_channel_layer()._get_layer()
        return set(layer.channels), set(layer.groups)

    assert asyncio.run(closed()) == (set(), set())
