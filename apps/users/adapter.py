"""How allauth works here."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.ratelimit import get_ip
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from atrium.audit.services import record_account

from .mail import note_mail


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Mail waits for a chore, and ways after a log-in are of this site, whatever Host a stranger sends."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Later, by a chore: an outage of the mail server is not the request's."""
        note_mail(template_prefix, email, context)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong passwords are counted for an account *and* an address: a stranger elsewhere locks nobody out."""
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{get_ip(request)}"

    def is_safe_url(self, url: str | None) -> bool:
        """Whether a log-in may lead there: a path, or the configured address."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts={urlsplit(settings.ATRIUM_URL).netloc})


class SessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]
    """Tells the person of each log-in that the page of sessions ended."""

    def end_sessions(self, sessions: Any) -> None:
        super().end_sessions(sessions)
        for session in sessions:
            record_account(session.user_id, "account.ended_session")
