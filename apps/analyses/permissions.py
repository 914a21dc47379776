"""Who may change what somebody saved. Asking needs `can_see_data`, taking rows away `can_download_data`, and saving
`can_change_data` of `apps.datasets.permissions`."""

from uuid import UUID

from atrium.access.principals import Member, Principal, Role, Scope, Token, allows


def person_of(principal: Principal) -> UUID | None:
    """Who asks, saves or stops: a member, also by a token."""
    return principal.user_id if isinstance(principal, Member | Token) else None


def can_change_saved(principal: Principal, author_id: UUID | None) -> bool:
    """Its author, as long as it may save, and who manages the team."""
    mine = author_id is not None and person_of(principal) == author_id
    return allows(principal, Scope.DATA_WRITE, Role.MEMBER if mine else Role.ADMIN)
