"""The socket of a project's pages: counts at once, changes as they happen, an end when the membership ends."""

import json
from dataclasses import replace
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from apps.endpoints.services import create_endpoint
from apps.feedback.services import assign, set_status, write_message
from apps.projects.services import create_project
from apps.teams.services import remove_member
from atrium.access.principals import Member, Role
from tests.people import Lab, ready_version
from tests.services import site

from .cases import base, flagged, signed_in

PATIENCE = 10.0

pytestmark = pytest.mark.usefixtures("web_process")


def opened(lab: Lab, who: Member | None) -> ClientConnection:
    url = site().url
    headers = {} if who is None else {"Cookie": f"sessionid={signed_in(who).cookies['sessionid'].value}"}
    address = url.replace("http", "ws") + base(lab) + "socket"
    return connect(address, origin=Origin(url), additional_headers=headers)


def heard(socket: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(socket.recv(timeout=PATIENCE))
    return message


def test_every_change_is_told_with_the_counts(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    with opened(lab, bob) as socket:
        assert heard(socket) == {
            "type": "counts",
            "counts": {"open": 0, "waiting": 0, "mine": 0, "resolved": 0, "mentions": 0},
        }
        flag = flagged(lab)
        told = {"type": "changed", "thread": str(flag.thread_id)}
        assert heard(socket) == told | {"counts": {"open": 1, "waiting": 1, "mine": 0, "resolved": 0, "mentions": 0}}
        assign(lab.alice, flag.thread_id, bob.membership_id)
        assert heard(socket)["counts"]["mine"] == 1
        write_message(lab.alice, flag.thread_id, body="Thank you")
        assert heard(socket)["counts"]["waiting"] == 0
        set_status(lab.alice, flag.thread_id, "resolved")
        assert heard(socket) == told | {"counts": {"open": 0, "waiting": 0, "mine": 0, "resolved": 1, "mentions": 0}}


def test_a_viewer_hears_and_another_team_does_not(lab: Lab, other_lab: Lab) -> None:
    with opened(lab, lab.member("Vera", Role.VIEWER)) as mine, opened(other_lab, other_lab.alice) as theirs:
        assert heard(mine)["type"] == heard(theirs)["type"] == "counts"
        here = flagged(lab)
        assert heard(mine)["thread"] == str(here.thread_id)
        there = flagged(other_lab)
        assert heard(theirs)["thread"] == str(there.thread_id)


def test_another_project_of_the_team_is_not_told(lab: Lab) -> None:
    other = create_project(lab.alice, name="Sounds")
    version = ready_version(lab.alice, other, "listener")
    endpoint = create_endpoint(lab.alice, other.pk, name="Listener", version_id=version.pk)
    there = replace(lab, project=other, version=version, endpoint=endpoint)
    with opened(lab, lab.alice) as socket:
        heard(socket)
        flagged(there)
        here = flagged(lab)
        assert heard(socket)["thread"] == str(here.thread_id)


def test_strangers_are_not_let_in(lab: Lab, other_lab: Lab) -> None:
    for who in (None, other_lab.alice):
        with pytest.raises(InvalidStatus) as refused, opened(lab, who):
            pass
        assert refused.value.response.status_code == 403
    with opened(lab, lab.alice) as socket:
        assert heard(socket)["type"] == "counts"


def test_it_ends_with_the_membership(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    with opened(lab, bob) as socket:
        heard(socket)
        remove_member(lab.alice, bob.membership_id)
        assert heard(socket)["type"] == "revoked"
        with pytest.raises(ConnectionClosed) as ended:
            socket.recv(timeout=PATIENCE)
    assert ended.value.rcvd is not None
    assert ended.value.rcvd.code == 4410
