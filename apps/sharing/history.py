"""What was done through a link, in words: opened, kept, flagged, wrote."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.feedback.models import Flag
from apps.users.models import User
from atrium.access.principals import TeamPrincipal
from atrium.audit.models import Event

from .models import GuestVisit
from .selectors import acts_of

WORDS = {
    "link.created": ("link", "made the link"),
    "link.changed_origins": ("share", "changed on whose pages the link is shown"),
    "link.revoked": ("x-circle", "revoked the link"),
    "link.opened": ("eye", "opened the link"),
    "prediction.kept": ("check", "kept an attempt"),
    "prediction.flagged": ("flag", "flagged"),
    "prediction.cancelled": ("x", "cancelled a case"),
    "quarantine.held": ("lock", "sent a study that is kept aside"),
    "quarantine.seen": ("eye", "looked at a study kept aside"),
    "quarantine.covered": ("occlude", "covered a part of a study"),
    "quarantine.deleted": ("trash", "withdrew a study"),
    "comparison.reading_begun": ("play", "began to compare versions"),
    "comparison.case_read": ("check", "compared a case"),
    "comparison.reading_finished": ("check-circle", "finished comparing"),
    "thread.wrote": ("send", "wrote in a thread"),
    "guest.took_data": ("download", "took away their own data"),
    "guest.withdrew": ("trash", "deleted their own data"),
    "guest.deleted_case": ("trash", "deleted a case of their own"),
}


@dataclass(frozen=True, slots=True)
class Act:
    """One line. verdict: of a flag, or "". url: the flag's thread in the inbox, or ""."""

    at: datetime
    icon: str
    who: str
    words: str
    is_guest: bool
    verdict: str = ""
    url: str = ""


def name_of(visit: GuestVisit) -> str:
    """What the guest calls itself, its confirmed address, or the end of its id, so that two of them are told apart."""
    return visit.name or visit.confirmed or f"Guest {str(visit.pk)[-4:]}"


def acts_shown(principal: TeamPrincipal, link_id: UUID, visits: Iterable[GuestVisit], inbox: str) -> list[Act]:
    """The latest 200, newest first; called inside the team's context."""
    events = acts_of(principal, link_id)
    guests = {visit.pk: name_of(visit) for visit in visits}
    people = {user.pk: str(user) for user in User.objects.filter(pk__in={event.user_id for event in events})}
    judged = [event.subject_id for event in events if event.what == "prediction.flagged"]
    threads = {
        (flag.prediction_id, flag.reviewer_id): flag.thread_id for flag in Flag.objects.filter(prediction__in=judged)
    }
    return [_act(event, guests, people, threads, inbox) for event in events]


def _act(
    event: Event,
    guests: dict[UUID, str],
    people: dict[UUID, str],
    threads: dict[tuple[UUID, UUID], UUID],
    inbox: str,
) -> Act:
    icon, words = WORDS.get(event.what, ("info", event.what))
    is_guest = event.who == "guest"
    who = guests.get(event.who_id, "Guest") if event.who_id and is_guest else ""
    thread = threads.get((event.subject_id, event.who_id)) if event.subject_id and event.who_id else None
    return Act(
        at=event.at,
        icon=icon,
        who=who or (people.get(event.user_id, "") if event.user_id else "") or "Atrium",
        words=words,
        is_guest=is_guest,
        verdict=str(event.data.get("verdict", "")),
        url=f"{inbox}{thread}/" if thread else "",
    )
