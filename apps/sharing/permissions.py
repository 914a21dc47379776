"""Who may share an endpoint."""

from atrium.access.principals import Principal, Role, Scope, allows


def can_share(principal: Principal) -> bool:
    return allows(principal, Scope.LINKS_WRITE, Role.MEMBER)


def can_see_links(principal: Principal) -> bool:
    return allows(principal, Scope.LINKS_WRITE, Role.VIEWER) or allows(principal, Scope.MODELS_READ, Role.VIEWER)
