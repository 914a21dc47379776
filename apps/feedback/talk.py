"""What was said about a case and what was done with it, line by line, as the inbox shows it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.dateformat import format as date_words

from apps.registry.models import Version
from apps.teams.models import Membership
from apps.users.models import User
from atrium.audit.models import Event

from .models import Label, Message, Thread

HAPPENED = (
    "thread.assigned",
    "thread.resolved",
    "thread.reopened",
    "thread.labelled",
    "thread.unlabelled",
    "thread.set_due",
    "thread.tried",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the conversation: something said, or something that happened (then `icon` is set)."""

    at: datetime
    author: str
    text: str
    is_guest: bool = False
    internal: bool = False
    to: str = ""
    icon: str = ""


def talk_of(thread: Thread, messages: Sequence[Message], guests: Mapping[UUID, str]) -> tuple[Line, ...]:
    """In the order in which it came. messages: those that the reader may read. guests: names of the case's reviewers,
    by id. Inside the team's context."""
    return tuple(sorted([*_said(messages, guests), *_happened(thread)], key=lambda line: line.at))


def _said(messages: Sequence[Message], guests: Mapping[UUID, str]) -> list[Line]:
    several = len(guests) > 1
    return [
        Line(
            at=message.created_at,
            author=message.author_name,
            text=message.body,
            is_guest=message.author_kind == "guest",
            internal=message.internal,
            to=guests.get(message.to_reviewer, "") if several and message.to_reviewer else "",
        )
        for message in messages
    ]


def _happened(thread: Thread) -> list[Line]:
    """Assigned, labelled, due, resolved, opened again: from the audit, in words."""
    events = list(Event.objects.filter(subject_id=thread.pk, what__in=HAPPENED).order_by("at"))
    people = {str(user.pk): str(user) for user in User.objects.filter(pk__in={event.user_id for event in events})}
    members = {
        str(member.pk): str(member.user)
        for member in Membership.objects.filter(pk__in=_told(events, "assignee")).select_related("user")
    }
    versions = {
        str(version.pk): str(version)
        for version in Version.objects.filter(pk__in=_told(events, "version")).select_related("model")
    }
    labels = {str(label.pk): f"“{label.name}”" for label in Label.objects.filter(pk__in=_told(events, "label"))}
    names = members | versions | labels
    return [_event(event, people.get(str(event.user_id), "Atrium"), names) for event in events]


def _day(iso: str) -> str:
    return date_words(date.fromisoformat(iso), "j F Y")


def _told(events: Iterable[Event], name: str) -> set[str]:
    return {event.data.get(name) for event in events} - {None}


def _event(event: Event, who: str, names: Mapping[str, str]) -> Line:
    """names: of members, versions and labels, by id."""
    match event.what:
        case "thread.resolved":
            version = names.get(event.data.get("version") or "", "")
            return Line(
                event.at, who, f"resolved this by {version}" if version else "resolved this", icon="check-circle"
            )
        case "thread.reopened":
            return Line(event.at, who, "opened this again", icon="reset")
        case "thread.tried":
            version = names.get(event.data.get("version") or "", "a version that is gone")
            return Line(event.at, who, f"tried this on {version}", icon="play")
        case "thread.labelled" | "thread.unlabelled":
            label = names.get(event.data.get("label", ""), "a label that is gone")
            took = "labelled this" if event.what == "thread.labelled" else "took off the label"
            return Line(event.at, who, f"{took} {label}", icon="tag")
        case "thread.set_due":
            day = event.data.get("due")
            return Line(event.at, who, f"set this due on {_day(day)}" if day else "took the due date off", icon="clock")
    to = event.data.get("assignee", "")
    if to is None:
        return Line(event.at, who, "took the assignee off", icon="user")
    name = names.get(to, "")
    text = "took this" if name == who else f"assigned this to {name}" if name else "changed who has this"
    return Line(event.at, who, text, icon="user")
