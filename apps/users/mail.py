"""Mail about accounts: noted while a request is answered, written and sent by a chore.

A row says to whom, which mail and about what, never a link: what opens an account is made when the mail is written.
"""

from collections.abc import Callable
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse

from atrium.addresses import absolute
from atrium.chores import defer
from atrium.pages.letters import letter

from .models import UnsentMail, User

FACTS = ("ip", "user_agent", "from_email", "to_email", "deleted_email")
"""What a mail may say beside its links and its time; anything else that allauth gives is left out."""


def note_mail(template: str, address: str, context: dict[str, Any]) -> None:
    """Have the mail sent. template: where its subject and text stand; context: what allauth would render it with."""
    about = {name: str(context[name]) for name in FACTS if name in context}
    with transaction.atomic():
        mail = UnsentMail.objects.create(template=template, address=address, user=context.get("user"), about=about)
        defer("users.send_mail", mail_id=str(mail.pk))


def write_mail(mail: UnsentMail) -> EmailMessage | None:
    """The mail, ready to be sent; None where nobody needs it any more."""
    link = LINKS.get(mail.template, no_link)(mail)
    if link is None:
        return None
    context = mail.about | link | {"user": mail.user, "email": mail.address, "timestamp": mail.created_at}
    context |= {"site": {"url": settings.ATRIUM_URL}}
    message: EmailMessage = get_adapter().render_mail(mail.template, mail.address, context)
    return letter(str(message.subject), str(message.body), message.to)


def confirmation(mail: UnsentMail) -> dict[str, str] | None:
    """None if the address is confirmed, or given up."""
    waiting = EmailAddress.objects.filter(user=mail.user, email=mail.address, verified=False).first()
    if waiting is None:
        return None
    key = EmailConfirmationHMAC.create(waiting).key
    return {"activate_url": absolute(reverse("account_confirm_email", args=[key]))}


def new_password(mail: UnsentMail) -> dict[str, str] | None:
    """None if the account is closed, or the address no longer its own: who reads it then is perhaps somebody else."""
    user = mail.user
    if user is None or not user.is_active or not belongs(mail.address, user):
        return None
    key = {"uidb36": user_pk_to_url_str(user), "key": app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)}
    return {"password_reset_url": absolute(reverse("account_reset_password_from_key", kwargs=key))}


def belongs(address: str, user: User) -> bool:
    known = EmailAddress.objects.filter(user=user, email__iexact=address)
    return user.email.lower() == address.lower() or known.exists()


def forms(mail: UnsentMail) -> dict[str, str]:
    """The pages that anybody may open."""
    return {
        "signup_url": absolute(reverse("account_signup")),
        "password_reset_url": absolute(reverse("account_reset_password")),
    }


def no_link(mail: UnsentMail) -> dict[str, str]:
    return {}


LINKS: dict[str, Callable[[UnsentMail], dict[str, str] | None]] = {
    "account/email/email_confirmation": confirmation,
    "account/email/email_confirmation_signup": confirmation,
    "account/email/password_reset_key": new_password,
    "account/email/account_already_exists": forms,
    "account/email/unknown_account": forms,
}
