"""The base of pages below a project."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from atrium.access.views import TeamView, see
from atrium.errors import Problem
from atrium.pages.shell import Place, Shell

from .models import Project
from .selectors import project_by_slug
from .shell import shell_for

TOLD = (400, 409, 429)
"""Statuses of problems that the page itself tells."""


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

    def tried(self, request: HttpRequest, act: Callable[[], object], done: str, to: str) -> HttpResponseBase:
        """What a form asks for, then the page `to`, which says `done`, or what forbids it."""
        try:
            act()
        except Problem as problem:
            if problem.status not in TOLD:
                raise
            messages.error(request, problem.errors[0].message if problem.errors else problem.message)
        else:
            if done:
                messages.success(request, done)
        return see(to)
