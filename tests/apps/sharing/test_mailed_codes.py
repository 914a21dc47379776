"""A link with a list of addresses: opened by a code that is mailed at each visit, and no hint of who is on the list."""

import re
from pathlib import Path
from secrets import token_hex
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from apps.sharing.chores import mail_code
from apps.sharing.codes import CODES_OF_ONE
from apps.sharing.models import GuestVisit, MailedCode
from apps.sharing.withdrawal import withdraw
from atrium.access.door import grant_for
from atrium.access.principals import Guest
from atrium.audit.models import Event
from atrium.errors import Invalid
from atrium.tenancy.context import team_context
from tests.browsing import signed_in, text_of
from tests.people import Lab


class Door:
    """A link for one listed address, and the browsers that come to it."""

    def __init__(self, lab: Lab, mails: Path) -> None:
        self.lab, self.mails = lab, mails
        self.listed, self.stranger = (f"{who}-{token_hex(4)}@example.org" for who in ("dana", "eve"))
        self.link_id, self.secret = lab.link(addresses=[self.listed.upper()])
        self.page = f"/r/{self.link_id}/"

    def browser(self) -> Client:
        client = Client(raise_request_exception=False)
        assert client.get(f"/l/{self.secret}").status_code == 303
        return client

    def ask(self, client: Client, email: str) -> Any:
        return client.post(f"{self.page}code", {"email": email})

    def give(self, client: Client, code: str) -> int:
        return client.post(f"{self.page}code", {"code": code}).status_code

    def newest(self) -> MailedCode:
        with team_context(self.lab.alice):
            return MailedCode.objects.filter(link_id=self.link_id).latest("created_at")

    def mailed(self) -> str:
        """Run the chore of the newest code, and read what it mailed; "" for nothing."""
        for old in self.mails.glob("*.log"):
            old.unlink()
        mail_code(str(self.lab.team.pk), str(self.newest().pk))
        found = re.search(r"The code is (\d{6})", "".join(file.read_text() for file in self.mails.glob("*.log")))
        return found[1] if found else ""

    def opened(self) -> Client:
        client = self.browser()
        self.ask(client, self.listed)
        assert self.give(client, self.mailed()) == 303
        return client


@pytest.fixture
def door(lab: Lab, mails: Path) -> Door:
    return Door(lab, mails)


def wrong_for(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_the_mailed_code_opens_and_confirms_the_address(door: Door) -> None:
    client = door.browser()
    first = client.get(door.page)
    assert first.status_code == 403
    assert "Whom was this link made for?" in text_of(first)
    assert door.ask(client, f" {door.listed.title()} ").status_code == 303
    assert "Enter the code" in text_of(client.get(door.page))
    code = door.mailed()
    assert door.give(client, wrong_for(code)) == 403
    assert client.get(door.page).status_code == 403
    assert door.give(client, f"{code[:3]} {code[3:]}") == 303
    assert client.get(door.page).status_code == 200
    with team_context(door.lab.alice):
        visit = GuestVisit.objects.get(link_id=door.link_id)
        assert visit.confirmed == visit.email == door.listed
        assert Event.objects.filter(what="link.opened", who_id=visit.pk).count() == 1
    page = text_of(signed_in(door.lab.alice).get(door_page(door)))
    assert "confirmed by a code" in page


def door_page(door: Door) -> str:
    lab = door.lab
    return f"/t/{lab.team.slug}/{lab.project.slug}/endpoints/{lab.endpoint.slug}/links/{door.link_id}/"


def test_each_visit_begins_with_a_code_and_finds_the_same_guest(door: Door) -> None:
    client = door.opened()
    client.get(f"/l/{door.secret}")
    assert client.get(door.page).status_code == 403
    elsewhere = door.opened()
    assert elsewhere.get(door.page).status_code == 200
    with team_context(door.lab.alice):
        assert GuestVisit.objects.filter(link_id=door.link_id).count() == 1


def test_nothing_tells_who_is_on_the_list(door: Door) -> None:
    answers = []
    for address in (door.listed, door.stranger):
        client = door.browser()
        asked = door.ask(client, address)
        page = re.sub(r'name="csrf\S+" (value|content)="\w+"', "", client.get(door.page).content.decode())
        wrong = re.sub(r'name="csrf\S+" (value|content)="\w+"', "", client.get(door.page).content.decode())
        answers.append((asked.status_code, asked["Location"], len(asked.cookies["code"].value), page, wrong))
    assert answers[0] == answers[1]
    assert door.mailed() == ""
    assert not list(door.mails.glob("*.log"))
    client = door.browser()
    assert door.ask(client, "no address").status_code == 400


def test_a_code_is_its_browsers_alone_and_works_once(door: Door) -> None:
    client, thief = door.browser(), door.browser()
    door.ask(client, door.listed)
    code = door.mailed()
    door.ask(thief, door.stranger)
    assert door.give(thief, code) == 403
    assert door.give(client, code) == 303
    client.get(f"/l/{door.secret}")
    assert client.get(door.page).status_code == 403
    assert door.give(client, code) == 303  # no code is waited for: back to the form
    assert client.get(door.page).status_code == 403


@pytest.mark.usefixtures("one_window")
def test_guesses_meet_a_wall_that_is_nobody_elses(door: Door) -> None:
    client = door.browser()
    door.ask(client, door.listed)
    code = door.mailed()
    answers = [client.post(f"{door.page}code", {"code": wrong_for(code)}) for _ in range(60)]
    assert [answer.status_code for answer in answers] == [403] * 5 + [429] * 55
    assert int(answers[-1]["Retry-After"]) > 0
    assert door.give(client, code) == 429
    assert door.opened().get(door.page).status_code == 200
    asked = [door.ask(client, door.listed).status_code for _ in range(CODES_OF_ONE)]
    assert asked[-1] == 429
    assert door.ask(client, door.stranger).status_code == 303


def test_without_the_link_there_is_nothing(door: Door, lab: Lab) -> None:
    client = Client(raise_request_exception=False)
    assert client.get(door.page).status_code == 404
    assert door.ask(client, door.listed).status_code == 404
    other_link, other_secret = lab.link()
    client.get(f"/l/{other_secret}")
    assert door.ask(client, door.listed).status_code == 404
    assert client.post(f"/r/{other_link}/code", {"email": door.listed})["Location"] == f"/r/{other_link}/"
    with team_context(lab.alice):
        assert not MailedCode.objects.exists()


def test_a_typed_address_is_not_a_confirmed_one(door: Door) -> None:
    client = door.opened()
    client.post(f"{door.page}me", {"email": door.stranger, "name": "Dana"}, content_type="application/json")
    with team_context(door.lab.alice):
        visit = GuestVisit.objects.get(link_id=door.link_id)
    assert (visit.name, visit.email, visit.confirmed) == ("Dana", door.listed, door.listed)
    team_id, grant, _ = grant_for(door.link_id)
    withdraw(Guest(team_id, visit.pk, grant))
    with team_context(door.lab.alice):
        visit.refresh_from_db()
    assert (visit.name, visit.email, visit.confirmed) == ("", "", "")


def test_not_you_asks_for_another_address(door: Door) -> None:
    client = door.opened()
    assert client.post(f"{door.page}leave").status_code == 303
    assert client.get(door.page).status_code == 403


def test_a_link_has_a_passcode_or_a_list(lab: Lab) -> None:
    with pytest.raises(Invalid, match="not both"):
        lab.link(passcode="correct horse", addresses=["dana@example.org"])
    client = signed_in(lab.alice)
    url = f"/t/{lab.team.slug}/{lab.project.slug}/endpoints/{lab.endpoint.slug}/links/"
    form = {"label": "Ward", "role": 3, "expires": "30", "key": token_hex(8), "addresses": "dana@example.org\nnobody"}
    refused = client.post(url, form)
    assert refused.status_code == 400
    assert "“nobody” is not an e-mail address." in text_of(refused).replace("&quot;", '"')
    made = client.post(url, form | {"addresses": "dana@example.org, ben@example.org"})
    assert "ben@example.org, dana@example.org" in text_of(made)
    assert "for 2 addresses" in text_of(client.get(url))


def test_the_api_makes_and_shows_one(lab: Lab) -> None:
    headers = {"Authorization": f"Bearer {lab.token()}"}
    url = f"/api/v1/endpoints/{lab.endpoint.pk}/links"
    sent = {"label": "Ward", "addresses": ["Dana@example.org"]}
    made = Client().post(url, sent, content_type="application/json", headers=headers)
    assert (made.status_code, made.json()["addresses"]) == (201, ["dana@example.org"])
    _, _, lock = grant_for(UUID(made.json()["id"]))
    assert lock.addresses == {"dana@example.org"}
    wrong = Client().post(url, {"addresses": ["nobody"]}, content_type="application/json", headers=headers)
    assert wrong.status_code == 400
