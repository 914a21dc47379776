"""The audit as people read it: filtered, with names in place of ids, and as a table to take away."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_date

from apps.analyses.models import SavedAnalysis, Slice
from apps.datasets.models import Dataset
from apps.datasets.selectors import LIGHT
from apps.endpoints.models import Endpoint
from apps.projects.models import Project
from apps.registry.models import Model as RegisteredModel
from apps.registry.models import Version
from apps.sharing.models import GuestVisit, Link
from apps.teams.models import ApiToken, Membership
from apps.teams.permissions import can_read_audit
from apps.users.models import User
from atrium.access.principals import LinkRole, Member, Role, TeamPrincipal
from atrium.audit.models import Event
from atrium.audit.services import record
from atrium.errors import FieldError, Invalid, require
from atrium.pages.forms import id_in, optional_id
from gpu_workers.protocol.spreadsheets import defused

NEEDS_ADMIN = "The audit is for admins and owners of the team."
EXPORTED = 50_000
EVENT = re.compile(r"[a-z_]{1,30}\.[a-z_]{1,30}")
KINDS = {
    "team": "Team",
    "member": "Members and roles",
    "token": "Tokens",
    "link": "Links",
    "access": "Access requests",
    "guest": "Guests",
    "project": "Projects",
    "model": "Models",
    "version": "Versions",
    "endpoint": "Endpoints",
    "dataset": "Datasets",
    "slice": "Slices",
    "analysis": "Saved analyses",
    "example": "Examples",
    "prediction": "Predictions and flags",
    "thread": "Threads",
    "label": "Labels",
    "suite": "Suites",
    "comparison": "Comparisons",
    "webhook": "Webhooks",
    "inbox": "Acts on many cases",
    "feedback": "Feedback exports",
    "audit": "Audit exports",
}
COLUMNS = ("time_utc", "who", "name", "event", "object", "object_type", "object_id", "project", "data")


@dataclass(frozen=True, slots=True)
class Filters:
    """who: a person's id, `guest`, `system` or "". kind: the noun of an event or "". Days are inclusive, in UTC.

    what: an event, as `link.created`, or "". project: its id, also of one that is gone.
    """

    who: str = ""
    kind: str = ""
    what: str = ""
    project: UUID | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One event with names. note: what changed, in a word, as the role that somebody got."""

    id: UUID
    at: datetime
    who: str
    kind: str
    what: str
    subject: str
    note: str
    event: Event


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def read_filters(query: QueryDict) -> Filters:
    """From an address of the page or of the API; raises Invalid for what is no such filter."""
    who, kind, what = (query.get(name, "") for name in ("who", "kind", "what"))
    if who not in ("", "guest", "system"):
        id_in(who, "who", "There is no such person.")
    if kind and kind not in KINDS:
        raise Invalid(FieldError("kind", "unknown", "There is no such kind of event."))
    if what and not EVENT.fullmatch(what):
        raise Invalid(FieldError("what", "invalid", "Name an event as link.created."))
    project = optional_id(query.get("project", ""), "project", "There is no such project.")
    since, until = (_day(query.get(name, ""), name) for name in ("since", "until"))
    return Filters(who, kind, what, project, since, until)


def _day(value: str, field: str) -> date | None:
    if not value:
        return None
    try:
        day = parse_date(value)
    except ValueError:
        day = None
    if day is None:
        raise Invalid(FieldError(field, "invalid", "Give a day as 2026-11-25."))
    return day


def events_of(principal: TeamPrincipal, filters: Filters) -> "QuerySet[Event]":
    """Newest first; inside the team's context."""
    require(can_read_audit(principal), NEEDS_ADMIN)
    events = Event.objects.order_by("-id")
    if filters.who in ("guest", "system"):
        events = events.filter(who=filters.who)
    elif filters.who:
        events = events.filter(user_id=UUID(filters.who))
    if filters.kind:
        events = events.filter(what__startswith=f"{filters.kind}.")
    if filters.what:
        events = events.filter(what=filters.what)
    if filters.project:
        events = events.filter(project_id=filters.project)
    if filters.since:
        events = events.filter(at__gte=_start(filters.since))
    if filters.until:
        events = events.filter(at__lte=datetime.combine(filters.until, time.max, tzinfo=UTC))
    return events


def projects_of(principal: Member) -> list[tuple[str, str]]:
    """(id, name) of every project that an event speaks of; of one that is gone the end of its id."""
    require(can_read_audit(principal), NEEDS_ADMIN)
    ids = set(Event.objects.exclude(project_id=None).order_by().values_list("project_id", flat=True).distinct())
    names = {pk: project.name for pk, project in _names(Project, ids).items()}
    gone = sorted((str(pk), f"deleted, {str(pk)[-8:]}") for pk in ids - set(names))
    return [*sorted(((str(pk), name) for pk, name in names.items()), key=lambda each: each[1].lower()), *gone]


def people_of(principal: Member) -> list[tuple[str, str]]:
    """(id, name) of everybody who did something, members of the past too."""
    require(can_read_audit(principal), NEEDS_ADMIN)
    ids = Event.objects.exclude(user_id=None).order_by().values_list("user_id", flat=True).distinct()
    found = User.objects.filter(pk__in=list(ids))
    return sorted(((str(user.pk), str(user)) for user in found), key=lambda person: person[1].lower())


def _names(model: type[Model], ids: Iterable[UUID | None], *related: str) -> dict[UUID, Any]:
    wanted = {found for found in ids if found is not None}
    rows = model._default_manager.filter(pk__in=wanted)
    return {row.pk: row for row in (rows.select_related(*related) if related else rows)}


def lines_of(events: Sequence[Event]) -> list[Line]:
    """Events with the names of what still exists; the rest shows the beginning of its id."""
    by_type: dict[str, set[UUID | None]] = {}
    for event in events:
        by_type.setdefault(event.subject_type, set()).add(event.subject_id)
    users = _names(User, (event.user_id for event in events))
    tokens = _names(
        ApiToken, {event.who_id for event in events if event.who == "token"} | by_type.get("apitoken", set())
    )
    guests = _names(
        GuestVisit,
        {event.who_id for event in events if event.who == "guest"} | by_type.get("guestvisit", set()),
        "link",
    )
    found: dict[str, dict[UUID, Any]] = {
        "apitoken": tokens,
        "guestvisit": guests,
        "membership": _names(Membership, by_type.get("membership", ()), "user"),
        "link": _names(Link, by_type.get("link", ()), "endpoint"),
        "project": _names(Project, by_type.get("project", ())),
        "model": _names(RegisteredModel, by_type.get("model", ())),
        "version": _names(Version, by_type.get("version", ()), "model"),
        "endpoint": _names(Endpoint, by_type.get("endpoint", ())),
        "slice": _names(Slice, by_type.get("slice", ())),
        "savedanalysis": _names(SavedAnalysis, by_type.get("savedanalysis", ())),
        "dataset": _names(Dataset, by_type.get("dataset", ())),
        "datasetversion": {
            row.pk: row
            for row in LIGHT.filter(pk__in=list(by_type.get("datasetversion", ()))).select_related("dataset")
        },
    }
    return [
        Line(
            event.pk,
            event.at,
            _who(event, users, tokens, guests),
            "" if event.who == "member" else event.who,
            event.what,
            _subject(event, found.get(event.subject_type, {})),
            _note(event),
            event,
        )
        for event in events
    ]


def _who(event: Event, users: dict[UUID, Any], tokens: dict[UUID, Any], guests: dict[UUID, Any]) -> str:
    user = users.get(event.user_id) if event.user_id else None
    match event.who:
        case "system":
            return "Atrium"
        case "guest":
            visit = guests.get(event.who_id) if event.who_id else None
            name = (visit.name if visit else "") or "Guest"
            return f"{name}, {visit.link.label or 'link'}" if visit else name
        case "token":
            token = tokens.get(event.who_id) if event.who_id else None
            return f"{token.name if token else 'token'}, {user or 'former member'}"
    return str(user) if user else "former member"


def _subject(event: Event, rows: dict[UUID, Any]) -> str:
    if event.subject_id is None:
        return ""
    row = rows.get(event.subject_id)
    match event.subject_type:
        case _ if row is None:
            return f"{event.subject_type} {str(event.subject_id)[-8:]}"
        case "membership":
            return str(row.user)
        case "link":
            return row.label or f"link to {row.endpoint.name}"
        case "guestvisit":
            return row.link.label or "link"
        case "version":
            return f"{row.model.name} v{row.number}"
        case "datasetversion":
            return str(row)
    return str(row.name)


def _note(event: Event) -> str:
    role = event.data.get("role")
    if isinstance(role, int):
        try:
            return LinkRole(role).word if event.subject_type == "link" else Role(role).word
        except ValueError:
            return ""
    if event.who == "system":
        return str(event.data.get("reason", ""))
    return ""


def as_csv(principal: Member, filters: Filters) -> str:
    """The filtered lines, newest first, at most 50,000, formulas defused; taking it away is itself an event."""
    events = list(events_of(principal, filters)[:EXPORTED])
    record(principal, "audit.exported", lines=len(events))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in lines_of(events):
        event = line.event
        writer.writerow(
            defused(str(cell))
            for cell in (
                event.at.astimezone(UTC).isoformat(timespec="seconds"),
                event.who,
                line.who,
                event.what,
                line.subject,
                event.subject_type,
                event.subject_id or "",
                event.project_id or "",
                event.data or "",
            )
        )
    return out.getvalue()
