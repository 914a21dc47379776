"""Signing in by `django.test.Client`, and reading what a page says."""

from typing import Any

from django.test import Client

from apps.users.models import User
from atrium.access.principals import Member, Person


def signed_in(person: Person | Member) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=person.user_id))
    return client


def text_of(answer: Any) -> str:
    """The page's HTML with runs of white space made one."""
    return " ".join(answer.content.decode().split())
