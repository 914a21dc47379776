"""How allauth works here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from atrium.audit.services import record_account


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Links in mails carry the configured address, never a Host header that a stranger sent."""

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return settings.ATRIUM_URL + reverse("account_confirm_email", args=[emailconfirmation.key])


class SessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]
    """Tells the person of each log-in that the page of sessions ended."""

    def end_sessions(self, sessions: Any) -> None:
        super().end_sessions(sessions)
        for session in sessions:
            record_account(session.user_id, "account.ended_session")
