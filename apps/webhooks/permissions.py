"""Who may see and change a project's webhooks: what happens in it goes to whoever they name."""

from atrium.access.principals import Principal, Role, Scope, allows


def can_manage_webhooks(principal: Principal) -> bool:
    return allows(principal, Scope.MODELS_WRITE, Role.ADMIN)
