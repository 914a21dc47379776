"""Acts on many cases, the project's labels, and a case's labels and day."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.feedback.bulk import change_cases, read_day, undo_change
from apps.feedback.filters import InboxFilters
from apps.feedback.labels import change_label, create_label, delete_label, set_labels
from apps.feedback.services import set_due
from atrium.access.views import see
from atrium.errors import Invalid, Problem
from atrium.pages.forms import id_in

from .changes import cases
from .inbox import InboxBase
from .narrowing import narrowed


class ChangeManyView(InboxBase):
    """The chosen cases, or all that the list's filters find. `change` names the act; its value has an own field."""

    def post(self, request: HttpRequest, project: str) -> HttpResponseBase:
        self.open_project(project)
        by = narrowed(self.member, request.GET)
        act = request.POST.get("change", "")
        try:
            chosen: list[UUID] | InboxFilters = by.filters
            if request.POST.get("all") != "on":
                chosen = [id_in(one, "threads") for one in request.POST.getlist("thread")]
                if not chosen:
                    raise Invalid()
            field = {"assign": "assignee", "due": "day"}.get(act, "label")
            done = change_cases(self.member, self.project.pk, chosen, act=act, value=request.POST.get(field, ""))
        except Problem as problem:
            if problem.status not in (400,):
                raise
            errors = [error.message for error in problem.errors]
            messages.error(request, errors[0] if errors else "Choose cases first, then what is to be done to them.")
            return see(f"{self.url}inbox/?{by.query()}")
        if done.change is None:
            messages.success(request, "All of them were so already.")
        elif done.unchanged:
            messages.success(request, f"{cases(done.changed)} changed; {done.unchanged:,} were so already.")
        return see(f"{self.url}inbox/?{by.query(done=str(done.change or ''))}")


class UndoManyView(InboxBase):
    def post(self, request: HttpRequest, project: str, change_id: UUID) -> HttpResponseBase:
        self.open_project(project)
        done = undo_change(self.member, change_id)
        left = f" {done.unchanged:,} stayed: somebody changed them since, or they are gone." if done.unchanged else ""
        messages.success(request, f"Undone: {cases(done.changed)} as before.{left}")
        return see(self.listed(request))


class LabelsView(InboxBase):
    """A new label of the project's."""

    def post(self, request: HttpRequest, project: str) -> HttpResponseBase:
        self.open_project(project)
        name, colour = request.POST.get("name", ""), request.POST.get("colour", "")
        return self.tried(
            request,
            lambda: create_label(self.member, self.project.pk, name=name, colour=colour),
            "The label is there. Choose it on a case, or for many at once.",
            self.listed(request),
        )


class LabelView(InboxBase):
    """Rename, colour or delete one."""

    def post(self, request: HttpRequest, project: str, label_id: UUID) -> HttpResponseBase:
        self.open_project(project)
        to = self.listed(request)
        if request.POST.get("act") == "delete":
            done = "The label is deleted. Its cases stay."
            return self.tried(request, lambda: delete_label(self.member, label_id), done, to)
        name, colour = request.POST.get("name", ""), request.POST.get("colour", "")
        return self.tried(request, lambda: change_label(self.member, label_id, name=name, colour=colour), "Saved.", to)


class CaseLabelsView(InboxBase):
    def post(self, request: HttpRequest, project: str, thread_id: UUID) -> HttpResponseBase:
        self.open_project(project)
        set_labels(self.member, thread_id, [id_in(one, "labels") for one in request.POST.getlist("label")])
        return self.back(request, thread_id)


class DueView(InboxBase):
    def post(self, request: HttpRequest, project: str, thread_id: UUID) -> HttpResponseBase:
        self.open_project(project)
        day = request.POST.get("day", "")
        set_due(self.member, thread_id, read_day(day) if day else None)
        return self.back(request, thread_id)
