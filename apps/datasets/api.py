"""REST: datasets and their versions."""

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
from gpu_workers.protocol.datasets import Kind, Role

from .models import Dataset, DatasetVersion
from .selectors import VERSIONS, dataset_for, listed_datasets, version_for
from .services import change_version, create_dataset, delete_dataset, delete_version, set_roles
from .uploading import complete_version, create_version, retry_reading, upload_parts

ROLES = (
    '{"column": "label"}: what columns are for, in words: id, label, prediction:<model>, probability:<model>:<class>, '
    "feature, group, weight, time, media, lat, lon, embedding, ignore. Others keep the role that they have."
)


class FactsOutput(serializers.Serializer[Any]):
    nulls = serializers.IntegerField(required=False)
    infinite = serializers.IntegerField(required=False)
    distinct = serializers.IntegerField(required=False)
    low = serializers.FloatField(required=False)
    high = serializers.FloatField(required=False)
    mean = serializers.FloatField(required=False)
    histogram = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="Rows in equally wide bins from low to high."
    )
    top = serializers.ListField(
        child=serializers.ListField(), required=False, help_text="The most frequent values, each [value, rows]."
    )
    notes = serializers.ListField(child=serializers.CharField(), required=False)


class ColumnOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind])
    role = serializers.ChoiceField(choices=[role.value for role in Role])
    model = serializers.CharField(required=False)
    of_class = serializers.CharField(required=False)
    facts = FactsOutput(required=False)


class MadeFromOutput(serializers.Serializer[Any]):
    version = serializers.UUIDField()
    name = serializers.CharField()
    what = serializers.CharField()
    notes = serializers.ListField(child=serializers.CharField(), required=False)
    run = serializers.UUIDField(required=False, help_text="Where a model was run over it.")
    model_version = serializers.UUIDField(required=False, allow_null=True, help_text="The model's, of a run.")


class DatasetVersionLine(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    dataset = serializers.UUIDField()
    dataset_name = serializers.CharField()
    project = serializers.UUIDField()
    state = serializers.ChoiceField(choices=DatasetVersion.State.choices)
    format = serializers.ChoiceField(choices=DatasetVersion.Format.choices)
    filename = serializers.CharField(allow_blank=True)
    size = serializers.IntegerField()
    sha256 = serializers.CharField(help_text="Of the file as it was uploaded.")
    rows = serializers.IntegerField()
    notes = serializers.CharField(allow_blank=True)
    remarks = serializers.ListField(child=serializers.CharField(), help_text="What reading found, in sentences.")
    rejected = RejectionOutput(allow_null=True)
    error = ErrorOutput(allow_null=True)
    made_from = MadeFromOutput(allow_null=True)
    roles_set_at = serializers.DateTimeField(allow_null=True, help_text="null while all roles are guesses.")
    archived = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    url = serializers.CharField()


class DatasetVersionOutput(DatasetVersionLine):
    columns = ColumnOutput(many=True)
    preview = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(allow_null=True)), help_text="The first rows, as text."
    )


class DatasetOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    project = serializers.UUIDField()
    versions = DatasetVersionLine(many=True)
    url = serializers.CharField()


class DatasetInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)


class DatasetVersionInput(FileInput):
    format = serializers.ChoiceField(choices=DatasetVersion.Format.values)
    filename = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    notes = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")
    roles = serializers.DictField(
        required=False,
        default=dict,
        help_text=f"{ROLES} Without any, those that people gave to the version before are taken over.",
    )


class DatasetAnnouncedOutput(serializers.Serializer[Any]):
    version = DatasetVersionOutput()
    upload = UploadOutput()


class DatasetVersionChange(serializers.Serializer[Any]):
    roles = serializers.DictField(required=False, help_text=ROLES)
    notes = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    archived = serializers.BooleanField(required=False)


def dataset_url(dataset: Dataset) -> str:
    return f"{project_url(dataset.project)}datasets/{dataset.slug}/"


def version_url(version: DatasetVersion) -> str:
    return f"{dataset_url(version.dataset)}v{version.number}/"


def line_shown(version: DatasetVersion) -> dict[str, Any]:
    """Without its columns. Called inside the team's context."""
    rejected = version.state == DatasetVersion.State.REJECTED
    return {
        "id": str(version.pk),
        "number": version.number,
        "dataset": str(version.dataset_id),
        "dataset_name": version.dataset.name,
        "project": str(version.dataset.project_id),
        "state": version.state,
        "format": version.format,
        "filename": version.filename,
        "size": version.file.size,
        "sha256": bytes(version.file.sha256).hex(),
        "rows": version.rows,
        "notes": version.notes,
        "remarks": version.remarks,
        "rejected": {"rule": version.rule, "reason": version.reason} if rejected else None,
        "error": version.error,
        "made_from": version.made_from,
        "roles_set_at": version.roles_set_at.isoformat() if version.roles_set_at else None,
        "archived": version.archived_at is not None,
        "created_at": version.created_at.isoformat(),
        "url": version_url(version),
    }


def version_shown(version: DatasetVersion) -> dict[str, Any]:
    """Called inside the team's context."""
    return line_shown(version) | {"columns": version.columns, "preview": version.preview}


def dataset_shown(dataset: Dataset) -> dict[str, Any]:
    """Called inside the team's context."""
    prefetch_related_objects([dataset], VERSIONS)  # asks nothing where a list has fetched them for all its rows
    return {
        "id": str(dataset.pk),
        "name": dataset.name,
        "slug": dataset.slug,
        "project": str(dataset.project_id),
        "versions": [line_shown(version) for version in dataset.versions.all()],
        "url": dataset_url(dataset),
    }


class DatasetsView(TeamAPIView):
    @extend_schema(operation_id="datasets_list", responses=listed(DatasetOutput))
    def get(self, request: Request, project_id: UUID) -> Response:
        with team_context(self.principal):
            return Response(page(request, listed_datasets(self.principal, project_id), dataset_shown))

    @extend_schema(request=DatasetInput, responses={200: DatasetOutput, 201: DatasetOutput})
    def post(self, request: Request, project_id: UUID) -> Response:
        dataset, is_new = create_dataset(self.principal, project_id, **parse(DatasetInput, request))
        with team_context(self.principal):
            return Response(dataset_shown(dataset_for(self.principal, dataset.pk)), status=201 if is_new else 200)


class DatasetView(TeamAPIView):
    @extend_schema(operation_id="datasets_read", responses=DatasetOutput)
    def get(self, request: Request, dataset_id: UUID) -> Response:
        with team_context(self.principal):
            return Response(dataset_shown(dataset_for(self.principal, dataset_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, dataset_id: UUID) -> Response:
        delete_dataset(self.principal, dataset_id)
        return Response(status=204)


class DatasetVersionsView(TeamAPIView):
    @extend_schema(request=DatasetVersionInput, responses={200: DatasetAnnouncedOutput, 201: DatasetAnnouncedOutput})
    def post(self, request: Request, dataset_id: UUID) -> Response:
        given = parse(DatasetVersionInput, request)
        given["sha256"] = bytes.fromhex(given["sha256"])
        version, parts = create_version(self.principal, dataset_id, **given, **repeatable(request))
        with team_context(self.principal):
            shown = version_shown(version_for(self.principal, version.pk))
        return Response({"version": shown, "upload": upload_shown(version.file, parts)}, status=201 if parts else 200)


class DatasetVersionView(TeamAPIView):
    @extend_schema(operation_id="dataset_versions_read", responses=DatasetVersionOutput)
    def get(self, request: Request, dataset_version_id: UUID) -> Response:
        return self._shown(dataset_version_id)

    @extend_schema(request=DatasetVersionChange, responses=DatasetVersionOutput)
    def patch(self, request: Request, dataset_version_id: UUID) -> Response:
        change = parse(DatasetVersionChange, request)
        with team_context(self.principal):
            if "roles" in change:
                set_roles(self.principal, dataset_version_id, change.pop("roles"))
            if change:
                change_version(self.principal, dataset_version_id, **change)
        return self._shown(dataset_version_id)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, dataset_version_id: UUID) -> Response:
        delete_version(self.principal, dataset_version_id)
        return Response(status=204)

    def _shown(self, dataset_version_id: UUID) -> Response:
        with team_context(self.principal):
            return Response(version_shown(version_for(self.principal, dataset_version_id)))


class DatasetUploadView(TeamAPIView):
    @extend_schema(operation_id="dataset_versions_upload", responses=UploadOutput)
    def get(self, request: Request, dataset_version_id: UUID) -> Response:
        version, parts = upload_parts(self.principal, dataset_version_id)
        return Response(upload_shown(version.file, parts))


class DatasetCompleteView(TeamAPIView):
    @extend_schema(request=CompleteInput, responses=DatasetVersionOutput)
    def post(self, request: Request, dataset_version_id: UUID) -> Response:
        complete_version(self.principal, dataset_version_id, etags_of(parse(CompleteInput, request)["parts"]))
        with team_context(self.principal):
            return Response(version_shown(version_for(self.principal, dataset_version_id)))


class DatasetReadView(TeamAPIView):
    @extend_schema(request=None, responses=DatasetVersionOutput)
    def post(self, request: Request, dataset_version_id: UUID) -> Response:
        retry_reading(self.principal, dataset_version_id)
        with team_context(self.principal):
            return Response(version_shown(version_for(self.principal, dataset_version_id)))
