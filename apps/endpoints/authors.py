"""Whose a prediction is, as its row says."""

from uuid import UUID

from atrium.access.principals import Guest, Member, System, TeamPrincipal, Token


def author_of(principal: TeamPrincipal) -> tuple[str, UUID]:
    """(kind, id): a guest's own, a person's whether by session or token, a team's where Atrium itself asks."""
    match principal:
        case Guest():
            return "guest", principal.guest_id
        case Member() | Token():
            return "member", principal.user_id
        case System():
            return "system", principal.team_id


def link_of(principal: TeamPrincipal) -> UUID | None:
    return principal.grant.link_id if isinstance(principal, Guest) else None
