"""A project's datasets, and one dataset with its versions."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.datasets.notebook import three_lines
from apps.datasets.selectors import datasets_for, versions_of
from apps.datasets.services import delete_dataset
from atrium.access.views import see
from atrium.errors import Conflict, Problem
from atrium.pages.shell import Place
from atrium.tenancy.context import team_context

from .base import DatasetsBase


class DatasetsPage(DatasetsBase):
    """Every dataset with its newest version, and how the next one is uploaded."""

    def get(self, request: HttpRequest, project: str) -> HttpResponseBase:
        self.find(project)
        rows = []
        for dataset in datasets_for(self.member, self.project):
            versions = list(dataset.versions.all())
            rows.append({"dataset": dataset, "newest": versions[0] if versions else None, "count": len(versions)})
        rows.sort(key=_newest, reverse=True)
        snippet = three_lines(settings.ATRIUM_URL, self.project.name)
        context = {"shell": self.shell("Datasets"), "rows": rows, "snippet": snippet}
        return self.respond(request, "datasets/datasets.html", context)


def _newest(row: dict[str, Any]) -> datetime:
    newest: datetime = (row["newest"] or row["dataset"]).created_at
    return newest


class DatasetPage(DatasetsBase):
    def get(self, request: HttpRequest, project: str, dataset: str) -> HttpResponseBase:
        self.find(project, dataset)
        context = {
            "shell": self.shell(self.dataset.name, Place("Datasets", self.datasets_url)),
            "dataset": self.dataset,
            "versions": versions_of(self.member, self.dataset),
            "here": self.dataset_url,
        }
        return self.respond(request, "datasets/dataset.html", context)


class DatasetActs(DatasetsBase):
    """Deleting a dataset; the service opens its own context."""

    holds_context = False

    def post(self, request: HttpRequest, project: str, dataset: str) -> HttpResponseBase:
        with team_context(self.member):
            self.find(project, dataset)
        if request.POST.get("act") != "delete":
            raise Problem("malformed", "There is no such button.")
        try:
            delete_dataset(self.member, self.dataset.pk)
        except Conflict as conflict:
            messages.error(request, conflict.message)
            return see(self.dataset_url)
        messages.success(request, f"{self.dataset} is deleted.")
        return see(self.datasets_url)
