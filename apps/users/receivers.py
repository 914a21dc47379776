"""Account events that allauth and Django announce."""

from typing import Any

from allauth.account.signals import email_added, email_changed, email_confirmed, password_changed, password_reset
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver

from atrium.audit.services import record_account

from .sessions import end_sessions

FACTORS = {
    Authenticator.Type.TOTP: "authenticator",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery_codes",
}


@receiver(user_logged_in)
def signed_in(sender: Any, user: Any, **kwargs: Any) -> None:
    record_account(user.pk, "account.signed_in")


@receiver(user_logged_out)
def signed_out(sender: Any, user: Any, **kwargs: Any) -> None:
    if user is not None:
        record_account(user.pk, "account.signed_out")


@receiver([password_changed, password_reset])
def changed_password(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    """Whoever was logged in elsewhere is not any more."""
    record_account(user.pk, "account.changed_password")
    end_sessions(user.pk, beside=request.session.session_key)


@receiver(email_confirmed)
def confirmed(sender: Any, email_address: Any, **kwargs: Any) -> None:
    record_account(email_address.user_id, "account.confirmed_address")


@receiver(email_added)
def asked_for_address(sender: Any, user: Any, **kwargs: Any) -> None:
    record_account(user.pk, "account.asked_for_address")


@receiver(email_changed)
def changed_address(sender: Any, user: Any, **kwargs: Any) -> None:
    record_account(user.pk, "account.changed_address")


@receiver(authenticator_added)
def added_factor(sender: Any, user: Any, authenticator: Any, **kwargs: Any) -> None:
    record_account(user.pk, f"account.added_{FACTORS[authenticator.type]}")


@receiver(authenticator_removed)
def removed_factor(sender: Any, user: Any, authenticator: Any, **kwargs: Any) -> None:
    record_account(user.pk, f"account.removed_{FACTORS[authenticator.type]}")


@receiver(authenticator_reset)
def renewed_factor(sender: Any, user: Any, authenticator: Any, **kwargs: Any) -> None:
    record_account(user.pk, f"account.renewed_{FACTORS[authenticator.type]}")


@receiver(authentication_failed)
def refused_code(sender: Any, user: Any, **kwargs: Any) -> None:
    record_account(user.pk, "account.refused_code")
