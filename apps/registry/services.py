"""Registering models and bringing their versions in."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db.models import ProtectedError
from django.utils import timezone
from uuid6 import uuid7

from apps.artifacts import uploads
from apps.artifacts.deletion import remove
from apps.artifacts.services import discard, keep, store, unless_refused
from apps.jobs import idempotency
from apps.jobs.models import Job, UsageEntry
from apps.jobs.selectors import on_reduced_floor
from apps.jobs.services import submit
from apps.projects.addresses import slug_of
from apps.projects.selectors import project_for
from atrium import storage
from atrium.access.door import teams
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from atrium.errors import Conflict, FieldError, Invalid, Problem, require
from atrium.tenancy.context import team_context
from gpu_workers.protocol.interface import Interface

from .cards import checked_card
from .deciding import decided
from .examples import example_payload, files_of, read_example
from .inputs import described, new_bytes
from .interfaces import as_json, read_interface, require_same_steps, with_read_labels
from .models import Model, Version
from .permissions import can_change_models, can_download_models
from .selectors import model_for, version_for
from .twins import twin_of

TEAMS_ON_REDUCED_FLOOR = 2


def create_model(principal: TeamPrincipal, project_id: UUID, *, name: str) -> tuple[Model, bool]:
    """The project's model of that name, made where it is new; (model, whether it is new)."""
    slug = slug_of(name)
    with team_context(principal):
        require(can_change_models(principal), "Viewers cannot add models.")
        project = project_for(principal, project_id)
        model, is_new = Model.objects.get_or_create(project=project, slug=slug, defaults={"name": name.strip()})
        if is_new:
            record(principal, "model.created", model, project_id=project.pk)
    return model, is_new


def _require_floor() -> None:
    """On the reduced floor models of two teams are run at most: the demo's and one more."""
    if on_reduced_floor() and len(teams()) > TEAMS_ON_REDUCED_FLOOR:
        raise Problem("sandbox_reduced")


def create_version(
    principal: TeamPrincipal,
    model_id: UUID,
    *,
    size: int,
    sha256: bytes,
    format: str = "onnx",
    notes: str = "",
    card: Mapping[str, Any] | None = None,
    interface: Any = None,
    example: Mapping[str, Any] | None = None,
    key: str = "",
    body: bytes = b"",
) -> tuple[Version, list[uploads.Part]]:
    """Announce a file by its size and hash; returns where its parts go.

    interface: the declared one as JSON, or None to have one proposed. card: without one the version takes over that of
    the version before, so that no promotion takes "not for diagnosis" off a bench. example: input values for the
    probe. key, body: the Idempotency-Key and the request's body: a repeat returns the earlier version and its open
    parts. What was announced and sent just so before, with a key or without, is that version, with no part to send.
    """
    declared = None if interface is None else read_interface(interface)
    facts = checked_card(card or {})
    with team_context(principal):
        require(can_change_models(principal), "Viewers cannot upload models.")
        model = model_for(principal, model_id)
        _require_floor()
    given = async_to_sync(read_example)(declared, example or {})
    pictures = new_bytes(given.values())
    artifact = uploads.begin(principal.team_id, size, sha256, "application/octet-stream", settings.MODEL_BYTES)
    version = Version(id=uuid7(), team_id=principal.team_id, model=model, artifact=artifact)
    version.format, version.notes, version.card, version.example = format, notes, facts, described(given)
    version.declared = None if declared is None else as_json(declared)
    version.created_by = getattr(principal, "user_id", None)
    store(principal.team_id, pictures)
    with unless_refused(principal.team_id, pictures), team_context(principal):
        Model.objects.select_for_update().get(pk=model.pk)  # numbers are given in turn
        before = Version.objects.filter(model=model).order_by("-number").first()
        if before is not None and not facts:
            version.card = before.card
        twin = twin_of(version)
        earlier = idempotency.claim(principal, key, body, twin.pk if twin else version.pk)
        if earlier is None and twin is not None:
            earlier = twin.pk
        if earlier is None:
            artifact.save(force_insert=True)
            keep(pictures)
            version.number = 1 if before is None else before.number + 1
            version.save(force_insert=True)
            record(principal, "version.announced", version, project_id=model.project_id, size=size)
    if earlier is not None:
        discard(principal.team_id, pictures)
        storage.abort_upload(artifact.key, artifact.upload)
        return upload_parts(principal, earlier)
    return version, uploads.parts(artifact)


def _uploaded(principal: TeamPrincipal, version_id: UUID) -> Version:
    with team_context(principal):
        require(can_change_models(principal), "Viewers cannot upload models.")
        return version_for(principal, version_id)


def upload_parts(principal: TeamPrincipal, version_id: UUID) -> tuple[Version, list[uploads.Part]]:
    """Fresh addresses for the parts that have not arrived: an upload resumes here after a cut."""
    version = _uploaded(principal, version_id)
    if version.state != Version.State.UPLOADING:
        return version, []
    return version, uploads.parts(version.artifact)


def complete_version(principal: TeamPrincipal, version_id: UUID, etags: dict[int, str]) -> Version:
    """Close the upload and have the file inspected. Asked again it answers the same."""
    version = _uploaded(principal, version_id)
    if version.state != Version.State.UPLOADING:
        return version
    artifact = version.artifact
    uploads.complete(artifact, etags)
    with team_context(principal):
        changed = Version.objects.filter(pk=version.pk, state=Version.State.UPLOADING).update(
            state=Version.State.INSPECTING
        )
        if changed:
            artifact.save(update_fields=["upload"])
            _inspect(version)
            record(principal, "version.uploaded", version, project_id=version.model.project_id)
        return version_for(principal, version_id)


def _inspect(version: Version) -> None:
    artifact = version.artifact
    submit(
        "inspect",
        version.pk,
        {
            "key": artifact.key,
            "sha256": bytes(artifact.sha256).hex(),
            "size": artifact.size,
            "format": version.format,
            "declared": version.declared,
            "example": example_payload(version),
        },
        priority=Job.Priority.BATCH,
        project_id=version.model.project_id,
        version_id=None,
    )


def retry_inspection(principal: TeamPrincipal, version_id: UUID) -> Version:
    """Once more, for a version whose inspection failed through no fault of its own."""
    with team_context(principal):
        require(can_change_models(principal))
        version = version_for(principal, version_id)
        if not Version.objects.filter(pk=version.pk, state=Version.State.FAILED).update(state=Version.State.INSPECTING):
            raise Conflict(f"The version is {version.state}; only a failed one is inspected again.")
        _inspect(version)
        record(principal, "version.inspected_again", version, project_id=version.model.project_id)
        return version_for(principal, version_id)


def confirm_interface(principal: TeamPrincipal, version_id: UUID, interface: Any) -> Version:
    """Take the proposed interface, as it is or with names, classes and pre-processing filled in by the person."""
    confirmed = read_interface(interface)
    with team_context(principal):
        require(can_change_models(principal))
        version = version_for(principal, version_id, hold=True)
        if version.state != Version.State.READY:
            raise Problem("not_ready", f"The version is {version.state}; its interface is confirmed when it is ready.")
        if version.endpoints.exists() or UsageEntry.objects.filter(version_id=version.pk).exists():
            raise Conflict("This version has been served, so its interface stays. Upload a new version.", code="in_use")
        _require_same_tensors(version, confirmed)
        require_same_steps(confirmed, version.proposed or version.interface)
        confirmed = with_read_labels(confirmed, version.proposed or version.interface)
        version.interface, version.proposed = as_json(confirmed), None
        version.save(update_fields=["interface", "proposed"])
        record(principal, "version.confirmed_interface", version, project_id=version.model.project_id)
        decided(version)
    return version


def _require_same_tensors(version: Version, confirmed: Interface) -> None:
    """A confirmed interface names the tensors that the probe saw; names and pre-processing are the person's."""
    known = read_interface(version.proposed or version.interface or as_json(confirmed))
    for side in ("inputs", "outputs"):
        seen = {field.tensor or field.name for field in getattr(known, side)}
        for index, field in enumerate(getattr(confirmed, side)):
            if (field.tensor or field.name) not in seen:
                told = ", ".join(sorted(seen))
                raise Invalid(
                    FieldError(f"interface.{side}.{index}.tensor", "unknown", f"The model's tensors are {told}.")
                )


def change_version(
    principal: TeamPrincipal,
    version_id: UUID,
    *,
    notes: str | None = None,
    card: Mapping[str, Any] | None = None,
    archived: bool | None = None,
) -> Version:
    """What people say about a version may change; its file and its interface do not."""
    with team_context(principal):
        require(can_change_models(principal))
        version = version_for(principal, version_id, hold=True)
        if archived and version.endpoints.exists():
            raise Conflict("An endpoint serves this version. Promote another one first.", code="in_use")
        version.notes = version.notes if notes is None else notes
        version.card = version.card if card is None else checked_card(card)
        if archived is not None:
            version.archived_at = timezone.now() if archived else None
        version.save(update_fields=["notes", "card", "archived_at"])
        record(principal, "version.changed", version, project_id=version.model.project_id)
    return version


def delete_version(principal: TeamPrincipal, version_id: UUID) -> None:
    """Remove a version that nothing serves and nobody's prediction needs."""
    with team_context(principal):
        require(can_change_models(principal))
        version = version_for(principal, version_id, hold=True)
        artifact = version.artifact
        shown = files_of(version)
        record(principal, "version.deleted", version, project_id=version.model.project_id)
        try:
            version.delete()
        except ProtectedError as error:
            raise Conflict(
                "Predictions, a comparison or an endpoint need this version. Archive it instead.", code="in_use"
            ) from error
        remove([artifact.pk, *shown])
    if artifact.upload:
        storage.abort_upload(artifact.key, artifact.upload)


def download_version(principal: TeamPrincipal, version_id: UUID) -> Version:
    """Note that somebody takes a version's file away; the caller sends it."""
    with team_context(principal):
        require(can_download_models(principal), "Viewers cannot download models.")
        version = version_for(principal, version_id)
        if version.state == Version.State.UPLOADING:
            raise Problem("upload_incomplete")
        record(principal, "version.downloaded", version, project_id=version.model.project_id)
    return version
