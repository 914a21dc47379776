"""An open socket of a member ends with the session that it was opened in, and with what else let it in."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from apps.home.deletion import ask_project_deletion
from apps.teams.services import change_role, remove_member, require_second_factor
from apps.users.models import User
from atrium.access.principals import Role
from atrium.access.revocations import EVERY_SECONDS
from tests.apps.users.accounts import with_app
from tests.browsing import signed_in
from tests.people import PASSWORD, Lab
from tests.services import site

PATIENCE = 20.0
SOCKETS = {"bench": "films/endpoints/reader/bench/socket", "inbox": "films/inbox/socket"}

pytestmark = pytest.mark.usefixtures("web_process")


@contextmanager
def opened(lab: Lab, browser: Client, page: str) -> Iterator[ClientConnection]:
    """A socket that is open on both sides."""
    url = site().url
    headers = {"Cookie": f"sessionid={browser.cookies['sessionid'].value}"}
    address = f"{url.replace('http', 'ws', 1)}/t/{lab.team.slug}/{SOCKETS[page]}"
    with connect(address, additional_headers=headers, origin=Origin(url)) as socket:
        yield socket


def last_words(socket: ClientConnection) -> tuple[list[dict[str, str]], int]:
    """(what was said, close code)."""
    said = []
    try:
        while True:
            said.append(json.loads(socket.recv(timeout=PATIENCE)))
    except ConnectionClosed as closed:
        return said, closed.rcvd.code if closed.rcvd else 0


def ending(socket: ClientConnection) -> tuple[list[str], int]:
    """(types of what was said, close code)."""
    said, code = last_words(socket)
    return [message["type"] for message in said], code


def answers(socket: ClientConnection) -> bool:
    """Whether the bench still hears: it refuses a request without inputs, by its number."""
    socket.send(json.dumps({"type": "predict", "request": 7, "inputs": None}))
    message = json.loads(socket.recv(timeout=PATIENCE))
    return (message["type"], message["request"]) == ("refused", 7)


def log_out(browser: Client, user_id: UUID) -> None:
    browser.post("/accounts/logout/")


def flush(browser: Client, user_id: UUID) -> None:
    browser.session.flush()


def change_password(browser: Client, user_id: UUID) -> None:
    new = PASSWORD + " again"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert browser.post("/accounts/password/change/", form).status_code == 302


def set_password(browser: Client, user_id: UUID) -> None:
    """As an operator does, or a reset by mail: the session's row stays."""
    user = User.objects.get(pk=user_id)
    user.set_password(PASSWORD + " again")
    user.save()


def deactivate(browser: Client, user_id: UUID) -> None:
    User.objects.filter(pk=user_id).update(is_active=False)


@pytest.mark.parametrize("page", SOCKETS)
def test_it_ends_with_its_membership(lab: Lab, page: str) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    with opened(lab, signed_in(bob), page) as socket:
        remove_member(lab.alice, bob.membership_id)
        assert ending(socket)[1] == 4410


@pytest.mark.parametrize("page", SOCKETS)
@pytest.mark.parametrize("act", [log_out, flush, change_password, set_password, deactivate])
def test_it_ends_with_its_session(lab: Lab, act: Callable[[Client, UUID], None], page: str) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    browser = signed_in(bob)
    with opened(lab, browser, page) as socket:
        act(browser, bob.user_id)
        said, code = ending(socket)
    assert said[-1] == "revoked"
    assert said.count("revoked") == 1
    assert code == 4410


def test_another_session_of_the_same_person_goes_on(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    here, there = signed_in(bob), signed_in(bob)
    with opened(lab, here, "bench") as socket, opened(lab, there, "bench") as other:
        log_out(here, bob.user_id)
        assert ending(socket)[1] == 4410
        assert answers(other)


def test_another_role_leaves_it_open(lab: Lab) -> None:
    """The change is looked at before the log-out that ends the second socket, since it came before."""
    bob = lab.member("Bob", Role.MEMBER)
    here, there = signed_in(bob), signed_in(bob)
    with opened(lab, here, "bench") as socket, opened(lab, there, "bench") as other:
        change_role(lab.alice, bob.membership_id, role=Role.VIEWER)
        log_out(there, bob.user_id)
        assert ending(other)[1] == 4410
        assert answers(socket)


@pytest.mark.parametrize("page", SOCKETS)
def test_it_ends_where_the_team_begins_to_require_a_second_factor(lab: Lab, page: str) -> None:
    """For who has none; and for who takes the last one off."""
    bob, eva = lab.member("Bob", Role.MEMBER), lab.member("Eva", Role.MEMBER)
    for member in (lab.alice, eva):
        with_app(member)
    with opened(lab, signed_in(bob), page) as bobs, opened(lab, signed_in(eva), page) as evas:
        require_second_factor(lab.alice, required=True)
        said, code = last_words(bobs)
        assert code == 4410
        assert "without a second factor" in said[-1]["message"]
        if page == "bench":
            assert answers(evas)
        Authenticator.objects.filter(user_id=eva.user_id).delete()
        said, code = last_words(evas)
        assert code == 4410
        assert "without a second factor" in said[-1]["message"]


@pytest.mark.parametrize("page", SOCKETS)
def test_it_ends_when_the_deletion_of_its_project_is_asked_for(lab: Lab, other_lab: Lab, page: str) -> None:
    with (
        opened(lab, signed_in(lab.alice), page) as socket,
        opened(other_lab, signed_in(other_lab.alice), page) as other,
    ):
        ask_project_deletion(lab.alice, lab.project.pk, typed=lab.project.name)
        said, code = last_words(socket)
        assert code == 4410
        assert "is being deleted" in said[-1]["message"]
        if page == "bench":
            assert answers(other)


def test_it_is_looked_for_often_enough_for_a_second() -> None:
    assert EVERY_SECONDS <= 0.5
