"""What pages of endpoints share: the endpoint that the address names."""

from apps.endpoints.models import Endpoint
from apps.endpoints.selectors import endpoint_by_slug
from apps.projects.views import ProjectView
from atrium.pages.shell import Place, Shell


class EndpointBase(ProjectView):
    endpoint: Endpoint
    here = "endpoints"

    def find(self, project: str, endpoint: str) -> None:
        """Called first in every handler, inside the team's context; raises NotFound for a stranger's."""
        self.open_project(project)
        self.endpoint = endpoint_by_slug(self.member, self.project, endpoint)

    @property
    def endpoint_url(self) -> str:
        return f"{self.url}endpoints/{self.endpoint.slug}/"

    def endpoint_shell(self) -> Shell:
        return self.shell(self.endpoint.name, Place("Endpoints", f"{self.url}endpoints/"))
