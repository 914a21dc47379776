"""Who may judge a prediction, and who may read and write in the inbox."""

from apps.endpoints.models import Prediction
from atrium.access.principals import Guest, LinkRole, Principal, Role, Scope, allows, allows_one_of

from .models import Thread


def can_flag(principal: Principal, prediction: Prediction, is_example: bool = False) -> bool:
    """Members may flag what they can see; guests what their link shows them, when its role is review."""
    if isinstance(principal, Guest):
        shown = prediction.author_id == principal.guest_id or is_example
        mine = prediction.endpoint_id == principal.grant.endpoint_id and shown
        return principal.grant.role is LinkRole.REVIEW and mine
    return allows(principal, Scope.FEEDBACK_WRITE, Role.MEMBER)


def can_read_inbox(principal: Principal) -> bool:
    return allows_one_of(principal, (Scope.FEEDBACK_READ, Scope.FEEDBACK_WRITE), Role.VIEWER)


def can_write_inbox(principal: Principal) -> bool:
    return allows(principal, Scope.FEEDBACK_WRITE, Role.MEMBER)


def can_delete_cases(principal: Principal) -> bool:
    """With what reviewers brought to them and said of them, for good."""
    return allows(principal, Scope.FEEDBACK_WRITE, Role.ADMIN)


def can_write_in_thread(principal: Principal, thread: Thread) -> bool:
    """A guest writes in threads that hold a flag of its own."""
    if isinstance(principal, Guest):
        review = principal.grant.role is LinkRole.REVIEW
        return review and thread.flags.filter(reviewer_id=principal.guest_id).exists()
    return can_write_inbox(principal)
