"""REST: how cases are sorted: labels, saved views, and one act on many of them."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.projects.addresses import project_url
from apps.projects.models import Project
from apps.projects.selectors import project_for
from atrium.access.api import TeamAPIView, parse
from atrium.access.pagination import listed, page
from atrium.access.principals import Token
from atrium.errors import FieldError, Invalid, NotFound, require
from atrium.tenancy.context import team_context

from .bulk import ACTS, Done, change_cases, undo_change
from .filters import InboxFilters, read_filters
from .labels import change_label, create_label, delete_label, labels_for
from .models import Label, SavedView
from .permissions import can_read_inbox
from .presentation import label_shown
from .saved_views import delete_view, save_view, view_for, views_for
from .selectors import counted
from .views.narrowing import ALL, FIELDS, SHOWS, narrowed

ME = "me"


def filters_of(principal: Token, project_id: UUID, query: dict[str, str]) -> InboxFilters:
    """What a query of a list names; in the team's context. Raises Invalid, NotFound for a view that is not there."""
    require(can_read_inbox(principal), "This needs the scope feedback:read.")
    if view_id := query.get("view"):
        try:
            view = view_for(principal, project_for(principal, project_id), UUID(view_id))
        except ValueError:
            raise Invalid(FieldError("view", "invalid", "Give a saved view's id.")) from None
        return narrowed(principal, view.query).filters
    mine = {name: str(principal.membership_id) for name in ("assignee", "mentions") if query.get(name) == ME}
    filters, wrong = read_filters(query | mine)
    if wrong:
        raise Invalid(*wrong)
    return filters


class LabelInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=40)
    colour = serializers.ChoiceField(choices=Label.Colour.values, required=False, default=Label.Colour.BLUE)


class LabelChange(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=40, required=False)
    colour = serializers.ChoiceField(choices=Label.Colour.values, required=False)


class LabelOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    colour = serializers.ChoiceField(choices=Label.Colour.values)


class LabelsView(TeamAPIView):
    @extend_schema(operation_id="labels_list", responses=listed(LabelOutput))
    def get(self, request: Request, project_id: UUID) -> Response:
        with team_context(self.principal):
            found = labels_for(self.principal, project_for(self.principal, project_id))
            return Response(page(request, found, label_shown))

    @extend_schema(request=LabelInput, responses={201: LabelOutput})
    def post(self, request: Request, project_id: UUID) -> Response:
        label = create_label(self.principal, project_id, **parse(LabelInput, request))
        return Response(label_shown(label), status=201)


class LabelView(TeamAPIView):
    @extend_schema(request=LabelChange, responses=LabelOutput)
    def patch(self, request: Request, label_id: UUID) -> Response:
        return Response(label_shown(change_label(self.principal, label_id, **parse(LabelChange, request))))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, label_id: UUID) -> Response:
        delete_label(self.principal, label_id)
        return Response(status=204)


PARTS = ("show", "q", *FIELDS)
PARTS_TOLD = f"The parts of the inbox’s address: {', '.join(PARTS)}. show is {', '.join(SHOWS)} or all."


def _query() -> Any:
    return serializers.DictField(child=serializers.CharField(max_length=200), help_text=PARTS_TOLD)


class ViewInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60)
    query = _query()
    shared = serializers.BooleanField(required=False, default=False, help_text="For all of the project.")


class ViewOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    query = _query()
    shared = serializers.BooleanField()
    cases = serializers.IntegerField(help_text="How many it finds now.")
    url = serializers.CharField()


def view_shown(principal: Token, view: SavedView, project: Project) -> dict[str, Any]:
    """Inside the team's context."""
    by = narrowed(principal, view.query)
    return {
        "id": str(view.pk),
        "name": view.name,
        "query": {name: value for name, value in view.query.items() if name in PARTS},
        "shared": view.owner_id is None,
        "cases": counted(project, by.filters),
        "url": f"{project_url(project)}inbox/?{by.query()}",
    }


def _check(query: dict[str, str]) -> None:
    unknown = [
        FieldError(f"query.{name}", "unknown", f"Give {', '.join(PARTS)}.") for name in query if name not in PARTS
    ]
    _, wrong = read_filters(query)
    shows = (*SHOWS, ALL)
    if query.get("show", ALL) not in shows:
        wrong.append(FieldError("show", "choice", f"Give one of {', '.join(shows)}."))
    errors = [*unknown, *(FieldError(f"query.{error.field}", error.code, error.message) for error in wrong)]
    if errors:
        raise Invalid(*errors)


class ViewsView(TeamAPIView):
    @extend_schema(operation_id="views_list", responses=listed(ViewOutput))
    def get(self, request: Request, project_id: UUID) -> Response:
        with team_context(self.principal):
            project = project_for(self.principal, project_id)
            found = views_for(self.principal, project)
            return Response(page(request, found, lambda view: view_shown(self.principal, view, project)))

    @extend_schema(request=ViewInput, responses={201: ViewOutput})
    def post(self, request: Request, project_id: UUID) -> Response:
        given = parse(ViewInput, request)
        with team_context(self.principal):
            project = project_for(self.principal, project_id)
            _check(given["query"])
            view = save_view(self.principal, project, **given)
            return Response(view_shown(self.principal, view, project), status=201)


class ViewView(TeamAPIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, view_id: UUID) -> Response:
        with team_context(self.principal):
            view = SavedView.objects.select_related("project").filter(pk=view_id).first()
            if view is None:
                raise NotFound
            delete_view(self.principal, view.project, view_id)
        return Response(status=204)


class ManyInput(serializers.Serializer[Any]):
    """Which cases, and what is done to them: either `threads`, or `filters` as the list takes them."""

    act = serializers.ChoiceField(choices=ACTS)
    value = serializers.CharField(
        max_length=60,
        required=False,
        allow_blank=True,
        default="",
        help_text="For assign a membership’s id, me, or empty; for due a day, or empty; for label and unlabel its id.",
    )
    threads = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=5000, required=False)
    filters = serializers.DictField(
        child=serializers.CharField(allow_blank=True), required=False, help_text='As the list’s: {"status": "open"}.'
    )


class ManyOutput(serializers.Serializer[Any]):
    act = serializers.ChoiceField(choices=ACTS)
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField(help_text="Chosen, and so already.")
    change = serializers.UUIDField(allow_null=True, help_text="By which it is undone, within a week.")


def done_shown(done: Done) -> dict[str, Any]:
    change = None if done.change is None else str(done.change)
    return {"act": done.act, "changed": done.changed, "unchanged": done.unchanged, "change": change}


class ManyView(TeamAPIView):
    @extend_schema(operation_id="threads_change", request=ManyInput, responses=ManyOutput)
    def post(self, request: Request, project_id: UUID) -> Response:
        given = parse(ManyInput, request)
        if ("threads" in given) == ("filters" in given):
            raise Invalid(FieldError("threads", "required", "Give either threads or filters."))
        value = str(self.principal.membership_id) if given["value"] == ME else given["value"]
        with team_context(self.principal):
            chosen = given.get("threads") or filters_of(self.principal, project_id, given.get("filters", {}))
            done = change_cases(self.principal, project_id, chosen, act=given["act"], value=value)
        return Response(done_shown(done))


class UndoView(TeamAPIView):
    @extend_schema(operation_id="threads_undo", request=None, responses=ManyOutput)
    def post(self, request: Request, change_id: UUID) -> Response:
        return Response(done_shown(undo_change(self.principal, change_id)))
