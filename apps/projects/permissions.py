"""Who may do what to a project."""

from atrium.access.principals import Principal, Role, Scope, allows


def can_see_projects(principal: Principal) -> bool:
    return allows(principal, Scope.MODELS_READ, Role.VIEWER)


def can_change_projects(principal: Principal) -> bool:
    return allows(principal, Scope.MODELS_WRITE, Role.MEMBER)


def can_delete_projects(principal: Principal) -> bool:
    return allows(principal, Scope.MODELS_WRITE, Role.ADMIN)
