"""Who may do what to a team."""

from atrium.access.principals import NEAR, Member, Principal, Role, Scope, allows, allows_one_of


def can_manage_members(principal: Principal) -> bool:
    """On a page: a token reads what admins read, and changes nothing of the team."""
    return isinstance(principal, Member) and principal.role >= Role.ADMIN


def can_rename_team(principal: Principal) -> bool:
    """On a page: a token reads what admins read, and changes nothing of the team."""
    return isinstance(principal, Member) and principal.role >= Role.ADMIN


def can_hand_over(principal: Principal) -> bool:
    return isinstance(principal, Member) and principal.role >= Role.OWNER


def can_delete_team(principal: Principal) -> bool:
    return isinstance(principal, Member) and principal.role >= Role.OWNER


def can_make_tokens(principal: Principal) -> bool:
    """A token is made by a member on a page, never by a token."""
    return isinstance(principal, Member) and principal.role >= Role.MEMBER


def can_manage_pools(principal: Principal) -> bool:
    """Their keys let a machine run the team's models and see their cases: a person decides that, on a page."""
    return isinstance(principal, Member) and principal.role >= Role.ADMIN


def can_see_pools(principal: Principal) -> bool:
    return allows_one_of(principal, NEAR, Role.VIEWER)


def can_read_audit(principal: Principal) -> bool:
    return allows(principal, Scope.ADMIN_READ, Role.ADMIN)
