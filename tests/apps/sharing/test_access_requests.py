"""A link that is over asks who holds it to ask the team; a member answers, and the answer is mailed."""

import re
from pathlib import Path
from secrets import token_hex
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from apps.sharing.access_requests import ASKED_OF_ONE
from apps.sharing.chores import mail_access
from apps.sharing.models import AccessRequest, Link
from apps.sharing.services import revoke_link
from atrium.access.principals import Role
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from tests.browsing import signed_in, text_of
from tests.people import Lab


class Closed:
    """A revoked link, and a browser that holds it."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.link_id, secret = lab.link(label="Ward review")
        self.client = Client(raise_request_exception=False)
        self.client.get(f"/l/{secret}")
        revoke_link(lab.alice, self.link_id)
        self.page = f"/r/{self.link_id}/"
        self.links = f"/t/{lab.team.slug}/{lab.project.slug}/endpoints/{lab.endpoint.slug}/links/"
        self.email = f"dana-{token_hex(4)}@example.org"

    def ask(self, client: Client | None = None, **given: str) -> Any:
        sent = {"name": "Dr. Dana", "email": self.email, "message": "The ward asked me."} | given
        return (client or self.client).post(f"{self.page}ask", sent)

    def requests(self) -> list[AccessRequest]:
        with team_context(self.lab.alice):
            return list(AccessRequest.objects.select_related("new_link").filter(link_id=self.link_id))

    def act(self, client: Client, act: str, request_id: UUID | None = None, **sent: object) -> int:
        url = f"{self.links}requests/{request_id or self.requests()[0].pk}/{act}"
        return client.post(url, {"role": 3, "expires": "30"} | sent).status_code

    def events(self, what: str) -> int:
        with team_context(self.lab.alice):
            return Event.objects.filter(what=what).count()


@pytest.fixture
def closed(lab: Lab) -> Closed:
    return Closed(lab)


def test_the_page_of_a_closed_link_asks_and_the_manager_shows_it(closed: Closed) -> None:
    page = closed.client.get(closed.page)
    assert page.status_code == 410
    assert "Ask for access" in text_of(page)
    assert closed.client.get(closed.page, headers={"Accept": "application/json"}).json()["code"] == "link_revoked"
    assert closed.ask(name="").status_code == 400
    assert closed.ask(email="nobody").status_code == 400
    assert not closed.requests()
    asked = closed.ask()
    assert asked.status_code == 303
    assert "The team was asked" in text_of(closed.client.get(asked["Location"]))
    shown = text_of(signed_in(closed.lab.alice).get(closed.links))
    assert all(words in shown for words in ("Dr. Dana", closed.email, "The ward asked me.", "Ward review"))
    assert closed.events("access.requested") == 1
    vera = closed.lab.member("Vera", Role.VIEWER)
    assert closed.email not in text_of(signed_in(vera).get(closed.links))


def test_asking_again_changes_what_was_asked(closed: Closed) -> None:
    closed.ask()
    closed.ask(message="Please, by Friday.")
    (request,) = closed.requests()
    assert request.message == "Please, by Friday."


def test_only_who_holds_a_link_that_is_over_may_ask(closed: Closed, lab: Lab) -> None:
    assert closed.ask(Client(raise_request_exception=False)).status_code == 404
    open_link, secret = lab.link()
    client = Client(raise_request_exception=False)
    client.get(f"/l/{secret}")
    assert closed.ask(client).status_code == 404
    assert client.post(f"/r/{open_link}/ask", {"name": "x", "email": closed.email}).status_code == 404
    assert not closed.requests()


def test_a_member_makes_a_link_that_opens_for_the_address_alone(closed: Closed, mails: Path) -> None:
    bob = closed.lab.member("Bob", Role.MEMBER)
    closed.ask()
    assert closed.act(signed_in(bob), "grant", role=2) == 303
    (request,) = closed.requests()
    assert request.new_link is not None
    assert (request.new_link.addresses, request.new_link.role_word) == ([closed.email], "try")
    mail_access(str(closed.lab.team.pk), str(request.pk))
    mail = "".join(file.read_text() for file in mails.glob("*.log"))
    assert f"To: {closed.email}" in mail
    secret = re.search(r"/l/([\w-]+)", mail.replace("=\n", ""))
    assert secret
    visitor = Client()
    opened = visitor.get(f"/l/{secret[1]}")
    assert opened["Location"] == f"/r/{request.new_link_id}/"
    assert "Whom was this link made for?" in text_of(visitor.get(opened["Location"]))
    assert closed.events("access.granted") == 1
    assert closed.events("link.created") == 2
    assert closed.email not in text_of(signed_in(bob).get(closed.links)).split("<table")[0]
    assert closed.act(signed_in(bob), "dismiss", request.pk) == 303
    assert closed.events("access.dismissed") == 0


def test_a_dismissed_one_is_told_so_and_gone(closed: Closed, mails: Path) -> None:
    closed.ask()
    client = signed_in(closed.lab.alice)
    assert closed.act(client, "dismiss") == 303
    (request,) = closed.requests()
    mail_access(str(closed.lab.team.pk), str(request.pk))
    mail = "".join(file.read_text() for file in mails.glob("*.log"))
    assert "did not open it again" in mail
    assert "/l/" not in mail
    assert "Access requests" not in text_of(client.get(closed.links))
    assert closed.events("access.dismissed") == 1
    assert closed.act(client, "grant", request.pk) == 303
    with team_context(closed.lab.alice):
        assert Link.objects.count() == 1


@pytest.mark.parametrize("act", ["grant", "dismiss"])
def test_viewers_strangers_and_wrong_words_do_nothing(closed: Closed, other_lab: Lab, act: str) -> None:
    closed.ask()
    vera = closed.lab.member("Vera", Role.VIEWER)
    assert closed.act(signed_in(vera), act) == 403
    assert closed.act(signed_in(other_lab.alice), act) == 404
    assert closed.act(Client(), act) == 302
    assert closed.act(signed_in(closed.lab.alice), act, uuid4()) == 404
    assert closed.act(signed_in(closed.lab.alice), "grant", role=9) == 400
    (request,) = closed.requests()
    assert request.answered_at is None


@pytest.mark.usefixtures("one_window")
def test_requests_meet_a_wall(closed: Closed) -> None:
    answers = [closed.ask(email=f"d{number}@example.org") for number in range(60)]
    assert [answer.status_code for answer in answers] == [303] * ASKED_OF_ONE + [429] * (60 - ASKED_OF_ONE)
    assert int(answers[-1]["Retry-After"]) > 0
    assert len(closed.requests()) == ASKED_OF_ONE


def test_who_may_answer_sees_on_every_page_of_the_project_how_many_ask(lab: Lab) -> None:
    vera = lab.member("Vera", Role.VIEWER)
    asking = '<span class="visually-hidden">, people who ask: </span>2</span>'
    closed = Closed(lab)
    page = f"/t/{lab.team.slug}/{lab.project.slug}/"
    assert asking not in text_of(signed_in(lab.alice).get(page))
    closed.ask()
    closed.ask(email=f"second-{token_hex(4)}@example.org")
    assert asking in text_of(signed_in(lab.alice).get(page))
    assert asking not in text_of(signed_in(vera).get(page))
    assert closed.act(signed_in(lab.alice), "dismiss") == 303
    assert asking.replace("2", "1") in text_of(signed_in(lab.alice).get(page))
