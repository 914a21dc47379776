"""Another e-mail address: asked for, confirmed at the new one, told to the old one."""

import re
from pathlib import Path
from secrets import token_hex

from django.test import Client

from apps.users.models import User
from tests.apps.users.accounts import confirmed, events_of, logged_in, user_of, with_app
from tests.browsing import signed_in, text_of
from tests.mails import deliver
from tests.people import new_person


def new_address() -> str:
    return f"nora-{token_hex(4)}@example.org"


def mails_to(mails: Path, address: str) -> str:
    deliver()
    messages = "".join(file.read_text() for file in mails.glob("*.log")).split("-" * 79)
    return "".join(message for message in messages if f"To: {address}" in message)


def ask(client: Client, address: str) -> int:
    return client.post("/accounts/email/", {"action_add": "", "email": address}).status_code


def test_is_used_when_it_is_confirmed_and_the_old_one_is_told(mails: Path) -> None:
    alice = new_person("Alice")
    with_app(alice)
    old, new = user_of(alice).email, new_address()
    client = confirmed(signed_in(alice))
    assert ask(client, new) == 302
    page = text_of(client.get("/accounts/email/"))
    assert f"{new} waits to be confirmed" in page
    assert user_of(alice).email == old
    url = re.search(r"https?://[^/\s]+(/accounts/confirm-email/[^\s]+)", mails_to(mails, new))
    assert url
    assert client.get(url[1]).status_code == 200
    assert user_of(alice).email == old
    assert client.post(url[1]).status_code == 302
    assert user_of(alice).email == new
    assert f"from {old} to {new}" in mails_to(mails, old)
    assert [what for what in events_of(alice) if "address" in what] == [
        "asked_for_address",
        "confirmed_address",
        "changed_address",
    ]
    assert Client().post("/accounts/login/", {"login": old, "password": "x"}).status_code == 200
    assert logged_in(alice)


def test_asks_for_the_password_first() -> None:
    alice = new_person("Alice")
    old = user_of(alice).email
    client = signed_in(alice)
    answer = client.post("/accounts/email/", {"action_add": "", "email": new_address()})
    assert "reauthenticate" in answer["Location"]
    assert "waits to be confirmed" not in text_of(client.get("/accounts/email/"))
    assert user_of(alice).email == old


def test_can_be_given_up_before_it_is_confirmed(mails: Path) -> None:
    alice, new = new_person("Alice"), new_address()
    client = confirmed(signed_in(alice))
    ask(client, new)
    url = re.search(r"https?://[^/\s]+(/accounts/confirm-email/[^\s]+)", mails_to(mails, new))
    assert client.post("/accounts/email/", {"action_remove": "", "email": new}).status_code == 302
    assert "waits to be confirmed" not in text_of(client.get("/accounts/email/"))
    assert url
    client.post(url[1])
    assert user_of(alice).email != new


def test_a_taken_one_is_neither_given_nor_betrayed(mails: Path) -> None:
    alice, bob = new_person("Alice"), new_person("Bob")
    taken = user_of(bob).email
    client = confirmed(signed_in(alice))
    ask(client, taken)
    assert User.objects.filter(email=taken).get().pk == bob.user_id
    assert user_of(alice).email != taken
