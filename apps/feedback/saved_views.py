"""The inbox as somebody likes to see it, kept by name: for oneself, or for all of a project."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.projects.models import Project
from atrium.access.principals import Member, Token
from atrium.audit.services import record
from atrium.errors import FieldError, Invalid, NotFound, require
from atrium.tenancy.context import team_context

from .models import SavedView
from .permissions import can_read_inbox, can_write_inbox

NAME_LENGTH = 60
MOST = 30
"""Of one person or one project."""


def views_for(member: Member | Token, project: Project) -> "QuerySet[SavedView]":
    """A project's own and the member's."""
    require(can_read_inbox(member))
    return SavedView.objects.filter(Q(owner=None) | Q(owner=member.membership_id), project=project)


def view_for(member: Member | Token, project: Project, view_id: UUID) -> SavedView:
    view = views_for(member, project).filter(pk=view_id).first()
    if view is None:
        raise NotFound
    return view


def save_view(
    member: Member | Token, project: Project, *, name: str, query: Mapping[str, str], shared: bool
) -> SavedView:
    """Keep it; one of the same name is replaced. shared: for all of the project, who may replace and delete it too."""
    name = name.replace("\x00", "").strip()
    if not 0 < len(name) <= NAME_LENGTH:
        raise Invalid(FieldError("name", "max_length", f"Give the view a name of up to {NAME_LENGTH} characters."))
    with team_context(member):
        require(can_write_inbox(member), "Viewers cannot save views.")
        owner = None if shared else member.membership_id
        beside = SavedView.objects.filter(project=project, owner=owner)
        if beside.exclude(name=name).count() >= MOST:
            raise Invalid(FieldError("name", "too_many", f"There are {MOST} views already: delete one first."))
        view, _ = SavedView.objects.update_or_create(
            project=project, owner_id=owner, name=name, defaults={"query": dict(query)}
        )
        record(member, "inbox_view.saved", view, project_id=project.pk, shared=shared)
    return view


def delete_view(member: Member | Token, project: Project, view_id: UUID) -> None:
    with team_context(member):
        require(can_write_inbox(member), "Viewers cannot delete views.")
        view = view_for(member, project, view_id)
        record(member, "inbox_view.deleted", view, project_id=project.pk)
        view.delete()
