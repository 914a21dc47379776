"""The same creation sent twice is done once: `Idempotency-Key`."""

from hashlib import sha256
from uuid import UUID

from atrium.access.principals import Guest, Member, System, TeamPrincipal, Token
from atrium.errors import FieldError, Invalid, Problem
from atrium.tenancy.context import current_team_id

from .models import IdempotencyKey

NO_ACTOR = UUID(int=0)


def actor_of(principal: TeamPrincipal) -> UUID:
    """Whose key it is: a guest's, a token's or a member's."""
    match principal:
        case Guest():
            return principal.guest_id
        case Token():
            return principal.token_id
        case Member():
            return principal.membership_id
        case System():
            return NO_ACTOR


def claim(principal: TeamPrincipal, key: str, body: bytes, subject: UUID) -> UUID | None:
    """Take a key for a creation about to happen, in its transaction; returns the earlier subject of a repeat.

    A concurrent twin waits here until the first commits. Raises key_reused for the same key with another body.
    """
    if not key:
        return None
    if len(key) > 200:
        raise Invalid(FieldError("Idempotency-Key", "max_length", "An Idempotency-Key has at most 200 characters."))
    actor, digest = actor_of(principal), sha256(body).digest()
    row = IdempotencyKey(actor=actor, key=key, body_sha256=digest, subject=subject, team_id=current_team_id())
    IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
    kept = IdempotencyKey.objects.get(actor=actor, key=key)
    if kept.subject == subject:
        return None
    if bytes(kept.body_sha256) != digest:
        raise Problem("key_reused")
    return kept.subject


def turn(principal: TeamPrincipal, key: str, subject: UUID) -> None:
    """Let a claimed key stand for what was there already instead: a repeat is then answered with that."""
    if key:
        IdempotencyKey.objects.filter(actor=actor_of(principal), key=key).update(subject=subject)
