"""REST: models and versions."""

from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.artifacts.api import (
    CompleteInput,
    ErrorOutput,
    FileInput,
    RejectionOutput,
    UploadOutput,
    etags_of,
    upload_shown,
)
from apps.projects.addresses import project_url
from atrium.access.api import TeamAPIView, parse
from atrium.access.creations import repeatable
from atrium.access.pagination import listed, page
from atrium.tenancy.context import team_context

from .cards import card_of
from .models import Model, Version
from .selectors import VERSIONS, listed_models, model_for, version_for
from .services import (
    change_version,
    complete_version,
    confirm_interface,
    create_model,
    create_version,
    delete_version,
    retry_inspection,
    upload_parts,
)
from .twins import notices_of


class CardSerializer(serializers.Serializer[Any]):
    purpose = serializers.CharField(allow_blank=True, required=False)
    not_for = serializers.CharField(allow_blank=True, required=False)
    validation = serializers.CharField(allow_blank=True, required=False)
    known_errors = serializers.CharField(allow_blank=True, required=False)
    contact = serializers.CharField(allow_blank=True, required=False)


class VersionOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    model = serializers.UUIDField()
    model_name = serializers.CharField()
    project = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Version.State.choices)
    format = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    notes = serializers.CharField(allow_blank=True)
    interface = serializers.DictField(allow_null=True)
    proposed_interface = serializers.DictField(allow_null=True)
    card = CardSerializer()
    report = serializers.DictField(allow_null=True)
    rejected = RejectionOutput(allow_null=True)
    error = ErrorOutput(allow_null=True)
    batch_axis = serializers.IntegerField(allow_null=True)
    archived = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    url = serializers.CharField()


class ModelOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    project = serializers.UUIDField()
    versions = VersionOutput(many=True)
    url = serializers.CharField()


INTERFACE = (
    '{"inputs": […], "outputs": […]}, each with a name, a kind and its options, as a version shows it; "steps": […] '
    "where its models run in more than one call. Inputs: bytes, "
    "image, text, number, choice, table. Outputs: label, number, text, image. Left out, one is proposed to confirm."
)


FORMAT = (
    "onnx: one ONNX file, its weights inside. bundle: a zip of stored entries without folders, one NAME.onnx and the "
    "files that the interface names (.json, .txt), such as labels or a tokenizer."
)


class ModelInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)


class VersionInput(FileInput):
    format = serializers.ChoiceField(choices=["onnx", "bundle"], default="onnx", help_text=FORMAT)
    notes = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")
    card = serializers.DictField(
        required=False, default=dict, help_text="Without one, the card of the version before is taken over."
    )
    interface = serializers.DictField(required=False, allow_null=True, default=None, help_text=INTERFACE)
    example = serializers.DictField(
        required=False,
        allow_null=True,
        default=None,
        help_text='The first case reviewers see, by input: {"film": "data:image/png;base64,…"}.',
    )


class AnnouncedOutput(serializers.Serializer[Any]):
    version = VersionOutput()
    upload = UploadOutput()
    notices = serializers.ListField(
        child=serializers.CharField(),
        help_text="Whether another version holds the same file, and whose card it has where none was given.",
    )


class VersionChange(serializers.Serializer[Any]):
    interface = serializers.DictField(required=False, help_text=INTERFACE)
    notes = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    card = serializers.DictField(required=False)
    archived = serializers.BooleanField(required=False)


def _page_url(model: Model) -> str:
    return f"{project_url(model.project)}models/{model.slug}/"


def version_shown(version: Version) -> dict[str, Any]:
    """Called inside the team's context."""
    rejected = version.state == Version.State.REJECTED
    return {
        "id": str(version.pk),
        "number": version.number,
        "model": str(version.model_id),
        "model_name": version.model.name,
        "project": str(version.model.project_id),
        "state": version.state,
        "format": version.format,
        "size": version.artifact.size,
        "sha256": bytes(version.artifact.sha256).hex(),
        "notes": version.notes,
        "interface": version.interface,
        "proposed_interface": version.proposed,
        "card": card_of(version),
        "report": version.report,
        "rejected": {"rule": version.rule, "reason": version.reason} if rejected else None,
        "error": version.error,
        "batch_axis": version.batch_axis,
        "archived": version.archived_at is not None,
        "created_at": version.created_at.isoformat(),
        "url": f"{_page_url(version.model)}v{version.number}/",
    }


def model_shown(model: Model) -> dict[str, Any]:
    """Called inside the team's context."""
    prefetch_related_objects([model], VERSIONS)  # asks nothing where a list has fetched them for all its rows
    return {
        "id": str(model.pk),
        "name": model.name,
        "slug": model.slug,
        "project": str(model.project_id),
        "versions": [version_shown(version) for version in model.versions.all()],
        "url": _page_url(model),
    }


class ModelsView(TeamAPIView):
    @extend_schema(operation_id="models_list", responses=listed(ModelOutput))
    def get(self, request: Request, project_id: UUID) -> Response:
        with team_context(self.principal):
            return Response(page(request, listed_models(self.principal, project_id), model_shown))

    @extend_schema(request=ModelInput, responses={200: ModelOutput, 201: ModelOutput})
    def post(self, request: Request, project_id: UUID) -> Response:
        model, is_new = create_model(self.principal, project_id, **parse(ModelInput, request))
        with team_context(self.principal):
            return Response(model_shown(model), status=201 if is_new else 200)


class ModelView(TeamAPIView):
    @extend_schema(operation_id="models_read", responses=ModelOutput)
    def get(self, request: Request, model_id: UUID) -> Response:
        with team_context(self.principal):
            return Response(model_shown(model_for(self.principal, model_id)))


class VersionsView(TeamAPIView):
    @extend_schema(request=VersionInput, responses={200: AnnouncedOutput, 201: AnnouncedOutput})
    def post(self, request: Request, model_id: UUID) -> Response:
        given = parse(VersionInput, request)
        given["sha256"] = bytes.fromhex(given["sha256"])
        version, parts = create_version(self.principal, model_id, **given, **repeatable(request))
        with team_context(self.principal):
            shown = version_shown(version_for(self.principal, version.pk))
            notices = notices_of(version, is_new=bool(parts), card_given=bool(given["card"]))
        answer = {"version": shown, "upload": upload_shown(version.artifact, parts), "notices": notices}
        return Response(answer, status=201 if parts else 200)


class VersionView(TeamAPIView):
    @extend_schema(operation_id="versions_read", responses=VersionOutput)
    def get(self, request: Request, version_id: UUID) -> Response:
        return self._shown(version_id)

    @extend_schema(request=VersionChange, responses=VersionOutput)
    def patch(self, request: Request, version_id: UUID) -> Response:
        change = parse(VersionChange, request)
        with team_context(self.principal):
            if "interface" in change:
                confirm_interface(self.principal, version_id, change.pop("interface"))
            if change:
                change_version(self.principal, version_id, **change)
        return self._shown(version_id)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, version_id: UUID) -> Response:
        delete_version(self.principal, version_id)
        return Response(status=204)

    def _shown(self, version_id: UUID) -> Response:
        with team_context(self.principal):
            return Response(version_shown(version_for(self.principal, version_id)))


class UploadView(TeamAPIView):
    @extend_schema(operation_id="versions_upload", responses=UploadOutput)
    def get(self, request: Request, version_id: UUID) -> Response:
        version, parts = upload_parts(self.principal, version_id)
        return Response(upload_shown(version.artifact, parts))


class CompleteView(TeamAPIView):
    @extend_schema(request=CompleteInput, responses=VersionOutput)
    def post(self, request: Request, version_id: UUID) -> Response:
        complete_version(self.principal, version_id, etags_of(parse(CompleteInput, request)["parts"]))
        with team_context(self.principal):
            return Response(version_shown(version_for(self.principal, version_id)))


class InspectView(TeamAPIView):
    @extend_schema(request=None, responses=VersionOutput)
    def post(self, request: Request, version_id: UUID) -> Response:
        retry_inspection(self.principal, version_id)
        with team_context(self.principal):
            return Response(version_shown(version_for(self.principal, version_id)))
