"""Writes of projects."""

from uuid import UUID

from apps.jobs import idempotency
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from atrium.errors import Conflict, FieldError, Invalid, require
from atrium.tenancy.context import team_context

from .addresses import RESERVED, slug_of
from .contents import held_in
from .models import Project
from .permissions import can_change_projects, can_change_retention, can_delete_projects
from .selectors import project_for

MOST_DAYS = 3650


def create_project(
    principal: TeamPrincipal, *, name: str, description: str = "", key: str = "", body: bytes = b""
) -> Project:
    """A project whose address comes from its name; raises Conflict where the address is taken.

    key, body: the Idempotency-Key and the request's body.
    """
    slug = slug_of(name)
    if slug in RESERVED:
        raise Conflict(f"The address “{slug}” is taken by Atrium itself. Choose another name.")
    with team_context(principal):
        require(can_change_projects(principal), "Viewers cannot make projects.")
        project = Project(name=name.strip(), slug=slug, description=description)
        earlier = idempotency.claim(principal, key, body, project.pk)
        if earlier is not None:
            return project_for(principal, earlier)
        if Project.objects.filter(slug=slug).exists():
            raise Conflict(f"There is a project “{slug}” already. Choose another name.")
        project.save(force_insert=True)
        record(principal, "project.created", project, project_id=project.pk)
    return project


def change_project(
    principal: TeamPrincipal,
    project_id: UUID,
    *,
    name: str | None = None,
    description: str | None = None,
    guests_explain: bool | None = None,
) -> Project:
    """The address stays when the name changes. guests_explain: whether reviewers on links may ask why."""
    with team_context(principal):
        require(can_change_projects(principal), "Viewers cannot change projects.")
        project = project_for(principal, project_id)
        project.name = name.strip() if name and name.strip() else project.name
        project.description = project.description if description is None else description
        project.guests_explain = project.guests_explain if guests_explain is None else guests_explain
        project.save(update_fields=["name", "description", "guests_explain"])
        record(principal, "project.changed", project, project_id=project.pk)
    return project


def change_retention(principal: TeamPrincipal, project_id: UUID, *, days: int) -> Project:
    """How long predictions live that nobody flagged; the next sweep, within ten minutes, goes by it."""
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(FieldError("days", "range", f"Between 1 and {MOST_DAYS} days."))
    with team_context(principal):
        require(can_change_retention(principal), "Only admins and owners change how long predictions are kept.")
        project = project_for(principal, project_id)
        project.retention_days = days
        project.save(update_fields=["retention_days"])
        record(principal, "project.changed_retention", project, project_id=project.pk, days=days)
    return project


def delete_project(principal: TeamPrincipal, project_id: UUID) -> None:
    """Refused while it holds models, endpoints or datasets: those are removed first, on purpose, with their bytes."""
    with team_context(principal):
        require(can_delete_projects(principal), "Only admins and owners delete projects.")
        project = project_for(principal, project_id)
        held = held_in(project)
        if held:
            told = f"The project holds {' and '.join(held)}. Delete them first, or the whole project in its settings."
            raise Conflict(told, code="in_use")
        record(principal, "project.deleted", project, project_id=project.pk)
        project.delete()
