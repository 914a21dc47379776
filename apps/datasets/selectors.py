"""Reads of datasets and their versions, inside the team's context."""

from uuid import UUID

from django.db.models import Prefetch, QuerySet

from apps.projects.models import Project
from apps.projects.selectors import project_for
from atrium.access.principals import TeamPrincipal
from atrium.errors import NotFound, Problem, require

from .models import Dataset, DatasetVersion, PredictionRun
from .permissions import can_see_data

NEEDS_SCOPE = "This needs the scope data:read."
LIGHT = DatasetVersion.objects.select_related("file").defer("columns", "preview")
"""Versions for lists: those of wide tables hold megabytes of facts."""
RUNS = PredictionRun.objects.select_related(
    "source__dataset__project", "version__model__project", "dataset__project", "made__dataset__project"
).defer("source__columns", "source__preview", "made__columns", "made__preview")
VERSIONS = Prefetch("versions", LIGHT)


def datasets_for(principal: TeamPrincipal, project: Project) -> list[Dataset]:
    """A project's datasets by name, each with its versions, newest first, without their columns."""
    require(can_see_data(principal), NEEDS_SCOPE)
    return list(Dataset.objects.filter(project=project).prefetch_related(VERSIONS).order_by("name"))


def listed_datasets(principal: TeamPrincipal, project_id: UUID) -> "QuerySet[Dataset]":
    require(can_see_data(principal), NEEDS_SCOPE)
    found = Dataset.objects.filter(project=project_for(principal, project_id))
    return found.select_related("project").prefetch_related(VERSIONS)


def dataset_for(principal: TeamPrincipal, dataset_id: UUID) -> Dataset:
    require(can_see_data(principal), NEEDS_SCOPE)
    dataset = Dataset.objects.select_related("project").filter(pk=dataset_id, project__deleting_at=None).first()
    if dataset is None:
        raise NotFound
    return dataset


def dataset_by_slug(principal: TeamPrincipal, project: Project, slug: str) -> Dataset:
    """The dataset at a page's address."""
    require(can_see_data(principal), NEEDS_SCOPE)
    dataset = Dataset.objects.filter(project=project, slug=slug).select_related("project").first()
    if dataset is None:
        raise NotFound
    return dataset


def versions_of(principal: TeamPrincipal, dataset: Dataset) -> list[DatasetVersion]:
    """A dataset's versions, newest first, without their columns."""
    require(can_see_data(principal), NEEDS_SCOPE)
    return list(LIGHT.filter(dataset=dataset).select_related("dataset", "file"))


def version_for(principal: TeamPrincipal, version_id: UUID) -> DatasetVersion:
    require(can_see_data(principal), NEEDS_SCOPE)
    living = DatasetVersion.objects.filter(dataset__project__deleting_at=None)
    version = living.select_related("dataset__project", "file", "table").filter(pk=version_id).first()
    if version is None:
        raise NotFound
    return version


def version_by_number(principal: TeamPrincipal, dataset: Dataset, number: int) -> DatasetVersion:
    """The version at a page's address."""
    require(can_see_data(principal), NEEDS_SCOPE)
    found = DatasetVersion.objects.select_related("dataset__project", "file", "table")
    version = found.filter(dataset=dataset, number=number).first()
    if version is None:
        raise NotFound
    return version


def version_for_ask(principal: TeamPrincipal, version_id: UUID) -> DatasetVersion:
    """A version whose table is there, without its columns. Raises not_ready where it is not read yet, or never was."""
    require(can_see_data(principal), NEEDS_SCOPE)
    living = LIGHT.filter(dataset__project__deleting_at=None).select_related("dataset", "table")
    version = living.filter(pk=version_id).first()
    if version is None:
        raise NotFound
    if version.state != DatasetVersion.State.READY:
        raise Problem("not_ready", f"{version} is {version.state}; it can be asked once it is ready.")
    return version


def source_of(principal: TeamPrincipal, version: DatasetVersion) -> DatasetVersion | None:
    """The version that it was made from, without its columns; None where there is none, or none any more.

    It is of the same project: rows do not leave theirs.
    """
    require(can_see_data(principal), NEEDS_SCOPE)
    if version.made_from is None:
        return None
    mine = LIGHT.filter(dataset__project_id=version.dataset.project_id).select_related("dataset")
    return mine.filter(pk=version.made_from["version"]).first()


def runs_of(principal: TeamPrincipal, version: DatasetVersion) -> "QuerySet[PredictionRun]":
    """What was run over it, the newest first."""
    require(can_see_data(principal), NEEDS_SCOPE)
    return RUNS.filter(source=version).order_by("-id")


def run_for(principal: TeamPrincipal, run_id: UUID) -> PredictionRun:
    require(can_see_data(principal), NEEDS_SCOPE)
    run = RUNS.filter(pk=run_id, source__dataset__project__deleting_at=None).first()
    if run is None:
        raise NotFound
    return run
