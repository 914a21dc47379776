"""What the script of an upload asks: where the parts go, which have arrived, and to close it. JSON in and out."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from rest_framework import serializers

from apps.artifacts import uploads
from apps.artifacts.api import upload_shown
from apps.datasets.api import DatasetVersionInput
from apps.datasets.permissions import can_change_data
from apps.datasets.services import VIEWERS, create_dataset
from apps.datasets.uploading import complete_version, create_version, upload_parts, withdraw_upload
from atrium.access.api import validated
from atrium.access.parsing import body_of
from atrium.errors import Problem, require
from atrium.tenancy.context import team_context

from .base import DatasetsBase

UNNAMED = "Give the dataset a name."


class AnnouncedFile(DatasetVersionInput):
    name = serializers.CharField(max_length=80, error_messages={"blank": UNNAMED, "required": UNNAMED})


class UploadView(DatasetsBase):
    """Each service opens its own context: the store is asked in between."""

    holds_context = False

    def handle_no_permission(self) -> Any:
        raise Problem("unauthenticated", "You are logged out. Log in in another tab, then go on here; nothing is lost.")


class Announce(UploadView):
    """A file by its name, size and hash. The same file announced again goes on where it was cut."""

    def post(self, request: HttpRequest, project: str) -> HttpResponseBase:
        with team_context(self.member):
            self.find(project)
            require(can_change_data(self.member), VIEWERS)
        given = validated(AnnouncedFile, body_of(request))
        given["sha256"] = bytes.fromhex(given["sha256"])
        uploads.check_size(given["size"], settings.DATASET_BYTES)
        self.dataset, _ = create_dataset(self.member, self.project.pk, name=given.pop("name"))
        self.version, parts = create_version(self.member, self.dataset.pk, **given)
        told = {"page": self.version_url, "state": self.version.state, **upload_shown(self.version.file, parts)}
        return JsonResponse(told, status=201 if parts else 200)


class Parts(UploadView):
    def get(self, request: HttpRequest, project: str, dataset: str, number: int) -> HttpResponseBase:
        with team_context(self.member):
            self.find(project, dataset, number)
        version, parts = upload_parts(self.member, self.version.pk)
        return JsonResponse({"state": version.state, **upload_shown(version.file, parts)})


class Withdraw(UploadView):
    def post(self, request: HttpRequest, project: str, dataset: str, number: int) -> HttpResponseBase:
        with team_context(self.member):
            self.find(project, dataset, number)
        withdraw_upload(self.member, self.version.pk)
        return JsonResponse({})


class Complete(UploadView):
    """The store says which parts arrived; the worker compares the whole with its hash."""

    def post(self, request: HttpRequest, project: str, dataset: str, number: int) -> HttpResponseBase:
        with team_context(self.member):
            self.find(project, dataset, number)
        version = complete_version(self.member, self.version.pk, {})
        return JsonResponse({"state": version.state})
