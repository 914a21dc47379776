"""Which cases of the inbox are meant: read from an address, a script's query or a saved view, and written back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from atrium.errors import FieldError

from .models import Flag, Mention, Thread, ThreadLabel

NOBODY = "none"
SEARCH_LENGTH = 200
MOST_FOUND = 2000
"""Cases that a search leads to; of more, those that changed last."""
DUES = ("", "overdue", "week", "later", "none")
STATUSES = ("", *Thread.Status.values)
VERDICTS = ("", *Flag.Verdict.values)


@dataclass(frozen=True, slots=True)
class InboxFilters:
    """status: open or resolved, both where empty. waiting: only what the team owes an answer. assignee: a membership.

    unassigned: only what nobody has. verdict, version: of one of the case's judgements, the same one where both are
    given. search: words, each from its beginning; "two words" beside each other, `or`, and - for what is not there.
    """

    status: str = ""
    waiting: bool = False
    assignee: UUID | None = None
    unassigned: bool = False
    verdict: str = ""
    endpoint: UUID | None = None
    version: UUID | None = None
    label: UUID | None = None
    due: str = ""
    mentions: UUID | None = None
    search: str = ""

    def chosen(self, threads: "QuerySet[Thread]", project_id: UUID) -> "QuerySet[Thread]":
        """Those of a project's threads that are meant."""
        threads = threads.filter(project=project_id)
        if self.status:
            threads = threads.filter(status=self.status)
        if self.waiting:
            threads = threads.filter(waiting=True)
        if self.assignee is not None:
            threads = threads.filter(assignee_id=self.assignee)
        if self.unassigned:
            threads = threads.filter(assignee=None)
        if self.endpoint is not None:
            threads = threads.filter(endpoint_id=self.endpoint)
        if self.label is not None:
            threads = threads.filter(Exists(ThreadLabel.objects.filter(thread=OuterRef("pk"), label=self.label)))
        if self.due:
            threads = threads.filter(**_due(self.due))
        if self.mentions is not None:
            threads = threads.filter(Exists(Mention.objects.filter(thread=OuterRef("pk"), member=self.mentions)))
        judged: dict[str, Any] = {}
        if self.verdict:
            judged["verdict"] = self.verdict
        if self.version is not None:
            judged["prediction__version_id"] = self.version
        if judged:
            threads = threads.filter(Exists(Flag.objects.filter(thread=OuterRef("pk"), **judged)))
        if self.search:
            threads = threads.filter(pk__in=self._found(project_id))
        return threads

    def _found(self, project_id: UUID) -> RawSQL:
        """No more than MOST_FOUND, so that a word of nearly every case costs no more than another."""
        sought = (project_id, self.search, self.status, MOST_FOUND)
        return RawSQL("SELECT atrium.cases_sought(%s, %s, %s, %s)", sought)

    def by_rank(self) -> RawSQL:
        """How well a thread fits the words that are searched."""
        return RawSQL('ts_rank("feedback_thread"."words", atrium.words_sought(%s))', (self.search,))

    def query(self) -> dict[str, str]:
        """As `read_filters` takes it; nothing that is not chosen."""
        written = {
            "status": self.status,
            "assignee": NOBODY if self.unassigned else str(self.assignee or ""),
            "verdict": self.verdict,
            "endpoint": str(self.endpoint or ""),
            "version": str(self.version or ""),
            "label": str(self.label or ""),
            "due": self.due,
            "mentions": str(self.mentions or ""),
            "search": self.search,
        }
        return {name: value for name, value in written.items() if value}


def _due(word: str) -> dict[str, Any]:
    """Days in UTC."""
    today = timezone.now().date()
    week = today + timedelta(days=7)
    days: dict[str, dict[str, Any]] = {
        "overdue": {"due_on__lt": today},
        "week": {"due_on__gte": today, "due_on__lte": week},
        "later": {"due_on__gt": week},
        "none": {"due_on": None},
    }
    return days[word]


def read_filters(given: Mapping[str, str]) -> tuple[InboxFilters, list[FieldError]]:
    """The filters that a query names, and what could not be read of it: that is left out."""
    wrong: list[FieldError] = []

    def one_of(name: str, values: tuple[str, ...]) -> str:
        value = given.get(name, "")
        if value in values:
            return value
        wrong.append(FieldError(name, "choice", f"Give one of {', '.join(filter(None, values))}."))
        return ""

    def an_id(name: str, says: str) -> UUID | None:
        value = given.get(name, "")
        try:
            return UUID(value) if value else None
        except ValueError:
            wrong.append(FieldError(name, "invalid", says))
            return None

    unassigned = given.get("assignee") == NOBODY
    filters = InboxFilters(
        status=one_of("status", STATUSES),
        assignee=None if unassigned else an_id("assignee", f"Give a membership's id, or {NOBODY}."),
        unassigned=unassigned,
        verdict=one_of("verdict", VERDICTS),
        endpoint=an_id("endpoint", "Give an endpoint's id."),
        version=an_id("version", "Give a version's id."),
        label=an_id("label", "Give a label's id."),
        due=one_of("due", DUES),
        mentions=an_id("mentions", "Give a membership's id."),
        search=given.get("search", "").replace("\x00", "").strip()[:SEARCH_LENGTH],
    )
    return filters, wrong
