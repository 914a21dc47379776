"""A case as the inbox shows it: everything read and worded, nothing lazy left for the template."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.dateformat import format as date_words

from apps.endpoints.models import Example, Prediction
from apps.endpoints.presentation import Addresses
from apps.endpoints.words import counted, origin_words, table_page
from apps.registry.models import Version
from apps.teams.models import Membership
from apps.users.models import User
from atrium.access.principals import TeamPrincipal
from atrium.audit.models import Event

from .answers import OutputShown, outputs_of
from .beside import Beside, beside
from .expectations import meets
from .models import Flag, Label, Message, Replay, Thread
from .pictures import FileShown, PictureShown, PlainShown, files_of, pictures_of, plain_of
from .reviewer_links import ReviewerLink, links_of
from .selectors import flags_of, is_overdue, labels_of, messages_of, replays_of, thread_for
from .words import NOWHERE

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
class ReplayShown:
    """What another version says. state: queued, succeeded, failed, cancelled or refused. is_met: the correction; None
    where there is none."""

    version: str
    state: str
    problem: str
    outputs: tuple[OutputShown, ...]
    is_met: bool | None
    tells: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class FlagShown:
    """One reviewer's judgement. compared: whether the answer stands beside the original's."""

    id: UUID
    reviewer: str
    is_guest: bool
    verdict: str
    word: str
    message: str
    created_at: datetime
    version: str
    milliseconds: float | None
    pictures: tuple[PictureShown, ...]
    files: tuple[FileShown, ...]
    plain: tuple[PlainShown, ...]
    outputs: tuple[OutputShown, ...]
    compared: bool
    replays: tuple[ReplayShown, ...]
    edits: str
    marks: str
    link: ReviewerLink | None


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


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody whom an answer can reach."""

    id: UUID
    name: str
    link: ReviewerLink | None


@dataclass(frozen=True, slots=True)
class CaseShown:
    """table: the page of the table that it is a row of, or "". stamp: changes when a judgement is added or replaced, so
    that an open page knows what to draw again."""

    id: UUID
    title: str
    table: str
    status: str
    waiting: bool
    endpoint: str
    endpoint_slug: str
    model_id: UUID
    flags: tuple[FlagShown, ...]
    talk: tuple[Line, ...]
    assignee: UUID | None
    assignee_name: str
    labels: tuple[Label, ...]
    due_on: date | None
    is_overdue: bool
    resolved_by: str
    reviewers: tuple[Reviewer, ...]
    beside: tuple[Beside, ...]
    stamp: str

    @property
    def verdicts(self) -> tuple[str, ...]:
        """Each verdict once, the latest first."""
        return tuple(dict.fromkeys(flag.verdict for flag in reversed(self.flags)))

    @property
    def last(self) -> FlagShown | None:
        return self.flags[-1] if self.flags else None


def case_for(principal: TeamPrincipal, thread_id: UUID, addresses: Addresses, project_page: str) -> CaseShown:
    """Inside the team's context; raises NotFound, NotPermitted."""
    thread = thread_for(principal, thread_id)
    flags = flags_of(thread)
    guests = {flag.reviewer_id: flag.reviewer_name for flag in flags if flag.reviewer_kind == "guest"}
    links = links_of(guests)
    reviewers = tuple(Reviewer(guest, name, links.get(guest)) for guest, name in guests.items())
    messages = messages_of(principal, thread)
    replays: dict[UUID, list[Replay]] = {}
    for made in replays_of(thread):
        replays.setdefault(made.judged_id, []).append(made)
    return CaseShown(
        id=thread.pk,
        title=_title(flags),
        table=_table(flags, project_page),
        status=thread.status,
        waiting=thread.waiting,
        endpoint=thread.endpoint.name,
        endpoint_slug=thread.endpoint.slug,
        model_id=thread.endpoint.version.model_id,
        flags=tuple(
            _flag(flag, addresses, links.get(flag.reviewer_id), replays.get(flag.prediction_id, ())) for flag in flags
        ),
        talk=tuple(sorted([*_said(messages, guests), *_happened(thread)], key=lambda line: line.at)),
        assignee=thread.assignee_id,
        assignee_name=str(thread.assignee.user) if thread.assignee else "",
        labels=labels_of(thread),
        due_on=thread.due_on,
        is_overdue=is_overdue(thread),
        resolved_by=str(thread.resolved_version) if thread.resolved_version else "",
        reviewers=reviewers,
        beside=tuple(beside(thread, project_page)),
        stamp="-".join(
            [f"{flag.pk.hex[-6:]}{flag.created_at.timestamp():.0f}" for flag in flags]
            + [f"{made.pk.hex[-6:]}{made.answered.state if made.answered else ''}" for made in thread.replays.all()]
        ),
    )


def _table(flags: Sequence[Flag], project_page: str) -> str:
    """Where the table is that the case is a row of; "" where it is none."""
    origin = (flags[0].prediction.original or flags[0].prediction).came_from if flags else None
    return table_page(project_page, origin) if origin else ""


def _title(flags: Sequence[Flag]) -> str:
    """What the case is called: its example's title, the row of a table that it is, else what the model said of it."""
    if not flags:
        return "A withdrawn case"
    original = flags[0].prediction.original or flags[0].prediction
    titles = Example.objects.filter(prediction=original).exclude(title="").values_list("title", flat=True)
    if titles:
        return titles[0]
    if original.came_from:
        return origin_words(original.came_from)
    for output in outputs_of(flags[0].prediction, None, None, NOWHERE):
        if output.said:
            return f"{output.said} {output.score}".strip()[:120]
    return f"A case on {flags[0].prediction.endpoint.name}"


def _replay(made: Replay, flag: Flag, addresses: Addresses) -> ReplayShown:
    """Beside what was judged."""
    answered = made.answered
    if answered is None:
        problem = made.refused or "Its answer was deleted."
        return ReplayShown(str(made.version), "refused", problem, (), None, made.tells, made.created_at)
    is_there = answered.state == Prediction.State.SUCCEEDED
    wanted = Flag(correction=flag.correction)  # what was said of single findings is about those of the judged answer
    return ReplayShown(
        version=str(made.version),
        state=answered.state,
        problem=str((answered.error or {}).get("message", "")),
        outputs=tuple(outputs_of(answered, flag.prediction, wanted, addresses)) if is_there else (),
        is_met=meets(flag.correction, answered.answer) if is_there else None,
        tells=made.tells,
        at=made.created_at,
    )


def _flag(flag: Flag, addresses: Addresses, link: ReviewerLink | None, replays: Sequence[Replay] = ()) -> FlagShown:
    prediction = flag.prediction
    original = prediction.original if _is_changed(prediction) else None
    return FlagShown(
        id=flag.pk,
        reviewer=flag.reviewer_name,
        is_guest=flag.reviewer_kind == "guest",
        verdict=flag.verdict,
        word=flag.get_verdict_display(),
        message=flag.message,
        created_at=flag.created_at,
        version=str(prediction.version),
        milliseconds=(prediction.timings or {}).get("total"),
        pictures=tuple(pictures_of(prediction, flag, addresses)),
        files=tuple(files_of(prediction, addresses)),
        plain=tuple(plain_of(prediction, original)),
        outputs=tuple(outputs_of(prediction, original, flag, addresses)),
        compared=original is not None,
        replays=tuple(_replay(made, flag, addresses) for made in replays),
        edits=counted(len(prediction.edits), "edit"),
        marks=counted(len(flag.marks), "mark"),
        link=link,
    )


def _is_changed(prediction: Prediction) -> bool:
    """Whether it asks something else than its original: by edits, or by other values."""
    original = prediction.original
    return original is not None and (
        bool(prediction.edits) or bytes(prediction.original_sha256) != bytes(original.original_sha256)
    )


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
