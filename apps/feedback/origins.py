"""Where reviewers came from, and whether an answer reaches them.

Links and guests belong to `apps.sharing`, which lies above this app: their tables are reached by name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.apps import apps


@dataclass(frozen=True, slots=True)
class Origin:
    """The link of one guest. is_open: the guest can still read answers there. has_address: they are mailed too."""

    label: str
    role: str
    is_open: bool
    has_address: bool


def origins_of(guests: Iterable[UUID]) -> dict[UUID, Origin]:
    """By guest, inside the team's context."""
    visits = apps.get_model("sharing", "GuestVisit").objects.filter(pk__in=list(guests)).select_related("link")
    return {
        visit.pk: Origin(visit.link.label, visit.link.role_word, visit.link.state == "open", bool(visit.email))
        for visit in visits
    }
