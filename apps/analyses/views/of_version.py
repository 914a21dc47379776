"""The debugger at an address that only a dataset's version is known for: a case keeps the version's id, and no slug."""

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.datasets.selectors import version_for
from apps.projects.views import ProjectView
from atrium.access.views import see
from atrium.errors import NotFound

from .places import Places


class DebuggerOfVersion(ProjectView):
    def get(self, request: HttpRequest, project: str, dataset_version_id: UUID) -> HttpResponseBase:
        self.open_project(project)
        version = version_for(self.member, dataset_version_id)
        if version.dataset.project_id != self.project.pk:
            raise NotFound
        return see(Places(self.team_slug, project, version.dataset.slug, version.number).page)
