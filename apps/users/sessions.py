"""Ending the sessions of browsers in which a person is logged in.

A session has ended when its row in django_session is gone, whichever way: by logging out, by being ended from
elsewhere, by a changed password. Nothing else marks it.
"""

from uuid import UUID

from allauth.usersessions.models import UserSession

from atrium.access.principals import Person
from atrium.audit.services import record_account
from atrium.errors import NotFound


def end_session(person: Person, session_id: int) -> None:
    """Log one browser out: its requests are refused at once, its open sockets within a second."""
    session = UserSession.objects.filter(pk=session_id, user_id=person.user_id).first()
    if session is None:
        raise NotFound
    session.end()
    record_account(person.user_id, "account.ended_session")


def end_sessions(user_id: UUID, *, beside: str | None) -> None:
    """Log every browser of a person out, but for the one whose session has the key `beside`."""
    for session in UserSession.objects.filter(user_id=user_id).exclude(session_key=beside or ""):
        session.end()
        record_account(user_id, "account.ended_session")
