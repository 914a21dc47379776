"""Writing an event: one line in a service, inside its transaction."""

from typing import Any
from uuid import UUID

from django.db.models import Model

from atrium.access.principals import Guest, Member, System, TeamPrincipal, Token
from atrium.tenancy.statements import insert

from .listeners import tell
from .models import AccountEvent, Event


def record(
    principal: TeamPrincipal, what: str, subject: Model | None = None, *, project_id: UUID | None = None, **data: Any
) -> Event:
    """Append what the principal did. what: `noun.past_verb`; data: ids, numbers, roles; never text or addresses."""
    done = event(principal, what, subject, project_id=project_id, **data)
    insert(done)
    tell([done])
    return done


def event(
    principal: TeamPrincipal, what: str, subject: Model | None = None, *, project_id: UUID | None = None, **data: Any
) -> Event:
    """The row that `record` appends, for who inserts it with others."""
    who_id: UUID | None
    user_id: UUID | None
    match principal:
        case Member():
            who, who_id, user_id = "member", principal.membership_id, principal.user_id
        case Token():
            who, who_id, user_id = "token", principal.token_id, principal.user_id
        case Guest():
            who, who_id, user_id = "guest", principal.guest_id, None
        case System():
            who, who_id, user_id = "system", None, None
            data["reason"] = principal.reason
    return Event(
        who=who,
        who_id=who_id,
        user_id=user_id,
        what=what,
        subject_type=subject._meta.model_name or "" if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        project_id=project_id,
        data=data,
    )


def record_account(user_id: UUID, what: str) -> None:
    AccountEvent.objects.create(user_id=user_id, what=what)
