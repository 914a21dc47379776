"""Who may ask, take away and save."""

from uuid import UUID

from atrium.access.principals import Member, Principal, Role, Scope, Token, allows, allows_one_of


def can_ask(principal: Principal) -> bool:
    """Whoever sees a dataset may look at it from every side; that the team's device time is spent, its quota bounds."""
    return allows_one_of(principal, (Scope.DATA_READ, Scope.DATA_WRITE), Role.VIEWER)


def can_export(principal: Principal) -> bool:
    """Viewers look, and do not take rows away."""
    return allows_one_of(principal, (Scope.DATA_READ, Scope.DATA_WRITE), Role.MEMBER)


def can_save(principal: Principal) -> bool:
    return allows(principal, Scope.DATA_WRITE, Role.MEMBER)


def can_change_saved(principal: Principal, author_id: UUID | None) -> bool:
    """Slices and analyses: their author, as long as it may save, and who manages the team."""
    mine = isinstance(principal, Member | Token) and principal.user_id == author_id
    return allows(principal, Scope.DATA_WRITE, Role.MEMBER if mine else Role.ADMIN)
