"""What happened to an account, in words."""

from dataclasses import dataclass
from datetime import datetime

from atrium.access.principals import Person
from atrium.audit.models import AccountEvent

SHOWN = 50
WORDS = {
    "account.signed_in": ("user", "Logged in"),
    "account.signed_out": ("exit", "Logged out"),
    "account.ended_session": ("exit", "Logged out in another browser"),
    "account.refused_code": ("alert", "A wrong code was entered"),
    "account.changed_password": ("key", "Password changed"),
    "account.changed_name": ("settings", "Name changed"),
    "account.chose_mails": ("send", "Chosen which mails to get"),
    "account.asked_for_address": ("send", "Another address entered, to be confirmed"),
    "account.confirmed_address": ("check-circle", "Address confirmed"),
    "account.changed_address": ("send", "Address changed"),
    "account.added_authenticator": ("shield", "Authenticator app set up"),
    "account.removed_authenticator": ("shield", "Authenticator app switched off"),
    "account.added_passkey": ("key", "Passkey added"),
    "account.removed_passkey": ("key", "Passkey removed"),
    "account.added_recovery_codes": ("lock", "Recovery codes made"),
    "account.removed_recovery_codes": ("lock", "Recovery codes removed"),
    "account.renewed_recovery_codes": ("lock", "Recovery codes replaced by new ones"),
    "account.made_token": ("key", "API token made"),
    "account.lost_token": ("x-circle", "API token revoked"),
    "account.joined_team": ("users", "Joined a team"),
    "account.left_team": ("exit", "Left a team, or was removed from it"),
    "account.deleted_team": ("trash", "A team that you owned was deleted"),
    "account.took_data": ("download", "Own data taken away"),
    "account.changed_role": ("users", "Another role in a team"),
    "operator.drained_worker": ("chip", "Asked a worker to drain"),
    "operator.quarantined_worker": ("pause", "Put a worker into quarantine"),
    "operator.took_back_worker": ("play", "Took a worker back from quarantine"),
    "operator.requeued_cases": ("reset", "Queued again what a worker ran"),
}


@dataclass(frozen=True, slots=True)
class AccountAct:
    at: datetime
    icon: str
    words: str


def account_acts(person: Person) -> list[AccountAct]:
    """The person's own latest 50, newest first."""
    events = AccountEvent.objects.filter(user_id=person.user_id).order_by("-at")[:SHOWN]
    return [AccountAct(event.at, *WORDS.get(event.what, ("info", event.what))) for event in events]
