"""A signed-in browser for tests of pages."""

from django.test import Client

from apps.users.models import User
from atrium.access.principals import Member, Person


def signed_in(who: Member | Person) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=who.user_id))
    return client


def words(answer: object) -> str:
    """A page's text with its white space folded, for looking up sentences that its template wraps."""
    content: bytes = getattr(answer, "content", b"")
    return " ".join(content.decode().split())
