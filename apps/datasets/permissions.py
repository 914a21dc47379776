"""Who may do what to datasets and their versions."""

from atrium.access.principals import Principal, Role, Scope, allows, allows_one_of


def can_see_data(principal: Principal) -> bool:
    return allows_one_of(principal, (Scope.DATA_READ, Scope.DATA_WRITE), Role.VIEWER)


def can_change_data(principal: Principal) -> bool:
    return allows(principal, Scope.DATA_WRITE, Role.MEMBER)


def can_download_data(principal: Principal) -> bool:
    """Viewers look at a table's columns and first rows, but do not take the file away."""
    return allows(principal, Scope.DATA_READ, Role.MEMBER)


def can_run_models(principal: Principal) -> bool:
    """Over a dataset: it makes another version, and asks a model for it."""
    return can_change_data(principal) and allows(principal, Scope.PREDICT, Role.MEMBER)
