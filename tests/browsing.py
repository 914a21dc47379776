"""Signing in by `django.test.Client`, and reading what a page says."""

from secrets import randbelow
from typing import Any

from django.test import Client

from apps.users.models import User
from atrium.access.principals import Member, Person


def loopback() -> str:
    """An address of this machine that no other test uses: many limits count by address."""
    return ".".join(["127", *(str(1 + randbelow(254)) for _ in range(3))])


def signed_in(person: Person | Member) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=person.user_id))
    return client


def text_of(answer: Any) -> str:
    """The page's HTML with runs of white space made one."""
    return " ".join(answer.content.decode().split())
