"""Datasets, and what people say and do of their versions once these are there."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import ProtectedError
from django.utils import timezone

from apps.projects.addresses import slug_of
from apps.projects.selectors import project_for
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from atrium.errors import Conflict, FieldError, Invalid, Problem, require
from atrium.tenancy.context import team_context

from .deletion import delete_runs, delete_versions
from .models import Dataset, DatasetVersion, PredictionRun
from .permissions import can_change_data, can_download_data
from .roles import faults, field_of, given_to, read_all
from .selectors import dataset_for, version_for, version_for_ask
from .tables import as_json, columns_of

State = DatasetVersion.State
VIEWERS = "Viewers cannot change datasets."


def create_dataset(principal: TeamPrincipal, project_id: UUID, *, name: str) -> tuple[Dataset, bool]:
    """The project's dataset of that name, made where it is new; (dataset, whether it is new)."""
    slug = slug_of(name)
    with team_context(principal):
        require(can_change_data(principal), VIEWERS)
        project = project_for(principal, project_id)
        dataset, is_new = Dataset.objects.get_or_create(project=project, slug=slug, defaults={"name": name.strip()})
        if is_new:
            record(principal, "dataset.created", dataset, project_id=project.pk)
    return dataset, is_new


def set_roles(principal: TeamPrincipal, version_id: UUID, roles: Mapping[str, Any]) -> DatasetVersion:
    """Say what some columns are for, {column: words}; the others stay. Raises Invalid with each column's fault.

    The rows do not change, and an answer names the roles that it was given under.
    """
    given = read_all(roles)
    with team_context(principal):
        require(can_change_data(principal), VIEWERS)
        version = version_for_ask(principal, version_id)
        DatasetVersion.objects.select_for_update().get(pk=version.pk)  # two who change other columns both count
        version.refresh_from_db(fields=["columns"])
        columns = columns_of(version)
        names = {column.name for column in columns}
        unknown = [name for name in given if name not in names]
        if unknown:
            raise Invalid(*(FieldError(field_of(name), "unknown", f"There is no column “{name}”.") for name in unknown))
        chosen = given_to(columns, given)
        wrong = faults(chosen)
        if wrong:
            raise Invalid(*wrong)
        changed = sum(old != new for old, new in zip(columns, chosen, strict=True))
        version.columns, version.roles_set_at = as_json(chosen), timezone.now()
        version.save(update_fields=["columns", "roles_set_at"])
        record(principal, "dataset.changed_roles", version, project_id=version.dataset.project_id, columns=changed)
    return version


def change_version(
    principal: TeamPrincipal, version_id: UUID, *, notes: str | None = None, archived: bool | None = None
) -> DatasetVersion:
    with team_context(principal):
        require(can_change_data(principal), VIEWERS)
        version = version_for(principal, version_id)
        version.notes = version.notes if notes is None else notes
        if archived is not None:
            version.archived_at = timezone.now() if archived else None
        version.save(update_fields=["notes", "archived_at"])
        record(principal, "dataset.changed", version, project_id=version.dataset.project_id)
    return version


def delete_version(principal: TeamPrincipal, version_id: UUID) -> None:
    """Remove a version with its file, its table and what was asked of it."""
    with team_context(principal):
        require(can_change_data(principal), VIEWERS)
        version = version_for(principal, version_id)
        record(principal, "dataset.deleted_version", version, project_id=version.dataset.project_id)
        try:
            delete_versions([version])
        except ProtectedError as error:
            raise Conflict("Something is made of this version and needs it. Archive it instead.") from error


def delete_dataset(principal: TeamPrincipal, dataset_id: UUID) -> None:
    """Remove a dataset with all of its versions."""
    with team_context(principal):
        require(can_change_data(principal), VIEWERS)
        dataset = dataset_for(principal, dataset_id)
        versions = DatasetVersion.objects.filter(dataset=dataset).select_related("file")
        record(principal, "dataset.deleted", dataset, project_id=dataset.project_id)
        delete_runs(PredictionRun.objects.filter(dataset=dataset))
        delete_versions(list(versions.defer("columns", "preview")))
        dataset.delete()


def download_version(principal: TeamPrincipal, version_id: UUID) -> DatasetVersion:
    """Note that somebody takes a version's file away; the caller sends it."""
    with team_context(principal):
        require(can_download_data(principal), "Viewers cannot download datasets.")
        version = version_for(principal, version_id)
        if version.state == State.UPLOADING:
            raise Problem("upload_incomplete")
        record(principal, "dataset.downloaded", version, project_id=version.dataset.project_id)
    return version
