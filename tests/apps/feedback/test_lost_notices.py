"""A notice that is lost on its way is made good for by a look at what was recorded; nothing is told twice."""

import json

import pytest

from apps.feedback.services import assign, set_status, write_message
from tests.apps.feedback.cases import flagged, reviewer
from tests.apps.feedback.test_inbox_socket import PATIENCE, heard, opened
from tests.apps.sharing.links import browser_of
from tests.apps.sharing.test_guest_socket import open_socket
from tests.people import Lab

pytestmark = pytest.mark.usefixtures("web_process")


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """No notice that this process sends arrives."""
    monkeypatch.setattr("apps.feedback.notices._send", lambda group, thread_id, event_id: None)


def test_the_inbox_hears_of_each_act(lab: Lab, lost: None) -> None:
    with opened(lab, lab.alice) as socket:
        assert heard(socket)["type"] == "counts"
        flag = flagged(lab)
        assert heard(socket)["counts"]["waiting"] == 1
        assign(lab.alice, flag.thread_id, lab.alice.membership_id)
        assert heard(socket)["counts"]["mine"] == 1
        write_message(lab.alice, flag.thread_id, body="Thank you")
        assert heard(socket)["counts"]["waiting"] == 0
        set_status(lab.alice, flag.thread_id, "resolved")
        assert heard(socket)["counts"]["resolved"] == 1


def test_what_was_told_is_not_told_again(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The look that finds the second finds the first as well."""
    with opened(lab, lab.alice) as socket:
        assert heard(socket)["type"] == "counts"
        told = flagged(lab)
        assert heard(socket)["thread"] == str(told.thread_id)
        monkeypatch.setattr("apps.feedback.notices._send", lambda group, thread_id, event_id: None)
        found = flagged(lab)
        assert heard(socket)["thread"] == str(found.thread_id)


def test_what_happened_before_the_page_was_opened_is_not_told(lab: Lab, lost: None) -> None:
    flagged(lab)
    with opened(lab, lab.alice) as socket:
        assert heard(socket)["counts"]["open"] == 1
        later = flagged(lab)
        assert heard(socket)["thread"] == str(later.thread_id)


def test_a_reviewer_hears_of_replies_alone(lab: Lab, lost: None) -> None:
    guest = reviewer(lab)
    flag = flagged(lab, guest)
    browser = browser_of(guest)
    with open_socket(f"{browser.url}socket", browser.cookies()) as socket:
        write_message(lab.alice, flag.thread_id, body="Among us", internal=True)
        assign(lab.alice, flag.thread_id, lab.alice.membership_id)
        write_message(lab.alice, flag.thread_id, body="Thank you")
        said = json.loads(socket.recv(timeout=PATIENCE))
        assert (said["type"], [message["body"] for message in said["messages"]][-1]) == ("thread", "Thank you")
