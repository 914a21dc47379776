"""The base of pages below a project."""

from typing import Any

from django.http import HttpRequest

from atrium.access.views import TeamView
from atrium.pages.shell import Place, Shell

from .models import Project
from .selectors import project_by_slug
from .shell import shell_for


class ProjectView(TeamView):
    """`self.project` once `open_project` was called, inside the team's context. here: the section in the navigation."""

    project: Project
    here = ""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.team_slug: str = kwargs["team"]

    def open_project(self, slug: str) -> None:
        """Raises NotFound for a stranger's."""
        self.project = project_by_slug(self.member, slug)

    @property
    def url(self) -> str:
        """The project's address, with a slash at its end."""
        return f"/t/{self.team_slug}/{self.project.slug}/"

    def shell(self, title: str, *crumbs: Place, of: str = "") -> Shell:
        """of: what the page is about, where its title alone does not say it."""
        return shell_for(self.member, title, project=self.project, here=self.here, crumbs=crumbs, of=of)
