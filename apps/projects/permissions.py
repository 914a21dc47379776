"""Who may do what to a project."""

from atrium.access.principals import NEAR, Member, Principal, Role, Scope, allows, allows_one_of


def can_see_projects(principal: Principal) -> bool:
    return allows_one_of(principal, NEAR, Role.VIEWER)


def can_change_projects(principal: Principal) -> bool:
    return allows(principal, Scope.MODELS_WRITE, Role.MEMBER)


def can_delete_projects(principal: Principal) -> bool:
    return allows(principal, Scope.MODELS_WRITE, Role.ADMIN)


def can_change_retention(principal: Principal) -> bool:
    """On a page, as the deletion of a project that holds something."""
    return isinstance(principal, Member) and principal.role >= Role.ADMIN
