"""The links that reviewers came by, and whether an answer reaches them there.

Links and guests belong to `apps.sharing`, which stands above this app: it registers the look-up when it is ready.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ReviewerLink:
    """The link of one guest. is_open: the guest can still read answers there. has_address: they are mailed too."""

    label: str
    role: str
    is_open: bool
    has_address: bool


LookUp = Callable[[Collection[UUID]], Mapping[UUID, ReviewerLink]]
LOOK_UPS: list[LookUp] = []


def register(look_up: LookUp) -> None:
    """Called once by an app when it is ready. look_up: of guests, inside the team's context."""
    LOOK_UPS.append(look_up)


def links_of(guests: Collection[UUID]) -> dict[UUID, ReviewerLink]:
    """By guest, inside the team's context."""
    return {guest: link for look_up in LOOK_UPS for guest, link in look_up(guests).items()}
