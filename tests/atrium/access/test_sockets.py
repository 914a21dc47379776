"""Who holds the Redis URL alone cannot act as somebody whose page is open."""

import json
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from websockets.sync.client import connect
from websockets.typing import Origin

from apps.feedback.notices import reviewers_group
from gpu_workers.protocol.layer import ChannelLayer
from tests.apps.sharing.links import Browser
from tests.people import Lab
from tests.services import site

pytestmark = pytest.mark.usefixtures("web_process")

ASK = json.dumps({"type": "predict", "request": 7, "inputs": {}, "edits": [], "keep": False})


def say(group: str, message: dict[str, Any]) -> None:
    async def send() -> None:
        layer = ChannelLayer(hosts=[site().valkey.url])
        await layer.group_send(group, message)
        await layer.flush()

    async_to_sync(send)()


@pytest.mark.parametrize(
    "forged",
    [
        {"type": "websocket.receive", "text": ASK},
        {"type": "websocket.disconnect", "code": 1000},
        {"type": "close"},
        {"type": "receive"},
    ],
)
def test_a_forged_message_of_the_browsers_does_nothing(lab: Lab, forged: dict[str, Any]) -> None:
    browser = Browser(*lab.link())
    address = site().url.replace("http", "ws", 1) + f"{browser.url}socket"
    with connect(address, additional_headers={"Cookie": browser.cookies()}, origin=Origin(site().url)) as socket:
        socket.send(ASK.replace("7", "1"))
        assert json.loads(socket.recv(timeout=10))["request"] == 1
        say(reviewers_group(lab.team.pk), forged)
        with pytest.raises(TimeoutError):
            socket.recv(timeout=0.7)
        socket.send(ASK.replace("7", "2"))
        assert json.loads(socket.recv(timeout=10))["request"] == 2
