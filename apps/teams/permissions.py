"""Who may do what to a team."""

from atrium.access.principals import Member, Principal, Role, Scope, allows


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


def can_read_audit(principal: Principal) -> bool:
    return allows(principal, Scope.ADMIN_READ, Role.ADMIN)
