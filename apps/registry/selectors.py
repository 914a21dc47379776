"""Reads of models and versions, inside the team's context."""

from uuid import UUID

from django.db.models import Prefetch, QuerySet

from apps.projects.models import Project
from apps.projects.selectors import project_for
from atrium.access.principals import TeamPrincipal
from atrium.errors import NotFound, require

from .models import Model, Version
from .permissions import can_see_models


def models_for(principal: TeamPrincipal, project: Project) -> list[Model]:
    """A project's models with their versions, newest first."""
    require(can_see_models(principal))
    return list(
        Model.objects.filter(project=project)
        .prefetch_related("versions__artifact", "versions__endpoints")
        .order_by("name")
    )


VERSIONS = Prefetch("versions", Version.objects.select_related("artifact"))


def listed_models(principal: TeamPrincipal, project_id: UUID) -> "QuerySet[Model]":
    """A project's models with VERSIONS."""
    require(can_see_models(principal), "This needs the scope models:read.")
    found = Model.objects.filter(project=project_for(principal, project_id))
    return found.select_related("project").prefetch_related(VERSIONS)


def model_for(principal: TeamPrincipal, model_id: UUID) -> Model:
    require(can_see_models(principal))
    model = Model.objects.select_related("project").filter(pk=model_id, project__deleting_at=None).first()
    if model is None:
        raise NotFound
    return model


def version_for(principal: TeamPrincipal, version_id: UUID, *, hold: bool = False) -> Version:
    """hold: nobody else changes, archives, deletes or begins to serve it before this transaction ends."""
    require(can_see_models(principal))
    living = Version.objects.filter(model__project__deleting_at=None)
    living = living.select_for_update(of=("self",), no_key=True) if hold else living
    version = living.select_related("model__project", "artifact").filter(pk=version_id).first()
    if version is None:
        raise NotFound
    return version


def model_by_slug(principal: TeamPrincipal, project: Project, slug: str) -> Model:
    """The model at a page's address."""
    require(can_see_models(principal))
    model = Model.objects.filter(project=project, slug=slug).select_related("project").first()
    if model is None:
        raise NotFound
    return model


def versions_of(principal: TeamPrincipal, model: Model) -> list[Version]:
    """A model's versions, newest first, with what serves them."""
    require(can_see_models(principal))
    return list(model.versions.select_related("model", "artifact").prefetch_related("endpoints"))


def version_by_number(principal: TeamPrincipal, model: Model, number: int) -> Version:
    """The version at a page's address."""
    require(can_see_models(principal))
    found = Version.objects.select_related("model__project", "artifact").prefetch_related("endpoints")
    version = found.filter(model=model, number=number).first()
    if version is None:
        raise NotFound
    return version
