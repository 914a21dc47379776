"""The inbox: a project's cases, one of them open beside the list. A fragment is the same page, cut by the browser."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.endpoints.presentation import team_addresses
from apps.feedback.cases import CaseShown, case_for
from apps.feedback.deletion import delete_case
from apps.feedback.exports import FORMATS, exported
from apps.feedback.labels import labels_for
from apps.feedback.models import Label
from apps.feedback.permissions import can_delete_cases, can_write_inbox
from apps.feedback.replays import try_on
from apps.feedback.saved_views import delete_view, save_view
from apps.feedback.selectors import InboxRow, counted, counts_for, inbox_for, is_cut
from apps.feedback.services import assign, set_status, write_message
from apps.projects.views import ProjectView
from apps.registry.models import Version
from apps.teams.models import Membership
from atrium.access.principals import Role
from atrium.access.views import see
from atrium.errors import Invalid, NotFound, Problem
from atrium.pages.forms import id_in, optional_id
from atrium.tenancy.context import team_context

from .changes import change_shown
from .narrowing import ALL, MOST, PAGE, SHOWS, choices, members, narrowed, saved_views

EMPTY = {
    "open": ("No open cases", "What reviewers flag appears here. Send someone a link to start."),
    "mine": ("Nothing is assigned to you", "Open a case and choose yourself as its assignee, or press A."),
    "waiting": ("Nobody waits for an answer", "A case waits when a reviewer had the last word."),
    "mentions": ("Nobody has named you", "Who writes @ and your name in a message for the team brings the case here."),
    "resolved": (
        "Nothing is resolved yet",
        "Resolve a case when its question is answered, by a version if one mends it.",
    ),
    ALL: ("No cases", "What reviewers flag appears here. Send someone a link to start."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the list with its addresses. key: `j` or `k` beside the case that is open."""

    shown: InboxRow
    url: str
    thumbnail: str
    is_current: bool
    key: str


class InboxBase(ProjectView):
    """What every page of the inbox shares: the list as its filters say, beside the case that is open."""

    here = "inbox"

    def page(
        self,
        request: HttpRequest,
        thread_id: UUID | None = None,
        *,
        error: Invalid | None = None,
    ) -> HttpResponseBase:
        base = f"{self.url}inbox/"
        addresses = team_addresses(self.team_slug)
        case = case_for(self.member, thread_id, addresses, self.url) if thread_id else None
        by = narrowed(self.member, request.GET, resolved=bool(case and case.status == "resolved"))
        found = inbox_for(self.member, self.project, by.filters, limit=by.rows + 1)
        counts = counts_for(self.member, self.project, self.member.membership_id)
        is_all_sought = by.filters.search and len(found) <= by.rows  # then nothing is sought once more to be counted
        matching = len(found) if is_all_sought else counted(self.project, by.filters)
        people, labels = members(), list(labels_for(self.member, self.project))
        may_write = can_write_inbox(self.member)
        context: dict[str, Any] = {
            "shell": self.shell("Inbox"),
            "project": self.project,
            "base": base,
            "here": f"{base}{thread_id}/" if thread_id else base,
            "query": by.query(),
            "by": by,
            "search": by.filters.search,
            "choices": choices(self.project, by, people, labels),
            "views": saved_views(self.member, self.project, by),
            "filters": [
                (name, word, getattr(counts, name), by.query(show=name, rows="")) for name, word in SHOWS.items()
            ],
            "counts": counts,
            "rows": _rows(found[: by.rows], base, by.query(), thread_id, addresses.thumbnail),
            "more": by.query(rows=str(min(by.rows + PAGE, MOST))) if len(found) > by.rows < MOST else "",
            "empty": EMPTY[by.show],
            "case": case,
            "may_write": may_write,
            "may_delete": can_delete_cases(self.member),
            "error": error,
            "draft": request.POST if error else None,
            "labels": labels,
            "colours": Label.Colour.choices,
            "people": people,
            "matching": matching,
            "is_cut": is_cut(self.project, by.filters, matching),
            "done": change_shown(self.project, request.GET.get("done", "")),
        }
        if case:
            context |= self.acts(case, people) if may_write else {"admins": self.admins()}
        answer = TemplateResponse(request, "feedback/inbox.html", context, status=422 if error else 200)
        if request.headers.get("HX-Trigger") == "finder":
            answer["HX-Push-Url"] = f"{context['here']}?{by.query()}"  # a form's own would name every empty field
        return answer

    def acts(self, case: CaseShown, people: Sequence[tuple[UUID, str]]) -> dict[str, Any]:
        """Whom a case can go to, which versions can have mended it, and who can be named in a message."""
        ready = Version.objects.filter(model__project=self.project, state=Version.State.READY, archived_at=None)
        versions = ready.filter(interface__isnull=False).select_related("model").order_by("model__name", "-number")
        mine_first = sorted(versions, key=lambda version: version.model_id != case.model_id)
        mine = self.member.membership_id
        return {
            "members": [(pk, f"{name} (you)" if pk == mine else name) for pk, name in people],
            "versions": [(version.pk, str(version)) for version in mine_first],
            "names": json.dumps([name for _, name in members(Role.VIEWER)]),
        }

    def admins(self) -> str:
        """Who can change what a viewer may do."""
        members = Membership.objects.filter(role__gte=Role.ADMIN).select_related("user").order_by("-role", "user__name")
        return " or ".join(str(member.user) for member in members[:3])

    def listed(self, request: HttpRequest) -> str:
        """The list as it was, without a case."""
        return f"{self.url}inbox/?{narrowed(self.member, request.GET).query()}"

    def back(self, request: HttpRequest, thread_id: UUID) -> HttpResponse:
        """To the case, with the list as it was."""
        query = request.GET.urlencode()
        path = f"{self.url}inbox/{thread_id}/"
        return see(f"{path}?{query}" if query else path)


def _rows(found: list[InboxRow], base: str, query: str, current: UUID | None, thumbnail: Any) -> list[Row]:
    at = next((place for place, row in enumerate(found) if row.id == current), None)
    keys = {0: "j"} if at is None else {at + 1: "j", at - 1: "k"}
    return [
        Row(
            row,
            f"{base}{row.id}/?{query}",
            thumbnail(row.thumbnail) if row.thumbnail else "",
            row.id == current,
            keys.get(place, ""),
        )
        for place, row in enumerate(found)
    ]


class ListView(InboxBase):
    def get(self, request: HttpRequest, project: str) -> HttpResponseBase:
        self.open_project(project)
        return self.page(request)


class CaseView(InboxBase):
    def get(self, request: HttpRequest, project: str, thread_id: UUID) -> HttpResponseBase:
        self.open_project(project)
        return self.page(request, thread_id)


class ReplyView(InboxBase):
    """An answer to one reviewer or to all, or a note for the team only."""

    def post(self, request: HttpRequest, project: str, thread_id: UUID) -> HttpResponseBase:
        self.open_project(project)
        try:
            write_message(
                self.member,
                thread_id,
                body=request.POST.get("body", ""),
                internal=request.POST.get("internal") == "on",
                to_reviewer=optional_id(request.POST.get("to", ""), "to"),
            )
        except Invalid as error:
            return self.page(request, thread_id, error=error)
        return self.back(request, thread_id)


class AssignView(InboxBase):
    def post(self, request: HttpRequest, project: str, thread_id: UUID) -> HttpResponseBase:
        self.open_project(project)
        assign(self.member, thread_id, optional_id(request.POST.get("assignee", ""), "assignee"))
        return self.back(request, thread_id)


class StatusView(InboxBase):
    """Resolve, by a version where one mends it; or open again."""

    def post(self, request: HttpRequest, project: str, thread_id: UUID) -> HttpResponseBase:
        self.open_project(project)
        version = optional_id(request.POST.get("version", ""), "version")
        set_status(self.member, thread_id, request.POST.get("status", ""), version_id=version)
        return self.back(request, thread_id)


class TryView(InboxBase):
    """Ask another version what was judged, and resolve nothing."""

    def post(self, request: HttpRequest, project: str, thread_id: UUID) -> HttpResponseBase:
        self.open_project(project)
        version = id_in(request.POST.get("version", ""), "version")
        try:
            made = try_on(self.member, thread_id, version)
        except Problem as problem:
            if problem.status not in (400, 409, 410, 429):
                raise
            messages.error(request, problem.message)
            return self.back(request, thread_id)
        refused = next((each.refused for each in made if each.refused), "")
        if refused:
            messages.error(request, refused)
        return self.back(request, thread_id)


class SaveViewView(InboxBase):
    """The list as the address says it, by a name."""

    def post(self, request: HttpRequest, project: str) -> HttpResponseBase:
        self.open_project(project)
        by = narrowed(self.member, request.GET)
        name, shared = request.POST.get("name", ""), request.POST.get("shared") == "on"
        try:
            save_view(self.member, self.project, name=name, query=by.parts, shared=shared)
        except Invalid as error:
            messages.error(request, error.errors[0].message)
        else:
            messages.success(request, f"The view “{name.strip()}” is saved.")
        return see(f"{self.url}inbox/?{by.query()}")


class DeleteViewView(InboxBase):
    def post(self, request: HttpRequest, project: str, view_id: UUID) -> HttpResponseBase:
        self.open_project(project)
        delete_view(self.member, self.project, view_id)
        messages.success(request, "The view is deleted. Its cases stay.")
        return see(f"{self.url}inbox/")


class DeleteView(InboxBase):
    """The case for good, with its pictures and all that was said of it."""

    def post(self, request: HttpRequest, project: str, thread_id: UUID) -> HttpResponseBase:
        self.open_project(project)
        delete_case(self.member, thread_id)
        messages.success(request, "The case is deleted.")
        return see(f"{self.url}inbox/")


class ExportView(InboxBase):
    """Made without an open transaction: the pictures come from the store."""

    holds_context = False

    def get(self, request: HttpRequest, project: str, format: str) -> HttpResponseBase:
        with team_context(self.member):
            self.open_project(project)
        if format not in FORMATS:
            raise NotFound
        return exported(self.member, self.project, format)
