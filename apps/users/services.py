"""What a person changes about the own account, beside what allauth does."""

from atrium.access.principals import Person
from atrium.audit.services import record_account

from .models import User


def rename_user(person: Person, *, name: str) -> None:
    """Another name, from now on; what was written under the old one keeps it."""
    User.objects.filter(pk=person.user_id).update(name=name.strip())
    record_account(person.user_id, "account.changed_name")


def choose_mails(person: Person, *, mentions: bool) -> None:
    """Which of the mails that nobody needs this person gets."""
    User.objects.filter(pk=person.user_id).update(mails_mentions=mentions)
    record_account(person.user_id, "account.chose_mails")
