"""An open bench lends what its owner may do now, not what it could when the socket was opened."""

import json
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from apps.teams.services import change_role
from atrium.access.principals import Role
from tests.browsing import signed_in
from tests.people import Lab
from tests.services import site

pytestmark = pytest.mark.usefixtures("web_process")


def answered(socket: ClientConnection) -> dict[str, Any]:
    socket.send(json.dumps({"type": "predict", "request": 7, "inputs": {}, "edits": [], "keep": False}))
    problem: dict[str, Any] = json.loads(socket.recv(timeout=10))["problem"]
    return problem


def test_a_member_who_becomes_a_viewer_asks_nothing_more_on_the_socket_it_has(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    client = signed_in(bob)
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    address = site().url.replace("http", "ws", 1) + f"/t/{lab.team.slug}/films/endpoints/reader/bench/socket"
    with connect(address, additional_headers={"Cookie": cookies}, origin=Origin(site().url)) as socket:
        assert answered(socket)["code"] == "invalid"
        change_role(lab.alice, bob.membership_id, role=Role.VIEWER)
        assert answered(socket)["code"] == "not_permitted"
