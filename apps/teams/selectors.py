"""Reads about teams."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import connection
from django.utils import timezone

from atrium.access.door import digest
from atrium.access.principals import Member, Person, Role
from atrium.errors import NotFound, require

from .models import ApiToken, Invitation, Membership
from .permissions import can_make_tokens, can_manage_members

AUTHENTICATORS = {"totp": "Authenticator", "webauthn": "Passkey"}


@dataclass(frozen=True, slots=True)
class TeamOf:
    """A team that a person belongs to."""

    team_id: UUID
    slug: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member as the settings show it. second_factor: "" for none. may_change: the asker may give another role."""

    id: UUID
    name: str
    email: str
    role: Role
    is_me: bool
    second_factor: str
    last_seen_at: datetime | None
    may_change: bool
    may_remove: bool


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token without its secret. state: active, expired or revoked."""

    id: UUID
    name: str
    prefix: str
    scopes: tuple[str, ...]
    state: str
    made_by: str
    is_mine: bool
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class InvitationSeen:
    """What the holder of an invitation's secret is told."""

    team: str
    email: str
    role: Role
    is_open: bool


def teams_of(person: Person) -> list[TeamOf]:
    """Every team of a signed-in person, by name; needs no team context."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT team_id, slug, name, role FROM atrium.teams_of(%s)", [person.user_id])
        return [TeamOf(team_id, slug, name, Role(role)) for team_id, slug, name, role in cursor.fetchall()]


def members_of(principal: Member) -> list[MemberRow]:
    """The team's people, the highest role first, for each of them; called, like what follows, in the team's context."""
    found = list(Membership.objects.select_related("user").order_by("-role", "user__name", "user__email"))
    factors: dict[UUID, str] = {}
    kinds = Authenticator.objects.filter(user_id__in=[membership.user_id for membership in found])
    for user_id, kind in kinds.order_by("type").values_list("user_id", "type"):
        if kind in AUTHENTICATORS:
            factors[user_id] = AUTHENTICATORS[kind]
    manages = can_manage_members(principal)
    rows = []
    for membership in found:
        is_me = membership.pk == principal.membership_id
        within = manages and membership.role <= principal.role
        rows.append(
            MemberRow(
                id=membership.pk,
                name=str(membership.user),
                email=membership.user.email,
                role=Role(membership.role),
                is_me=is_me,
                second_factor=factors.get(membership.user_id, ""),
                last_seen_at=membership.user.last_login,
                may_change=within and not is_me,
                may_remove=within or is_me,
            )
        )
    return rows


def invitations_of(principal: Member) -> list[Invitation]:
    """Invitations that nobody accepted, the newest first; those whose time is over can be sent again."""
    require(can_manage_members(principal), "Only admins and owners see invitations.")
    found = Invitation.objects.filter(accepted_at=None)
    return list(found.select_related("invited_by__user").order_by("-created_at"))


def tokens_of(principal: Member) -> list[TokenRow]:
    """One's own tokens, or, for an admin, the team's; the newest first, what is over last."""
    require(can_make_tokens(principal), "Viewers have no tokens.")
    found = ApiToken.objects.select_related("membership__user").order_by("-created_at")
    if not can_manage_members(principal):
        found = found.filter(membership_id=principal.membership_id)
    rows = [_token(token, principal) for token in found]
    return sorted(rows, key=lambda row: row.state != "active")


def _token(token: ApiToken, principal: Member) -> TokenRow:
    over = "revoked" if token.revoked_at else "expired" if token.expires_at <= timezone.now() else "active"
    return TokenRow(
        id=token.pk,
        name=token.name,
        prefix=token.prefix,
        scopes=tuple(token.scopes),
        state=over,
        made_by=str(token.membership.user),
        is_mine=token.membership_id == principal.membership_id,
        created_at=token.created_at,
        last_used_at=token.last_used_at,
        expires_at=token.expires_at,
    )


def invitation_behind(secret: str) -> InvitationSeen:
    """What a mailed secret invites to; needs no team context. Raises NotFound for a guess."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT team_name, email, role, is_open FROM atrium.invitation_look_up(%s)", [digest(secret)])
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    team, email, role, is_open = row
    return InvitationSeen(team, email, Role(role), is_open)
