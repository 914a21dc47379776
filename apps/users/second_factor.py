"""How a second factor works here: what an app shows, and how often a code may be guessed.

A code is guessed only by who has the password already, so nobody can be kept out by a stranger. Wrong codes are counted
by account and address, and, wider, by account alone, so that many addresses guess no faster than a few.
"""

from typing import Any

from allauth.core import context
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base import forms
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import cache

from atrium.access.limits import give_back, limit

from . import seeds

WRONG_CODES, WINDOW_SECONDS = 10, 600
WRONG_CODES_EVERYWHERE, WIDE_SECONDS = 60, 3600


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right, or it was used already.",
    }

    def _get_site_name(self) -> str:
        return "Atrium"

    def encrypt(self, text: str) -> str:
        return seeds.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return seeds.decrypt(encrypted_text)

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {count + 1}" if count else "Passkey"


class CountedCode:
    """Mixed into allauth's forms that take a code: counts before it compares, and gives back what was right."""

    user: AbstractBaseUser
    cleaned_data: dict[str, Any]
    authenticator: Authenticator

    def clean_code(self) -> str:
        where = context.request.META.get("REMOTE_ADDR", "")
        counted = (
            ("second factor", f"{self.user.pk}:{where}", WRONG_CODES, WINDOW_SECONDS),
            ("second factor, everywhere", str(self.user.pk), WRONG_CODES_EVERYWHERE, WIDE_SECONDS),
        )
        for what, who, count, seconds in counted:
            limit(what, who, count=count, seconds=seconds)
        code = str(self.cleaned_data["code"])
        kinds = Authenticator.objects.filter(user=self.user).exclude(type=Authenticator.Type.WEBAUTHN)
        tried = list(kinds.order_by("-type"))  # the app's before the recovery codes'
        for authenticator in tried:
            if authenticator.wrap().validate_code(code) and self._is_first_use(authenticator, code):
                self.authenticator = authenticator
                for what, who, _, seconds in counted:
                    give_back(what, who, seconds=seconds)
                return code
        if tried:
            self._emit_authentication_failed(tried[0])  # type: ignore[attr-defined]
        raise get_mfa_adapter().validation_error("incorrect_code")

    def _is_first_use(self, authenticator: Authenticator, code: str) -> bool:
        """An app's code holds for some periods, longer than allauth remembers that it was used."""
        if authenticator.type != Authenticator.Type.TOTP:
            return True
        holds = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
        digits = "".join(letter for letter in code if letter.isdigit())
        return bool(cache.add(f"second_factor_used:{self.user.pk}:{digits}", 1, timeout=holds))


class AuthenticateForm(CountedCode, forms.AuthenticateForm):  # type: ignore[misc]
    """The second step of a log-in."""


class ReauthenticateForm(CountedCode, forms.ReauthenticateForm):  # type: ignore[misc]
    """A code in place of the password, before the account is changed."""
