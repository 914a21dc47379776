"""Who may see, make and change comparisons."""

from apps.feedback.permissions import can_read_inbox, can_write_inbox
from atrium.access.principals import Principal, Role, Scope, allows


def can_see_comparisons(principal: Principal) -> bool:
    """It shows what reviewers brought and preferred."""
    return can_read_inbox(principal)


def can_change_comparisons(principal: Principal) -> bool:
    """To name, close, open and delete one."""
    return can_write_inbox(principal)


def can_compare(principal: Principal) -> bool:
    """To have versions asked."""
    return can_write_inbox(principal) and allows(principal, Scope.PREDICT, Role.MEMBER)
