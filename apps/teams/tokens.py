"""API tokens: made on a page, shown once, scoped, expiring, revocable."""

from datetime import timedelta
from secrets import token_urlsafe
from uuid import UUID

from django.utils import timezone

from atrium.access.door import digest
from atrium.access.principals import Member, Scope
from atrium.audit.services import record, record_account
from atrium.errors import FieldError, Invalid, NotFound, require
from atrium.tenancy.context import team_context

from .models import ApiToken
from .permissions import can_make_tokens, can_manage_members


def create_token(principal: Member, *, name: str, scopes: frozenset[Scope], days: int = 90) -> tuple[ApiToken, str]:
    """The token and its secret, which nobody can read again."""
    if not scopes:
        raise Invalid(FieldError("scopes", "required", "Choose at least one scope."))
    if not 1 <= days <= 365:
        raise Invalid(FieldError("days", "range", "A token lives between 1 and 365 days."))
    secret = "atr_" + token_urlsafe(32)
    with team_context(principal):
        require(can_make_tokens(principal), "Viewers cannot make tokens.")
        token = ApiToken.objects.create(
            membership_id=principal.membership_id,
            name=name.strip() or "token",
            secret_hash=digest(secret),
            prefix=secret[:8],
            scopes=sorted(scopes),
            expires_at=timezone.now() + timedelta(days=days),
        )
        record(principal, "token.created", token, scopes=sorted(scopes))
        record_account(principal.user_id, "account.made_token")
    return token, secret


def revoke_token(principal: Member, token_id: UUID) -> None:
    """One's own token, or, for an admin, anybody's in the team."""
    with team_context(principal):
        token = ApiToken.objects.select_related("membership").filter(pk=token_id).first()
        if token is None:
            raise NotFound
        require(token.membership_id == principal.membership_id or can_manage_members(principal))
        if token.revoked_at is None:
            token.revoked_at = timezone.now()
            token.save(update_fields=["revoked_at"])
            record(principal, "token.revoked", token)
            record_account(token.membership.user_id, "account.lost_token")
