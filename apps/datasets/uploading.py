"""Bringing tables in: announced, sent in parts and read; or made of bytes that are in the store already."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from uuid6 import uuid7

from apps.artifacts import uploads
from apps.artifacts.models import Artifact
from apps.jobs import idempotency
from apps.jobs.services import submit
from atrium import storage
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from atrium.errors import Conflict, FieldError, Invalid, require
from atrium.tenancy.context import team_context

from .deletion import delete_versions
from .ingestion import Place, payload, place_for
from .models import Dataset, DatasetVersion
from .permissions import can_change_data
from .roles import read_all, words_of
from .selectors import dataset_for, version_for
from .services import VIEWERS
from .tables import columns_of

State = DatasetVersion.State
DECLARED = 5000
"""Columns whose roles can come with an upload."""


def create_version(
    principal: TeamPrincipal,
    dataset_id: UUID,
    *,
    format: str,
    size: int,
    sha256: bytes,
    filename: str = "",
    notes: str = "",
    roles: Mapping[str, Any] | None = None,
    key: str = "",
    body: bytes = b"",
) -> tuple[DatasetVersion, list[uploads.Part]]:
    """Announce a file by its size and hash; returns where its parts go.

    roles: {column: words}; without them a version takes over those that people gave to the version before. key, body:
    the Idempotency-Key and the request's body. What was announced just so before, with a key or without, is that
    version: with the parts that are still to come, so that an upload goes on after a cut, or with none.
    """
    declared = _declared(roles or {})
    with team_context(principal):
        require(can_change_data(principal), VIEWERS)
        dataset = dataset_for(principal, dataset_id)
    file = uploads.begin(principal.team_id, size, sha256, "application/octet-stream", settings.DATASET_BYTES)
    version = DatasetVersion(id=uuid7(), team_id=principal.team_id, dataset=dataset, file=file)
    version.format, version.filename, version.notes, version.declared = format, filename[:200], notes, declared
    version.created_by = getattr(principal, "user_id", None)
    with team_context(principal):
        before = _newest(dataset)
        if not declared:
            version.declared = _said_before(dataset)
        twin = _twin_of(version, said=bool(declared))
        earlier = idempotency.claim(principal, key, body, twin or version.pk) or twin
        if earlier is None:
            file.save(force_insert=True)
            version.number = 1 if before is None else before.number + 1
            version.save(force_insert=True)
            record(principal, "dataset.announced", version, project_id=dataset.project_id, size=size)
    if earlier is not None:
        storage.abort_upload(file.key, file.upload)
        return upload_parts(principal, earlier)
    return version, uploads.parts(file)


def _declared(roles: Mapping[str, Any]) -> dict[str, str]:
    if len(roles) > DECLARED:
        raise Invalid(FieldError("roles", "max_length", f"At most {DECLARED} roles come with an upload."))
    read_all(roles)
    return {name: words.strip() for name, words in roles.items()}


def _newest(dataset: Dataset) -> DatasetVersion | None:
    """The newest version, and numbers are given in turn: whoever asks next waits for this transaction's end."""
    Dataset.objects.select_for_update().get(pk=dataset.pk)
    return DatasetVersion.objects.filter(dataset=dataset).order_by("-number").first()


def _said_before(dataset: Dataset) -> dict[str, str]:
    read_before = DatasetVersion.objects.filter(dataset=dataset, state=State.READY).order_by("-number").first()
    return {} if read_before is None else _said_of(read_before)


def _said_of(version: DatasetVersion) -> dict[str, str]:
    """The roles of a version where people gave them, for one that comes after it or is made from it."""
    if version.roles_set_at is None:
        return {}
    return {column.name: words_of(column) for column in columns_of(version)}


def _twin_of(version: DatasetVersion, *, said: bool) -> UUID | None:
    """A version of the same file that is there, or on its way: a cell of a notebook is run again, a page is reloaded.

    A ready one was found to have the bytes of its hash; an open one is finished only with such. said: whether roles
    came with it; then they must be the same.
    """
    there = (State.UPLOADING, State.READING, State.READY)
    found = DatasetVersion.objects.filter(
        dataset_id=version.dataset_id,
        file__sha256=bytes(version.file.sha256),
        file__size=version.file.size,
        format=version.format,
        notes=version.notes,
        state__in=there,
        archived_at=None,
    )
    if said:
        found = found.filter(declared=version.declared)
    return found.order_by("-number").values_list("pk", flat=True).first()


def _uploaded(principal: TeamPrincipal, version_id: UUID) -> DatasetVersion:
    with team_context(principal):
        require(can_change_data(principal), VIEWERS)
        return version_for(principal, version_id)


def upload_parts(principal: TeamPrincipal, version_id: UUID) -> tuple[DatasetVersion, list[uploads.Part]]:
    """Fresh addresses for the parts that have not arrived: an upload goes on here after a cut."""
    version = _uploaded(principal, version_id)
    if version.state != State.UPLOADING:
        return version, []
    return version, uploads.parts(version.file)


def complete_version(principal: TeamPrincipal, version_id: UUID, etags: dict[int, str]) -> DatasetVersion:
    """Close the upload and have the file read. Asked again it answers the same."""
    version = _uploaded(principal, version_id)
    if version.state != State.UPLOADING:
        return version
    file = version.file
    uploads.complete(file, etags)
    place = place_for(file)
    with team_context(principal):
        if _begin_reading(version, State.UPLOADING, place):
            file.save(update_fields=["upload"])
            record(principal, "dataset.uploaded", version, project_id=version.dataset.project_id)
        return version_for(principal, version_id)


def _begin_reading(version: DatasetVersion, state: DatasetVersion.State, place: Place) -> bool:
    """Have the file of a version in this state read; False where it is in another by now."""
    version.place = place.id
    mine = DatasetVersion.objects.filter(pk=version.pk, state=state)
    if not mine.update(state=State.READING, place=version.place):
        return False
    version.state = State.READING
    submit("ingest", version.pk, payload(version, place.uploads), project_id=version.dataset.project_id)
    return True


def retry_reading(principal: TeamPrincipal, version_id: UUID) -> DatasetVersion:
    """Once more, for a version whose reading failed through no fault of its own."""
    with team_context(principal):
        require(can_change_data(principal), VIEWERS)
        version = version_for(principal, version_id)
    place = place_for(version.file)
    with team_context(principal):
        if not _begin_reading(version, State.FAILED, place):
            raise Conflict(f"The version is {version.state}; only a failed one is read again.")
        record(principal, "dataset.read_again", version, project_id=version.dataset.project_id)
        return version_for(principal, version_id)


def version_from(
    principal: TeamPrincipal,
    dataset: Dataset,
    file: Artifact,
    *,
    source: DatasetVersion,
    made_from: Mapping[str, Any],
    declared: Mapping[str, str] | None = None,
    author: UUID | None = None,
    format: str = "parquet",
    notes: str = "",
) -> DatasetVersion:
    """Make a version of bytes that are in the store already, and have them read; in the caller's context, who asks
    whether it may be.

    file: an unsaved artifact, or one that nothing else holds. source: the version that it was made from. made_from:
    what else `DatasetVersion.made_from` says, `what` in any case. declared: roles in words; without any it takes over
    what people said of the source's columns. author: a person's id.
    """
    before = _newest(dataset)
    if file._state.adding:
        file.save(force_insert=True)
    version = DatasetVersion.objects.create(
        dataset=dataset,
        number=1 if before is None else before.number + 1,
        file=file,
        format=format,
        notes=notes,
        declared=_said_of(source) if declared is None else dict(declared),
        made_from={"version": str(source.pk), "name": str(source), **made_from},
        created_by=author,
    )
    _begin_reading(version, State.UPLOADING, place_for(file))
    record(principal, "dataset.derived", version, project_id=dataset.project_id, source=str(source.pk))
    return version


def withdraw_upload(principal: TeamPrincipal, version_id: UUID) -> None:
    """Take an upload back that is not complete, and the dataset where it was made for this one."""
    with team_context(principal):
        require(can_change_data(principal), VIEWERS)
        version = version_for(principal, version_id)
        if version.state != State.UPLOADING:
            raise Conflict("The file has arrived. Delete the version on its page.")
        record(principal, "dataset.withdrew_upload", version, project_id=version.dataset.project_id)
        delete_versions([version])
        if not version.dataset.versions.exists():
            record(principal, "dataset.deleted", version.dataset, project_id=version.dataset.project_id)
            version.dataset.delete()
