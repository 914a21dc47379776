"""A project's models, and one model with its versions."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.registry.notebook import INSTALL, ten_lines
from apps.registry.permissions import can_change_models
from apps.registry.selectors import models_for, versions_of
from atrium.pages.shell import Place

from .base import ModelsBase


class ModelsPage(ModelsBase):
    """Every model with its newest version, and how the next one is uploaded."""

    def get(self, request: HttpRequest, project: str) -> HttpResponseBase:
        self.find(project)
        rows = []
        for model in models_for(self.member, self.project):
            versions = list(model.versions.all())
            serving = [version for version in versions if version.endpoints.all()]
            rows.append(
                {
                    "model": model,
                    "newest": versions[0] if versions else None,
                    "count": len(versions),
                    "serving": serving,
                }
            )
        context = {
            "shell": self.shell("Models"),
            "rows": rows,
            "may_change": can_change_models(self.member),
            "install": INSTALL,
            "snippet": ten_lines(settings.ATRIUM_URL, self.project.name),
        }
        return TemplateResponse(request, "registry/models.html", context)


class ModelPage(ModelsBase):
    def get(self, request: HttpRequest, project: str, model: str) -> HttpResponseBase:
        self.find(project, model)
        context = {
            "shell": self.shell(self.model.name, Place("Models", f"{self.url}models/")),
            "model": self.model,
            "versions": versions_of(self.member, self.model),
            "may_change": can_change_models(self.member),
        }
        return TemplateResponse(request, "registry/model.html", context)
