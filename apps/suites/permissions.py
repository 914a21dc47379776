"""Who may see, change and run a suite."""

from apps.feedback.permissions import can_read_inbox, can_write_inbox
from atrium.access.principals import Principal, Role, Scope, allows


def can_see_suites(principal: Principal) -> bool:
    """It shows what reviewers judged."""
    return can_read_inbox(principal)


def can_change_suites(principal: Principal) -> bool:
    return can_write_inbox(principal)


def can_make_suites_refuse(principal: Principal) -> bool:
    """What can be promoted hangs on it: for admins and owners."""
    return allows(principal, Scope.FEEDBACK_WRITE, Role.ADMIN)


def can_run_suites(principal: Principal) -> bool:
    return can_write_inbox(principal) and allows(principal, Scope.PREDICT, Role.MEMBER)
