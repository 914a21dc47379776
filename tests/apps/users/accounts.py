"""Logging in with two factors, by a test client."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from apps.users.models import User
from atrium.access.principals import Member, Person
from atrium.audit.models import AccountEvent
from tests.people import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def user_of(person: Person | Member) -> User:
    return User.objects.get(pk=person.user_id)


def code_now(secret: str = SECRET) -> str:
    """The code that an app shows in this half minute; the one after is right as well."""
    return str(format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1])))


def with_app(person: Person | Member) -> list[str]:
    """Give somebody an authenticator app; returns the recovery codes."""
    user = user_of(person)
    TOTP.activate(user, SECRET)
    return list(RecoveryCodes.activate(user).get_unused_codes())


def logged_in(person: Person | Member, client: Client | None = None) -> Client:
    """By the form, as a browser does it; stops before the second factor where there is one."""
    client = client or Client()
    answer = client.post("/accounts/login/", {"login": user_of(person).email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return client


def confirmed(client: Client, next_url: str = "/accounts/2fa/") -> Client:
    """Says the password again, as what changes the account asks."""
    answer = client.post(f"/accounts/reauthenticate/?next={next_url}", {"password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return client


def kinds_of(person: Person | Member) -> set[str]:
    return set(Authenticator.objects.filter(user_id=person.user_id).values_list("type", flat=True))


def events_of(person: Person | Member) -> list[str]:
    found: Any = AccountEvent.objects.filter(user_id=person.user_id).order_by("at", "id")
    return [what.removeprefix("account.") for what in found.values_list("what", flat=True)]
