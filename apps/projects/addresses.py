"""Where things of a project are found: the slug that a name becomes, and whole addresses of pages."""

from django.conf import settings
from django.utils.text import slugify

from apps.teams.models import Team
from atrium.errors import FieldError, Invalid

from .models import Project

RESERVED = frozenset({"settings", "pictures", "predictions", "new", "projects"})
"""Addresses below a team that no project may take."""


def slug_of(name: str) -> str:
    """A name as addresses hold it, at most 60 letters, digits and hyphens; raises Invalid where none is left."""
    slug = slugify(name)[:60]
    if not slug:
        raise Invalid(FieldError("name", "invalid", "Use at least one letter or digit in the name."))
    return slug


def project_url(project: Project) -> str:
    """The project's page with the site's address, a slash at its end; called inside the team's context."""
    return f"{settings.ATRIUM_URL}/t/{Team.objects.get(pk=project.team_id).slug}/{project.slug}/"
