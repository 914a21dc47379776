"""From a stranger to a team: sign up, confirm by mail, log in, make a team; and into a team by an invitation."""

import re
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from django.test import Client

from apps.teams.chores import mail_invitation
from apps.teams.models import Invitation, Membership
from apps.teams.services import invite
from apps.users.models import User
from atrium.access.principals import Role
from atrium.audit.models import AccountEvent
from atrium.tenancy.context import team_context
from tests.browsing import signed_in, text_of
from tests.mails import deliver
from tests.people import PASSWORD, Lab, new_person


def address_in(mails: Path, beginning: str) -> str:
    """The path of the newest mailed address that begins so."""
    deliver()
    files = sorted(mails.glob("*.log"), key=lambda file: file.stat().st_mtime_ns)
    text = "".join(file.read_text() for file in files)
    return str(re.findall(rf"https?://[^/\s]+({beginning}[\w:/-]+)", text)[-1])


def sign_up(client: Client, email: str, **more: str) -> str:
    given = {"name": "Nora Fox", "email": email, "password1": PASSWORD} | more
    answer = client.post("/accounts/signup/", given)
    assert answer.status_code == 302, text_of(answer)
    return str(answer["Location"])


def new_address() -> str:
    return f"nora-{token_hex(4)}@example.org"


def test_somebody_signs_up_confirms_logs_in_and_makes_a_team(mails: Path) -> None:
    email, client = new_address(), Client()
    sign_up(client, email)
    assert client.get("/t/").status_code == 302
    early = client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert early["Location"] == "/accounts/confirm-email/"
    confirm = address_in(mails, "/accounts/confirm-email/")
    assert client.get(confirm).status_code == 200
    assert client.get("/t/").status_code == 302
    assert client.post(confirm).status_code == 302
    elsewhere = Client()
    assert elsewhere.post("/accounts/login/", {"login": email, "password": "wrong"}).status_code == 200
    assert elsewhere.post("/accounts/login/", {"login": email, "password": PASSWORD})["Location"] == "/"
    made = elsewhere.post("/t/", {"name": "Lakeside"})
    assert "Lakeside" in text_of(elsewhere.get(made["Location"]))
    page = text_of(elsewhere.get("/account/"))
    assert all(words in page for words in ("Nora Fox", email, "Lakeside", "Address confirmed", "Logged in"))


@pytest.mark.parametrize("page", ["/accounts/confirm-email/", "/accounts/password/reset/done/"])
def test_where_no_mail_is_sent_its_folder_is_told(page: str, settings: Any) -> None:
    for settings.DEVELOPMENT in (True, False):
        assert ("<code>var/mail/</code>" in text_of(Client().get(page))) is settings.DEVELOPMENT


def test_a_taken_address_is_not_betrayed_by_sign_up() -> None:
    taken = User.objects.get(pk=new_person("Alice").user_id).email
    assert sign_up(Client(), taken) == sign_up(Client(), new_address())
    assert User.objects.filter(email=taken).count() == 1


def test_a_password_is_reset_by_mail(mails: Path) -> None:
    user = User.objects.get(pk=new_person("Alice").user_id)
    client = Client()
    assert client.post("/accounts/password/reset/", {"email": user.email}).status_code == 302
    form = client.get(address_in(mails, "/accounts/password/reset/key/"))["Location"]
    assert client.get(form).status_code == 200
    new = "another horse battery"
    assert client.post(form, {"password1": new, "password2": new}).status_code == 302
    assert Client().post("/accounts/login/", {"login": user.email, "password": new})["Location"] == "/"
    assert AccountEvent.objects.filter(user_id=user.pk, what="account.changed_password").exists()


def test_failed_log_ins_are_limited_by_account_and_the_page_says_so() -> None:
    user = User.objects.get(pk=new_person("Alice").user_id)
    other = User.objects.get(pk=new_person("Bob").user_id)
    for _ in range(5):
        Client().post("/accounts/login/", {"login": user.email, "password": "wrong"})
    locked = Client().post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert "Too many failed" in text_of(locked)
    assert Client().post("/accounts/login/", {"login": other.email, "password": PASSWORD})["Location"] == "/"


def test_sign_ups_are_limited_by_address() -> None:
    answers = [Client().post("/accounts/signup/", {"email": "x"}).status_code for _ in range(21)]
    assert answers == [200] * 20 + [429]
    assert "Too many attempts" in text_of(Client().post("/accounts/signup/", {"email": "x"}))


def test_an_account_is_a_persons_own_and_its_name_can_be_changed() -> None:
    assert Client().get("/account/").status_code == 302
    alice, bob = new_person("Alice"), new_person("Bob")
    client = signed_in(alice)
    assert client.post("/account/", {"name": ""}).status_code == 400
    assert client.post("/account/", {"name": "Alice Keller"}).status_code == 303
    page = text_of(client.get("/account/"))
    assert "Alice Keller" in page
    assert "Name changed" in page
    assert "Name changed" not in text_of(signed_in(bob).get("/account/"))


def invited(lab: Lab, email: str, mails: Path) -> str:
    invitation = invite(lab.alice, email=email, role=Role.MEMBER)
    mail_invitation(str(lab.team.pk), str(invitation.pk))
    return address_in(mails, "/invitations/")


def test_an_invited_stranger_signs_up_and_comes_back_to_join(lab: Lab, mails: Path) -> None:
    email, client = new_address(), Client()
    url = invited(lab, email, mails)
    page = text_of(client.get(url))
    assert lab.team.name in page
    assert f"/accounts/signup/?next={url}" in page
    assert client.post(url).status_code == 403
    sign_up(client, email, next=url)
    back = client.post(address_in(mails, "/accounts/confirm-email/"))
    assert back["Location"] == url
    assert "Join the team" in text_of(client.get(url))
    with team_context(lab.alice):
        assert not Membership.objects.filter(user__email=email).exists()
    joined = client.post(url)
    assert joined["Location"] == f"/t/{lab.team.slug}/"
    assert client.get(joined["Location"]).status_code == 200
    with team_context(lab.alice):
        assert Membership.objects.get(user__email=email).role == Role.MEMBER


def test_an_invitation_works_once_and_for_its_address_only(lab: Lab, mails: Path) -> None:
    nora, eve = new_person("Nora"), new_person("Eve")
    url = invited(lab, User.objects.get(pk=nora.user_id).email, mails)
    assert "You are logged in as" in text_of(signed_in(eve).get(url))
    assert signed_in(eve).post(url).status_code == 403
    assert signed_in(nora).post(url).status_code == 303
    assert signed_in(nora).post(url).status_code == 410
    assert signed_in(nora).get(url).status_code == 410
    assert Client().get("/invitations/guessed/").status_code == 404


def test_a_withdrawn_invitation_is_not_there(lab: Lab, mails: Path) -> None:
    nora = new_person("Nora")
    url = invited(lab, User.objects.get(pk=nora.user_id).email, mails)
    assert signed_in(nora).get(url).status_code == 200
    with team_context(lab.alice):
        pk = Invitation.objects.get().pk
    signed_in(lab.alice).post(f"/t/{lab.team.slug}/settings/invitations/{pk}/withdraw")
    assert signed_in(nora).get(url).status_code == 404
    assert signed_in(nora).post(url).status_code == 404
