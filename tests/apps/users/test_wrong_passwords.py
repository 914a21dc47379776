"""Guessing passwords meets a wall, and nobody can put one up before somebody else."""

from ipaddress import IPv6Address
from secrets import randbits

import pytest
from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory

from apps.users.models import User
from tests.people import PASSWORD, new_person

OF_AN_ACCOUNT, OF_AN_ADDRESS = 5, 60


def address() -> str:
    """One that no other test has: limits outlive a test."""
    return str(IPv6Address((0x20010DB8 << 96) | (randbits(32) << 64) | 1))


def log_in(email: str, password: str, source: str) -> bool:
    answer = Client(REMOTE_ADDR=source).post("/accounts/login/", {"login": email, "password": password})
    return answer.status_code == 302


def test_a_stranger_is_stopped_and_the_person_is_not() -> None:
    email = User.objects.get(pk=new_person("Alice").user_id).email
    stranger, home = address(), address()
    for _ in range(OF_AN_ACCOUNT):
        assert not log_in(email, "a guess at it", stranger)
    assert not log_in(email, PASSWORD, stranger)
    assert log_in(email, PASSWORD, home)


def test_an_address_is_stopped_whatever_accounts_it_tries() -> None:
    guessing, elsewhere = (RequestFactory(REMOTE_ADDR=address()).post("/accounts/login/") for _ in range(2))
    for number in range(OF_AN_ADDRESS):
        get_adapter().pre_authenticate(guessing, email=f"{number}@example.org", password="a guess")
    with pytest.raises(ValidationError, match="Too many"):
        get_adapter().pre_authenticate(guessing, email="another@example.org", password="a guess")
    get_adapter().pre_authenticate(elsewhere, email="another@example.org", password="a guess")
