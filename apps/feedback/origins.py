"""Where reviewers came from, and whether an answer reaches them.

Links and guests belong to `apps.sharing`, which lies above this app: their tables are reached by name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.apps import apps
from django.utils import timezone

from atrium.access.principals import LinkRole


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
    now = timezone.now()
    found = {}
    for visit in visits:
        link = visit.link
        is_open = link.revoked_at is None and (link.expires_at is None or link.expires_at > now)
        found[visit.pk] = Origin(link.label, LinkRole(link.role).word, is_open, bool(visit.email))
    return found
