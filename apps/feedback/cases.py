"""A case as the inbox shows it: everything read and worded, nothing lazy left for the template."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from apps.endpoints.models import Example, Prediction
from apps.endpoints.presentation import Addresses
from apps.endpoints.words import counted, origin_words, table_page
from atrium.access.principals import TeamPrincipal

from .answers import OutputShown, outputs_of
from .beside import Beside, beside
from .expectations import meets
from .models import Flag, Label, Replay
from .pictures import FileShown, PictureShown, PlainShown, files_of, pictures_of, plain_of
from .reviewer_links import ReviewerLink, links_of
from .selectors import flags_of, is_overdue, labels_of, messages_of, replays_of, thread_for
from .talk import Line, talk_of
from .words import NOWHERE


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
        talk=talk_of(thread, messages_of(principal, thread), guests),
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
