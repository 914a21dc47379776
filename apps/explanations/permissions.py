"""Who may ask why, and look at what was found.

Members ask about every prediction of their team; guests about what they see, from the role `review` on, where the
project's team has opened it to them: an explanation can cost as much as hundreds of cases.
"""

from apps.endpoints.models import Endpoint
from apps.endpoints.permissions import SEES_PREDICTIONS, can_predict
from atrium.access.principals import Guest, LinkRole, Principal, Role, System, allows_one_of

from .models import Explanation


def can_see_explanations(principal: Principal, endpoint: Endpoint) -> bool:
    """Of those predictions on an endpoint that it sees; the endpoint with its project."""
    if isinstance(principal, Guest):
        return principal.grant.role >= LinkRole.REVIEW and endpoint.project.guests_explain
    return isinstance(principal, System) or allows_one_of(principal, SEES_PREDICTIONS, Role.VIEWER)


def can_explain(principal: Principal, endpoint: Endpoint) -> bool:
    return can_see_explanations(principal, endpoint) and can_predict(principal, endpoint)


def can_stop(principal: Principal, explanation: Explanation) -> bool:
    """A guest stops what it asked itself, a member everybody's."""
    mine = not isinstance(principal, Guest) or explanation.asker_id == principal.guest_id
    return mine and can_explain(principal, explanation.prediction.endpoint)
