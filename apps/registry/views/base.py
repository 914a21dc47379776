"""What pages below a project share: the project, the model and the version that the address names."""

from typing import Any

from django.http import HttpRequest

from apps.projects.models import Project
from apps.projects.selectors import project_by_slug
from apps.projects.shell import shell_for
from apps.registry.models import Model, Version
from apps.registry.selectors import model_by_slug, version_by_number
from atrium.access.views import TeamView
from atrium.pages.shell import Place, Shell


class ModelsBase(TeamView):
    """`project`, and `model` and `version` where the address names them; each raises NotFound for a stranger's."""

    project: Project
    model: Model
    version: Version

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.team_slug: str = kwargs["team"]

    def find(self, project: str, model: str = "", number: int = 0) -> None:
        """Called first in every handler, inside the team's context."""
        self.project = project_by_slug(self.member, project)
        if model:
            self.model = model_by_slug(self.member, self.project, model)
        if number:
            self.version = version_by_number(self.member, self.model, number)

    @property
    def url(self) -> str:
        """Of the project."""
        return f"/t/{self.team_slug}/{self.project.slug}/"

    @property
    def version_url(self) -> str:
        return f"{self.url}models/{self.model.slug}/v{self.version.number}/"

    def shell(self, title: str, *crumbs: Place) -> Shell:
        return shell_for(self.member, title, project=self.project, here="models", crumbs=crumbs)

    def version_shell(self, title: str) -> Shell:
        """Of a page below the version's own."""
        return self.shell(title, *self.way(), Place(f"v{self.version.number}", self.version_url))

    def way(self) -> tuple[Place, Place]:
        """From the project to the model."""
        models = f"{self.url}models/"
        return Place("Models", models), Place(self.model.name, f"{models}{self.model.slug}/")
