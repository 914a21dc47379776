"""Who may do what to models and their versions."""

from atrium.access.principals import Principal, Role, Scope, allows, allows_one_of


def can_see_models(principal: Principal) -> bool:
    return allows_one_of(principal, (Scope.MODELS_READ, Scope.MODELS_WRITE), Role.VIEWER)


def can_change_models(principal: Principal) -> bool:
    return allows(principal, Scope.MODELS_WRITE, Role.MEMBER)


def can_download_models(principal: Principal) -> bool:
    """A file can hold what it was trained on, so viewers read about it but do not take it away."""
    return allows(principal, Scope.MODELS_READ, Role.MEMBER)
