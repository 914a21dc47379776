"""What pages of comparisons share: the one that the address names, below its endpoint."""

from uuid import UUID

from apps.comparisons.models import Comparison
from apps.comparisons.selectors import comparison_for
from apps.endpoints.views.base import EndpointBase
from atrium.errors import NotFound
from atrium.pages.shell import Place, Shell


class ComparisonsBase(EndpointBase):
    @property
    def comparisons_url(self) -> str:
        return f"{self.endpoint_url}comparisons/"

    def comparisons_shell(self, title: str, *crumbs: Place) -> Shell:
        way = (
            Place("Endpoints", f"{self.url}endpoints/"),
            Place(self.endpoint.name, self.endpoint_url),
            Place("Comparisons", self.comparisons_url),
        )
        return self.shell(title, *way[: 3 if title != "Comparisons" else 2], *crumbs)


class ComparisonBase(ComparisonsBase):
    comparison: Comparison

    def find_comparison(self, project: str, endpoint: str, comparison_id: UUID) -> None:
        """Called first in every handler, inside the team's context; raises NotFound for a stranger's."""
        self.find(project, endpoint)
        self.comparison = comparison_for(self.member, comparison_id)
        if self.comparison.endpoint_id != self.endpoint.pk:
            raise NotFound

    @property
    def comparison_url(self) -> str:
        return f"{self.comparisons_url}{self.comparison.pk}/"
