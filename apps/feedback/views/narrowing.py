"""What the inbox's list is narrowed by: read from the address, offered as fields, shown as what can be undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from apps.endpoints.models import Endpoint
from apps.feedback.filters import NOBODY, InboxFilters, read_filters
from apps.feedback.models import Flag, Label
from apps.feedback.saved_views import views_for
from apps.feedback.selectors import counted
from apps.projects.models import Project
from apps.registry.models import Version
from apps.teams.models import Membership
from atrium.access.principals import Member, Role, Token

PAGE = 50
MOST = 1000
SHOWS = {"open": "Open", "mine": "Mine", "waiting": "Waiting", "mentions": "@ me", "resolved": "Resolved"}
ALL = "all"
FIELDS = ("label", "verdict", "assignee", "due", "endpoint", "version")
DUE_WORDS = (("overdue", "Overdue"), ("week", "Within a week"), ("later", "Later"), ("none", "Without a date"))
Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """show: of SHOWS, or ALL. filters: what the list is read by. given: the page's fields as they were chosen."""

    show: str
    filters: InboxFilters
    given: dict[str, str]
    rows: int

    def query(self, **changes: str) -> str:
        """The list's address with these parts changed, those that are empty left out."""
        parts = self.parts | {"rows": str(self.rows) if self.rows != PAGE else ""} | changes
        return urlencode({name: value for name, value in parts.items() if value})

    @property
    def parts(self) -> dict[str, str]:
        """What a view keeps of the address."""
        parts = {"show": self.show, "q": self.filters.search} | self.given
        return {name: value for name, value in parts.items() if value}

    @property
    def wider(self) -> str:
        """The same search over all cases, whatever their state; empty where it is that."""
        return self.query(show=ALL, rows="") if self.show != ALL and (self.filters.search or self.given) else ""

    @property
    def open(self) -> str:
        """The same search over open cases."""
        return self.query(show="open", rows="")

    @property
    def plain(self) -> str:
        """Without search and filters."""
        return urlencode({"show": self.show})


def narrowed(member: Member | Token, query: Mapping[str, str], resolved: bool = False) -> Narrowed:
    """resolved: whether the open case is, which chooses the list where the address does not."""
    show = query.get("show", "")
    if show not in (*SHOWS, ALL):
        show = "resolved" if resolved else "open"
    given = {name: query.get(name, "") for name in FIELDS}
    filters, wrong = read_filters(given | {"search": query.get("q", "")})
    bad = {error.field for error in wrong}
    given = {name: value for name, value in given.items() if value and name not in bad}
    status = {"resolved": "resolved", ALL: ""}.get(show, "open")
    filters = replace(filters, status=status, waiting=show == "waiting")
    if show == "mine":
        filters = replace(filters, assignee=member.membership_id, unassigned=False)
        given.pop("assignee", None)
    if show == "mentions":
        filters = replace(filters, mentions=member.membership_id)
    return Narrowed(show, filters, given, _number(query.get("rows", "")))


@dataclass(frozen=True, slots=True)
class Choice:
    """A field of the list's, as the page shows it. undone: the address without it, where it is chosen."""

    name: str
    label: str
    options: Choices
    value: str
    undone: str

    @property
    def words(self) -> str:
        return next((word for value, word in self.options if value == self.value), "Something that is gone")


def choices(
    project: Project, by: Narrowed, people: Sequence[tuple[UUID, str]], labels: Sequence[Label]
) -> list[Choice]:
    """Inside the team's context. people: as `members` has them. Versions: those that are or could be served."""
    endpoints = Endpoint.objects.filter(project=project).order_by("name").values_list("pk", "name")
    ready = Version.objects.filter(model__project=project, state=Version.State.READY)
    versions = ready.select_related("model").order_by("model__name", "-number")
    offered: dict[str, tuple[str, Choices]] = {
        "label": ("Label", [(str(label.pk), label.name) for label in labels]),
        "verdict": ("Verdict", Flag.Verdict.choices),
        "assignee": ("Assignee", [(NOBODY, "Nobody"), *((str(pk), name) for pk, name in people)]),
        "due": ("Due", DUE_WORDS),
        "endpoint": ("Endpoint", [(str(pk), name) for pk, name in endpoints]),
        "version": ("Version", [(str(version.pk), str(version)) for version in versions]),
    }
    if by.show == "mine":
        del offered["assignee"]
    return [
        Choice(name, label, options, by.given.get(name, ""), by.query(**{name: "", "rows": ""}))
        for name, (label, options) in offered.items()
    ]


@dataclass(frozen=True, slots=True)
class ViewShown:
    """A saved view with how many cases it finds now."""

    id: UUID
    name: str
    shared: bool
    query: str
    count: int
    is_current: bool


def saved_views(member: Member, project: Project, by: Narrowed) -> list[ViewShown]:
    """Inside the team's context. The one whose parts the list has is current."""
    found = [(view, narrowed(member, view.query)) for view in views_for(member, project)]
    return [
        ViewShown(
            id=view.pk,
            name=view.name,
            shared=view.owner_id is None,
            query=its.query(),
            count=counted(project, its.filters),
            is_current=its.parts == by.parts,
        )
        for view, its in found
    ]


def members(least: Role = Role.MEMBER) -> list[tuple[UUID, str]]:
    """Whom a case can be given to; from viewers on, who can be named."""
    found: Any = Membership.objects.filter(role__gte=least).select_related("user").order_by("user__name")
    return [(one.pk, str(one.user)) for one in found]


def _number(given: str) -> int:
    return min(max(int(given), PAGE), MOST) if given.isascii() and given.isdecimal() and len(given) < 6 else PAGE
