"""Reads of models and versions, inside the team's context."""

from uuid import UUID

from apps.projects.models import Project
from atrium.access.principals import TeamPrincipal
from atrium.errors import NotFound, require

from .models import Model, Version
from .permissions import can_see_models


def models_for(principal: TeamPrincipal, project: Project) -> list[Model]:
    """A project's models with their versions, newest first."""
    require(can_see_models(principal))
    return list(Model.objects.filter(project=project).prefetch_related("versions__artifact").order_by("name"))


def model_for(principal: TeamPrincipal, model_id: UUID) -> Model:
    require(can_see_models(principal))
    model = Model.objects.select_related("project").filter(pk=model_id).first()
    if model is None:
        raise NotFound
    return model


def version_for(principal: TeamPrincipal, version_id: UUID) -> Version:
    require(can_see_models(principal))
    version = Version.objects.select_related("model__project", "artifact").filter(pk=version_id).first()
    if version is None:
        raise NotFound
    return version
