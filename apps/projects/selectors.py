"""Reads of projects, inside the team's context."""

from uuid import UUID

from django.db.models import QuerySet

from atrium.access.principals import TeamPrincipal
from atrium.errors import NotFound, require

from .models import Project
from .permissions import can_see_projects


def listed_projects(principal: TeamPrincipal, slug: str = "") -> "QuerySet[Project]":
    """The team's projects; with a slug, that of this address."""
    require(can_see_projects(principal), "This needs the scope models:read.")
    rows = Project.objects.all()
    asked = slug.replace("\x00", "\ufffd")  # which no slug contains
    return rows.filter(slug=asked) if slug else rows


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
