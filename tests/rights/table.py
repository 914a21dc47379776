"""Who may what: the table that people decide, written down once; the rest of the matrix follows from it.

Nothing of the product's own predicates is used here: this is what they are compared with.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from atrium.access.principals import LinkRole, Role


class Right(StrEnum):
    """A row of the table."""

    OPEN = "look without signing in: landing, documentation, sign-in, a link's address"
    ACCOUNT = "see and change one's account, make a team, answer invitations"
    OPERATE = "see pools, counts and development mail"
    SEE = "see projects, versions, endpoints, inbox"
    PREDICT = "predict"
    JUDGE = "flag, write in a thread, edit labels and status"
    SEE_WHY = "see explanations; of guests those whom the project has opened it to"
    EXPLAIN = "ask for explanations, likewise"
    BUILD = "upload, deploy, promote, share, make own tokens"
    MANAGE = "members, others' tokens, audit, quota, retention, delete a project"
    OWN = "hand over, delete the team"


@dataclass(frozen=True, slots=True)
class Least:
    """role: of a team's members. link: of its guests; None where no link lends the right."""

    role: Role
    link: LinkRole | None


TABLE = {
    Right.SEE: Least(Role.VIEWER, LinkRole.VIEW),
    Right.PREDICT: Least(Role.MEMBER, LinkRole.TRY),
    Right.JUDGE: Least(Role.MEMBER, LinkRole.REVIEW),
    Right.SEE_WHY: Least(Role.VIEWER, LinkRole.REVIEW),
    Right.EXPLAIN: Least(Role.MEMBER, LinkRole.REVIEW),
    Right.BUILD: Least(Role.MEMBER, None),
    Right.MANAGE: Least(Role.ADMIN, None),
    Right.OWN: Least(Role.OWNER, None),
}


class Outcome(StrEnum):
    """What somebody is told."""

    ALLOWED = "allowed"  # also where the request itself is wrong: that is asked after the right
    FORBIDDEN = "403"
    HIDDEN = "404"
    LOGIN = "told to sign in"
    GONE = "410"
    BROKEN = "5xx"


def of_member(right: Right, role: Role) -> Outcome:
    return Outcome.ALLOWED if role >= TABLE[right].role else Outcome.FORBIDDEN


def of_guest(right: Right, role: LinkRole) -> Outcome:
    least = TABLE[right].link
    return Outcome.ALLOWED if least is not None and role >= least else Outcome.FORBIDDEN


Expectation = Callable[["Right"], Outcome]
