"""How allauth works here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Links in mails carry the configured address, never a Host header that a stranger sent."""

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return settings.ATRIUM_URL + reverse("account_confirm_email", args=[emailconfirmation.key])
