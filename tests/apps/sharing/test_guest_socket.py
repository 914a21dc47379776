"""The socket of a guest's bench, by a real client: the role holds, and it ends with the link."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from apps.home.chores import delete
from apps.home.deletion import ask_project_deletion
from apps.sharing.models import GuestVisit, Link
from apps.sharing.services import revoke_link
from atrium.access.principals import LinkRole
from atrium.tenancy.context import team_context
from tests.apps.sharing.links import Browser
from tests.people import Lab
from tests.services import site

pytestmark = pytest.mark.usefixtures("web_process")


def open_socket(path: str, cookies: str) -> ClientConnection:
    url = site().url
    address = url.replace("http", "ws", 1) + path
    return connect(address, additional_headers={"Cookie": cookies}, origin=Origin(url))


PATIENCE = 20.0


def close_of(socket: ClientConnection) -> tuple[int, list[dict[str, Any]]]:
    """(close code, messages before it)."""
    said = []
    try:
        while True:
            said.append(json.loads(socket.recv(timeout=PATIENCE)))
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0, said


def somebody_arrived(lab: Lab) -> bool:
    with team_context(lab.alice):
        return GuestVisit.objects.exists()


@pytest.mark.parametrize("how", ["revoked", "expired", "deleted"])
def test_an_open_socket_ends_with_its_link(lab: Lab, other_lab: Lab, how: str) -> None:
    link_id, secret = lab.link()
    browser, untouched = Browser(link_id, secret), Browser(*(other_lab if how == "deleted" else lab).link())
    with (
        open_socket(f"{browser.url}socket", browser.cookies()) as socket,
        open_socket(f"{untouched.url}socket", untouched.cookies()) as other,
    ):
        assert somebody_arrived(lab)
        if how == "revoked":
            revoke_link(lab.alice, link_id)
        elif how == "deleted":
            ask_project_deletion(lab.alice, lab.project.pk, typed=lab.project.name)
            delete(str(lab.team.pk))
        else:
            with team_context(lab.alice):
                Link.objects.filter(pk=link_id).update(expires_at=timezone.now() - timedelta(milliseconds=1))
        code, said = close_of(socket)
        assert code == 4410
        assert [message["type"] for message in said] == ["revoked"]
        with pytest.raises(TimeoutError):
            other.recv(timeout=0.2)


def test_a_socket_without_the_links_cookie_or_after_its_end_is_refused(lab: Lab) -> None:
    link_id, secret = lab.link()
    browser, other = Browser(link_id, secret), Browser(*lab.link())
    with open_socket(f"{browser.url}socket", "") as socket:
        assert close_of(socket)[0] == 4404
    with open_socket(f"{browser.url}socket", other.cookies()) as socket:
        assert close_of(socket)[0] == 4404
    assert not somebody_arrived(lab)
    revoke_link(lab.alice, link_id)
    with open_socket(f"{browser.url}socket", browser.cookies()) as socket:
        assert close_of(socket)[0] == 4410


@pytest.mark.parametrize(("role", "code"), [(LinkRole.VIEW, "not_permitted"), (LinkRole.TRY, "invalid")])
def test_a_role_holds_on_the_socket_too(lab: Lab, role: LinkRole, code: str) -> None:
    browser = Browser(*lab.link(role))
    with open_socket(f"{browser.url}socket", browser.cookies()) as socket:
        socket.send(json.dumps({"type": "predict", "request": 7, "inputs": {}, "edits": [], "keep": False}))
        answer = json.loads(socket.recv(timeout=10))
    assert (answer["type"], answer["request"], answer["problem"]["code"]) == ("refused", 7, code)


@pytest.mark.parametrize("kind", ["cancel", "keep"])
def test_what_names_no_prediction_is_told(lab: Lab, kind: str) -> None:
    browser = Browser(*lab.link())
    with open_socket(f"{browser.url}socket", browser.cookies()) as socket:
        socket.send(json.dumps({"type": kind, "request": 3, "prediction": "the last one"}))
        answer = json.loads(socket.recv(timeout=PATIENCE))
    assert (answer["type"], answer["request"], answer["problem"]["code"]) == ("refused", 3, "malformed")


def test_a_message_beyond_what_a_page_sends_is_not_read(lab: Lab) -> None:
    browser = Browser(*lab.link())
    with open_socket(f"{browser.url}socket", browser.cookies()) as socket:
        for padding, code in ((" " * 2**21, "too_large"), ("", "malformed")):
            socket.send(f'{{"type": "predict", "request": 7, "inputs": 1}}{padding}')
            said = json.loads(socket.recv(timeout=PATIENCE))
            assert (said["type"], said["problem"]["code"]) == ("refused", code)
