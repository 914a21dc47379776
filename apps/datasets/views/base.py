"""What pages of datasets share: the dataset and the version that the address names."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.datasets.models import Dataset, DatasetVersion
from apps.datasets.permissions import can_change_data
from apps.datasets.selectors import dataset_by_slug, version_by_number
from apps.projects.views import ProjectView
from atrium.pages.shell import Place


class DatasetsBase(ProjectView):
    """`project`, and `dataset` and `version` where the address names them; each raises NotFound for a stranger's."""

    dataset: Dataset
    version: DatasetVersion
    here = "datasets"

    def find(self, project: str, dataset: str = "", number: int | None = None) -> None:
        """Called first in every handler, inside the team's context."""
        self.open_project(project)
        if dataset:
            self.dataset = dataset_by_slug(self.member, self.project, dataset)
        if number is not None:
            self.version = version_by_number(self.member, self.dataset, number)

    @property
    def datasets_url(self) -> str:
        return f"{self.url}datasets/"

    @property
    def dataset_url(self) -> str:
        return f"{self.datasets_url}{self.dataset.slug}/"

    @property
    def version_url(self) -> str:
        return f"{self.dataset_url}v{self.version.number}/"

    def way(self) -> tuple[Place, Place]:
        """From the project to the dataset."""
        return Place("Datasets", self.datasets_url), Place(self.dataset.name, self.dataset_url)

    def respond(
        self, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200, *, uploads: bool = True
    ) -> HttpResponseBase:
        """uploads: whether files are sent from this page; then its script may speak with the store too."""
        shared = {
            "may_change": can_change_data(self.member),
            "announce": f"{self.datasets_url}uploads",
            "limit": settings.DATASET_BYTES,
            "limit_words": f"{settings.DATASET_BYTES // 2**30} GB",
        }
        response = TemplateResponse(request, template, shared | context, status=status)
        if uploads:
            store = urlsplit(settings.S3_PUBLIC_URL)
            response._csp_update = {"connect-src": [f"{store.scheme}://{store.netloc}"]}  # type: ignore[attr-defined]
        return response
