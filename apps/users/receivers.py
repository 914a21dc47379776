"""Account events that allauth and Django announce."""

from typing import Any

from allauth.account.signals import email_confirmed, password_changed, password_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver

from atrium.audit.services import record_account


@receiver(user_logged_in)
def signed_in(sender: Any, user: Any, **kwargs: Any) -> None:
    record_account(user.pk, "account.signed_in")


@receiver(user_logged_out)
def signed_out(sender: Any, user: Any, **kwargs: Any) -> None:
    if user is not None:
        record_account(user.pk, "account.signed_out")


@receiver([password_changed, password_reset])
def changed_password(sender: Any, user: Any, **kwargs: Any) -> None:
    record_account(user.pk, "account.changed_password")


@receiver(email_confirmed)
def confirmed(sender: Any, email_address: Any, **kwargs: Any) -> None:
    record_account(email_address.user_id, "account.confirmed_address")
