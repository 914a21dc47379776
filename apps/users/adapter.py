"""How allauth works here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Links in mails carry the configured address, never a Host header that a stranger sent."""

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: object) -> str:
        from django.urls import reverse

        key = emailconfirmation.key  # type: ignore[attr-defined]
        return settings.ATRIUM_URL + reverse("account_confirm_email", args=[key])
