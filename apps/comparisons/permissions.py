"""Who may see, make and read comparisons."""

from apps.endpoints.models import Endpoint
from apps.feedback.permissions import can_read_inbox, can_write_inbox
from atrium.access.principals import Guest, LinkRole, Member, Principal, Role, Scope, allows


def can_see_comparisons(principal: Principal) -> bool:
    """It shows what reviewers brought and preferred."""
    return can_read_inbox(principal)


def can_change_comparisons(principal: Principal) -> bool:
    """To name, close, open and delete one."""
    return can_write_inbox(principal)


def can_compare(principal: Principal) -> bool:
    """To have versions asked."""
    return can_write_inbox(principal) and allows(principal, Scope.PREDICT, Role.MEMBER)


def can_read_blind(principal: Principal, endpoint: Endpoint) -> bool:
    """A person who says which answer is the better one: guests whose link lends a review of the endpoint, and members;
    programs never."""
    if isinstance(principal, Guest):
        return principal.grant.endpoint_id == endpoint.pk and principal.grant.role is LinkRole.REVIEW
    return isinstance(principal, Member) and principal.role >= Role.MEMBER
