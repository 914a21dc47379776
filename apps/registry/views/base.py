"""What pages of models share: the model and the version that the address names."""

from apps.projects.views import ProjectView
from apps.registry.models import Model, Version
from apps.registry.selectors import model_by_slug, version_by_number
from atrium.pages.shell import Place, Shell


class ModelsBase(ProjectView):
    """`project`, and `model` and `version` where the address names them; each raises NotFound for a stranger's."""

    model: Model
    version: Version
    here = "models"

    def find(self, project: str, model: str = "", number: int | None = None) -> None:
        """Called first in every handler, inside the team's context."""
        self.open_project(project)
        if model:
            self.model = model_by_slug(self.member, self.project, model)
        if number is not None:
            self.version = version_by_number(self.member, self.model, number)

    @property
    def version_url(self) -> str:
        return f"{self.url}models/{self.model.slug}/v{self.version.number}/"

    def version_shell(self, title: str) -> Shell:
        """Of a page below the version's own."""
        return self.shell(title, *self.way(), Place(f"v{self.version.number}", self.version_url))

    def way(self) -> tuple[Place, Place]:
        """From the project to the model."""
        models = f"{self.url}models/"
        return Place("Models", models), Place(self.model.name, f"{models}{self.model.slug}/")
