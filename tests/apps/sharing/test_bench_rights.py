"""An open bench lends what its owner may do now, not what it could when the socket was opened."""

import json
from typing import Any

import pytest
from django.test import Client
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from apps.teams.services import change_role
from apps.users.models import User
from atrium.access.principals import Role
from tests.browsing import signed_in
from tests.people import Lab
from tests.services import site

pytestmark = pytest.mark.usefixtures("web_process")


def answered(socket: ClientConnection) -> dict[str, Any]:
    socket.send(json.dumps({"type": "predict", "request": 7, "inputs": {}, "edits": [], "keep": False}))
    problem: dict[str, Any] = json.loads(socket.recv(timeout=10))["problem"]
    return problem


def cookies_of(client: Client) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def bench(lab: Lab, cookies: str) -> ClientConnection:
    address = site().url.replace("http", "ws", 1) + f"/t/{lab.team.slug}/films/endpoints/reader/bench/socket"
    return connect(address, additional_headers={"Cookie": cookies}, origin=Origin(site().url))


def test_a_member_who_becomes_a_viewer_asks_nothing_more_on_the_socket_it_has(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    with bench(lab, cookies_of(signed_in(bob))) as socket:
        assert answered(socket)["code"] == "invalid"
        change_role(lab.alice, bob.membership_id, role=Role.VIEWER)
        assert answered(socket)["code"] == "not_permitted"


@pytest.mark.parametrize("how", ["logged out", "another password"])
def test_who_logged_out_elsewhere_asks_nothing_more(lab: Lab, how: str) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    client = signed_in(bob)
    with bench(lab, cookies_of(client)) as socket:
        assert answered(socket)["code"] == "invalid"
        if how == "logged out":
            client.logout()
        else:
            user = User.objects.get(pk=bob.user_id)
            user.set_password("another horse battery")
            user.save()
        assert answered(socket)["code"] == "not_found"
