"""Who may do what to endpoints and predictions."""

from uuid import UUID

from atrium.access.principals import (
    NEAR,
    Guest,
    LinkRole,
    Member,
    Principal,
    Role,
    Scope,
    System,
    Token,
    allows,
    allows_one_of,
)

from .models import Endpoint, Prediction, Quarantined

SEES_PREDICTIONS = frozenset({Scope.PREDICT, Scope.MODELS_READ, Scope.FEEDBACK_READ, Scope.FEEDBACK_WRITE})


def can_see_endpoint(principal: Principal, endpoint_id: UUID) -> bool:
    if isinstance(principal, Guest):
        return principal.grant.endpoint_id == endpoint_id
    return isinstance(principal, System) or allows_one_of(principal, NEAR, Role.VIEWER)


def can_change_endpoints(principal: Principal) -> bool:
    return allows(principal, Scope.MODELS_WRITE, Role.MEMBER)


def can_predict(principal: Principal, endpoint: Endpoint) -> bool:
    """Members may on every endpoint of their team; guests on their link's, from the role `try` on."""
    match principal:
        case Guest():
            return principal.grant.endpoint_id == endpoint.pk and principal.grant.role >= LinkRole.TRY
        case System():
            return True
    return allows(principal, Scope.PREDICT, Role.MEMBER)


def can_handle_quarantine(principal: Principal) -> bool:
    """To see what anybody of the team or behind its links sent, to release and to delete it."""
    return allows(principal, Scope.PREDICT, Role.MEMBER)


def can_see_quarantined(principal: Principal, held: Quarantined) -> bool:
    """And cover and withdraw it: of guests whoever sent it; and members."""
    if isinstance(principal, Guest):
        return is_guests_own(principal, held) and principal.grant.role >= LinkRole.TRY
    return can_handle_quarantine(principal)


def is_guests_own(guest: Guest, held: Quarantined) -> bool:
    return held.author_id == guest.guest_id and held.endpoint_id == guest.grant.endpoint_id


def can_see_prediction(principal: Principal, prediction: Prediction, is_example: bool) -> bool:
    """Members see all of their team's; a guest its own and the examples of its link's endpoint."""
    match principal:
        case Guest():
            mine = prediction.author_id == principal.guest_id
            return prediction.endpoint_id == principal.grant.endpoint_id and (mine or is_example)
        case Member():
            return True
        case Token():
            return bool(SEES_PREDICTIONS & principal.scopes)
        case System():
            return True
    return False
