"""Where things of a team and of a project are found: the slug that a name becomes, and whole addresses of pages."""

from uuid import UUID

from django.utils.text import slugify

from apps.teams.models import Team
from atrium.addresses import absolute
from atrium.errors import FieldError, Invalid
from atrium.tenancy.context import OfTeam, team_context

from .models import Project

RESERVED = frozenset({"settings", "pictures", "predictions", "new", "projects"})
"""Addresses below a team that no project may take."""


def slug_of(name: str) -> str:
    """A name as addresses hold it, at most 60 letters, digits and hyphens; raises Invalid where none is left."""
    slug = slugify(name)[:60]
    if not slug:
        raise Invalid(FieldError("name", "invalid", "Use at least one letter or digit in the name."))
    return slug


_slugs: dict[UUID, str] = {}
"""Of the teams that this process has met: a team keeps its slug for good."""


def team_url(owned: OfTeam) -> str:
    """The page of the team that a principal acts in or that a row belongs to, a slash at its end."""
    slug = _slugs.get(owned.team_id)
    if slug is None:
        with team_context(owned):
            slug = _slugs.setdefault(owned.team_id, Team.objects.get(pk=owned.team_id).slug)
    return absolute(f"/t/{slug}/")


def project_url(project: Project) -> str:
    """The project's page, a slash at its end."""
    return f"{team_url(project)}{project.slug}/"
