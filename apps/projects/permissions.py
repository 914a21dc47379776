"""Who may do what to a project."""

from atrium.access.principals import NEAR, Principal, Role, Scope, allows, allows_one_of


def can_see_projects(principal: Principal) -> bool:
    return allows_one_of(principal, NEAR, Role.VIEWER)


def can_change_projects(principal: Principal) -> bool:
    return allows(principal, Scope.MODELS_WRITE, Role.MEMBER)


def can_delete_projects(principal: Principal) -> bool:
    return allows(principal, Scope.MODELS_WRITE, Role.ADMIN)
