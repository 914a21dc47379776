"""Reads of the inbox, as finished rows: nothing lazy leaves the team's transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery, prefetch_related_objects
from django.db.models.functions import Lower
from django.utils import timezone

from apps.projects.models import Project
from apps.projects.selectors import project_for
from apps.registry.inputs import is_file
from atrium.access.principals import Guest, Member, TeamPrincipal
from atrium.errors import NotFound, require

from .filters import MOST_FOUND, InboxFilters
from .models import Flag, Label, Message, Replay, Thread, ThreadLabel
from .permissions import can_read_inbox


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One case in the list: its latest flag in short."""

    id: UUID
    status: str
    waiting: bool
    verdict: str
    verdicts: tuple[str, ...]
    sentence: str
    reviewer: str
    flags: int
    edits: int
    version: str
    endpoint: str
    assignee: str
    labels: tuple[Label, ...]
    due_on: date | None
    is_overdue: bool
    thumbnail: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class InboxCounts:
    open: int
    waiting: int
    mine: int
    resolved: int
    mentions: int


LABELS = Prefetch("labelled", ThreadLabel.objects.select_related("label").order_by(Lower("label__name")))


def labels_of(thread: Thread) -> tuple[Label, ...]:
    """By name; a list fetches LABELS for all its rows at once."""
    prefetch_related_objects([thread], LABELS)
    return tuple(each.label for each in thread.labelled.all())


def is_overdue(thread: Thread) -> bool:
    """Open, and its day is over in UTC."""
    return thread.due_on is not None and thread.status == Thread.Status.OPEN and thread.due_on < timezone.now().date()


def inbox_for(principal: TeamPrincipal, project: Project, filters: InboxFilters, limit: int = 100) -> list[InboxRow]:
    """A project's cases: what fits the words of a search best, else what needs an answer first; then the newest."""
    require(can_read_inbox(principal))
    threads = filters.chosen(Thread.objects.all(), project.pk)
    first = filters.by_rank().desc() if filters.search else F("waiting").desc()
    threads = (
        threads.select_related("endpoint", "assignee__user")
        .prefetch_related("flags", LABELS)
        .order_by(first, "-updated_at")[:limit]
    )
    flags = [(thread, list(thread.flags.all())) for thread in threads]
    prefetch_related_objects([judged[-1] for _, judged in flags if judged], "prediction__version__model")
    return [_row(thread, judged) for thread, judged in flags]


def counted(project: Project, filters: InboxFilters) -> int:
    """How many cases are meant."""
    return filters.chosen(Thread.objects.all(), project.pk).count()


def is_cut(project: Project, filters: InboxFilters, meant: int) -> bool:
    """Whether the words stand in more cases than a search leads to. meant: as `counted` has it of the filters."""
    if not filters.search:
        return False
    sought = InboxFilters(status=filters.status, search=filters.search)
    return (meant if sought == filters else counted(project, sought)) >= MOST_FOUND


def _row(thread: Thread, flags: list[Flag]) -> InboxRow:
    last = flags[-1] if flags else None
    file = next((v for v in last.prediction.inputs.values() if is_file(v)), None) if last else None
    return InboxRow(
        id=thread.pk,
        status=thread.status,
        waiting=thread.waiting,
        verdict=last.verdict if last else "",
        verdicts=tuple(flag.verdict for flag in flags),
        sentence=last.message if last else "",
        reviewer=last.reviewer_name if last else "",
        flags=len(flags),
        edits=len(last.prediction.edits) if last else 0,
        version=str(last.prediction.version) if last else "",
        endpoint=thread.endpoint.name,
        assignee=str(thread.assignee.user) if thread.assignee else "",
        labels=labels_of(thread),
        due_on=thread.due_on,
        is_overdue=is_overdue(thread),
        thumbnail=(file.get("rendered") or file["original"]) if file else "",
        updated_at=thread.updated_at,
    )


def open_cases(member: Member, project: Project) -> int:
    """How many stand beside the inbox in the navigation."""
    return Thread.objects.filter(project=project, status=Thread.Status.OPEN).count()


def counts_for(principal: TeamPrincipal, project: Project, membership_id: UUID | None = None) -> InboxCounts:
    require(can_read_inbox(principal))
    open_threads = Thread.objects.filter(project=project, status=Thread.Status.OPEN)
    return InboxCounts(
        open=open_threads.count(),
        waiting=open_threads.filter(waiting=True).count(),
        mine=open_threads.filter(assignee_id=membership_id).count() if membership_id else 0,
        resolved=Thread.objects.filter(project=project, status=Thread.Status.RESOLVED).count(),
        mentions=InboxFilters(status="open", mentions=membership_id).chosen(Thread.objects.all(), project.pk).count()
        if membership_id
        else 0,
    )


def thread_for(principal: TeamPrincipal, thread_id: UUID, *, hold: bool = False) -> Thread:
    """A guest finds the threads that hold a flag of its own; the team all of its own.

    hold: nobody else changes it before this transaction ends.
    """
    if hold:  # alone: what a lock waited for is read with its joined rows of before
        Thread.objects.select_for_update().filter(pk=thread_id).first()
    threads = Thread.objects.select_related("endpoint__version", "project", "assignee__user", "resolved_version__model")
    thread = threads.filter(pk=thread_id, project__deleting_at=None).first()
    if thread is None:
        raise NotFound
    if isinstance(principal, Guest):
        if not thread.flags.filter(reviewer_id=principal.guest_id).exists():
            raise NotFound
    else:
        require(can_read_inbox(principal))
    return thread


REPLAYS = Prefetch("replays", Replay.objects.select_related("version__model", "answered__version__model"))


def replays_of(thread: Thread) -> list[Replay]:
    """What other versions said of the case, oldest first; a list fetches REPLAYS for all its rows at once."""
    prefetch_related_objects([thread], REPLAYS)
    return list(thread.replays.all())


FLAGS = Prefetch(
    "flags", Flag.objects.select_related("prediction__version__model", "prediction__endpoint", "prediction__original")
)


def flags_of(thread: Thread) -> list[Flag]:
    """All judgements of a case, oldest first, with what they judge; a list fetches FLAGS for all its rows at once."""
    prefetch_related_objects([thread], FLAGS)
    return list(thread.flags.all())


def listed_threads(principal: TeamPrincipal, project_id: UUID, filters: InboxFilters) -> "QuerySet[Thread]":
    """A project's threads with FLAGS and their messages."""
    require(can_read_inbox(principal), "This needs the scope feedback:read.")
    found = filters.chosen(Thread.objects.all(), project_for(principal, project_id).pk)
    beside = ("project", "endpoint", "assignee__user", "resolved_version__model")
    return found.select_related(*beside).prefetch_related(FLAGS, LABELS, REPLAYS, "messages")


def messages_of(principal: TeamPrincipal, thread: Thread) -> list[Message]:
    """The team reads all; a guest its own, what the team wrote to it, and to everybody since its own first flag.

    What was said before answered others, and is not this guest's to read. Ids are UUIDv7, so they tell which came
    first, also where a flag was sent again.
    """
    return list(_readable(principal, thread.messages.all()))


def conversations(principal: TeamPrincipal, threads: Collection[Thread]) -> dict[UUID, list[Message]]:
    """By thread, what `messages_of` says of each."""
    found: dict[UUID, list[Message]] = {thread.pk: [] for thread in threads}
    for message in _readable(principal, Message.objects.filter(thread__in=threads)):
        found[message.thread_id].append(message)
    return found


def _readable(principal: TeamPrincipal, messages: "QuerySet[Message]") -> "QuerySet[Message]":
    if not isinstance(principal, Guest):
        return messages
    own = Flag.objects.filter(thread=OuterRef("thread"), reviewer_id=principal.guest_id)
    to_all = Q(to_reviewer=None, pk__gt=Subquery(own.order_by("pk").values("pk")[:1]))
    to_me = Q(author_kind="member") & (to_all | Q(to_reviewer=principal.guest_id))
    return messages.filter(Q(author_id=principal.guest_id) | to_me, internal=False)
