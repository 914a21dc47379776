"""Who may do what to models and their versions."""

from atrium.access.principals import Principal, Role, Scope, allows


def can_see_models(principal: Principal) -> bool:
    return allows(principal, Scope.MODELS_READ, Role.VIEWER)


def can_change_models(principal: Principal) -> bool:
    return allows(principal, Scope.MODELS_WRITE, Role.MEMBER)
