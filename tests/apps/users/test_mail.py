"""Mail about accounts waits for a chore, which makes its links; a mail server that is away fails nobody's request."""

import re
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from secrets import token_hex
from smtplib import SMTPException
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import get_hasher
from django.db import connection
from django.test import Client

from apps.home.account_deletion import ask_account_deletion, forget_account
from apps.users.chores import send_mail
from apps.users.mail import note_mail
from apps.users.models import UnsentMail, User
from atrium.access.principals import Person
from atrium.config.settings.test import QuickHasher
from infra.dev.ground import free_port
from tests.apps.users.accounts import confirmed, user_of
from tests.browsing import signed_in
from tests.mails import deliver
from tests.people import PASSWORD, new_person

TEMPLATES = sorted(
    str(file.relative_to(folder)).removesuffix("_subject.txt")
    for folder in [Path("platform/atrium/pages/templates").absolute()]
    for file in folder.glob("*/email/*_subject.txt")
)


def new_address() -> str:
    return f"nora-{token_hex(4)}@example.org"


def sign_up(email: str) -> str:
    answer = Client().post("/accounts/signup/", {"name": "Nora Fox", "email": email, "password1": PASSWORD})
    assert answer.status_code == 302
    return str(answer["Location"])


def reset(email: str) -> str:
    answer = Client().post("/accounts/password/reset/", {"email": email})
    assert answer.status_code == 302
    return str(answer["Location"])


def waiting(address: str) -> UnsentMail:
    return UnsentMail.objects.get(address=address)


def sent(mails: Path) -> str:
    return "".join(file.read_text() for file in mails.glob("*.log"))


def test_an_outage_of_the_mail_server_fails_no_request(settings: Any, mails: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    known, changing, other = user_of(new_person("Alice")).email, new_person("Bob"), new_address()
    new, unknown, another = new_address(), new_address(), user_of(new_person("Carla")).email
    assert sign_up(new) == sign_up(known)
    assert reset(another) == reset(unknown)
    client = confirmed(signed_in(changing))
    assert client.post("/accounts/email/", {"action_add": "", "email": other}).status_code == 302
    addresses = (new, known, another, unknown, other)
    for address in addresses:
        with pytest.raises((OSError, SMTPException)):
            send_mail(str(waiting(address).pk))
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    deliver()
    assert [address for address in addresses if f"To: {address}" not in sent(mails)] == []
    assert not UnsentMail.objects.filter(address__in=addresses).exists()


def test_neither_the_chore_nor_the_row_holds_what_opens_an_account() -> None:
    alice, new = user_of(new_person("Alice")), new_address()
    reset(alice.email)
    sign_up(new)
    for address in (alice.email, new):
        mail = waiting(address)
        assert mail.about == {}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT args FROM procrastinate_jobs WHERE task_name = 'users.send_mail' AND args->>'mail_id' = %s",
                [str(mail.pk)],
            )
            assert len(cursor.fetchall()) == 1


@pytest.mark.parametrize("template", TEMPLATES)
def test_each_mail_is_whole(template: str, mails: Path) -> None:
    alice, new = user_of(new_person("Alice")), new_address()
    EmailAddress.objects.create(user=alice, email=new)
    about = {"ip": "192.0.2.7", "user_agent": "Netscape", "from_email": alice.email, "to_email": new}
    about |= {"deleted_email": "old@example.org", "key": "not to be kept", "password_reset_url": "nor that"}
    address = new if "confirmation" in template else alice.email
    note_mail(template, address, {"user": alice, **about})
    send_mail(str(waiting(address).pk))
    message = message_from_string(sent(mails).split("-" * 79)[0], policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message["To"] == address
    body = message.get_body(("plain",))
    assert body is not None
    assert message.get_body(("html",)) is not None
    text = f"{message['Subject']}\n{body.get_content()}"
    links = re.findall(r"https?://\S+", text)
    assert [link for link in links if not re.match(r"https?://localhost:\d+/a[a-z-]+/", link)] == []
    notified = "From: 192.0.2.7, Netscape" in text and re.search(r"When: \d+ \w+ 20\d\d, \d\d:\d\d UTC", text)
    assert notified or len(links) == 1
    assert not re.search(r"not to be kept|nor that|  |: $|\{|\bNone\b|from to", text)


def test_a_new_password_is_not_mailed_to_who_lost_the_address(mails: Path) -> None:
    moved, closed = user_of(new_person("Alice")), user_of(new_person("Bob"))
    for user in (moved, closed):
        reset(user.email)
    addresses = moved.email, closed.email
    EmailAddress.objects.filter(user=moved).delete()
    User.objects.filter(pk=moved.pk).update(email=new_address())
    User.objects.filter(pk=closed.pk).update(is_active=False)
    deliver()
    assert not any(address in sent(mails) for address in addresses)
    assert not UnsentMail.objects.filter(address__in=addresses).exists()


def test_a_confirmed_address_is_not_asked_again(mails: Path) -> None:
    new = new_address()
    sign_up(new)
    EmailAddress.objects.filter(email=new).update(verified=True)
    deliver()
    assert new not in sent(mails)


class CountingHasher(QuickHasher):
    """Hashing is what takes a while at sign-up."""

    encoded = 0

    def encode(self, password: str, salt: str) -> str:
        CountingHasher.encoded += 1
        return super().encode(password, salt)


def test_sign_up_with_a_taken_address_takes_as_long(settings: Any) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    assert isinstance(get_hasher(), CountingHasher)
    taken = user_of(new_person("Alice")).email
    hashed = []
    for email in (new_address(), taken):
        before = CountingHasher.encoded
        sign_up(email)
        hashed.append(CountingHasher.encoded - before)
    assert hashed[0] == hashed[1] > 0


def test_mail_to_a_deleted_account_goes_with_it() -> None:
    bob = new_person("Bob")
    user = user_of(bob)
    reset(user.email)
    sign_up(user.email)
    assert UnsentMail.objects.filter(address=user.email).count() == 2
    ask_account_deletion(Person(user.pk, user.name), typed=user.email)
    forget_account(user.pk)
    assert not UnsentMail.objects.filter(address=user.email).exists()
