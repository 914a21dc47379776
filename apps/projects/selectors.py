"""Reads of projects, inside the team's context."""

from uuid import UUID

from atrium.access.principals import TeamPrincipal
from atrium.errors import NotFound, require

from .models import Project
from .permissions import can_see_projects


def project_for(principal: TeamPrincipal, project_id: UUID) -> Project:
    require(can_see_projects(principal))
    project = Project.objects.filter(pk=project_id).first()
    if project is None:
        raise NotFound
    return project


def project_by_slug(principal: TeamPrincipal, slug: str) -> Project:
    require(can_see_projects(principal))
    project = Project.objects.filter(slug=slug).first()
    if project is None:
        raise NotFound
    return project
