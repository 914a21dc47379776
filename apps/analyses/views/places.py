"""The addresses of one version's debugger."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from apps.analyses.models import SavedAnalysis


@dataclass(frozen=True, slots=True)
class Places:
    """Slugs of the team, the project and the dataset, and the version's number."""

    team: str
    project: str
    dataset: str
    number: int

    @property
    def datasets(self) -> str:
        return f"/t/{self.team}/{self.project}/datasets/"

    @property
    def version(self) -> str:
        """The page on which columns get their roles."""
        return f"{self.datasets}{self.dataset}/v{self.number}/"

    @property
    def page(self) -> str:
        return f"{self.version}debugger/"

    def answer(self, answer_id: UUID | str) -> str:
        return f"{self.page}answers/{answer_id}"

    def file(self, answer_id: UUID | str) -> str:
        return f"{self.answer(answer_id)}/file"

    def picture(self, answer_id: UUID | str, place: int) -> str:
        """Of the row at this place in an answer."""
        return f"{self.answer(answer_id)}/pictures/{place}"

    def bench(self, endpoint: str, cases: Sequence[UUID]) -> str:
        """Of an endpoint, by its slug, with these cases, the first of them open."""
        ids = [str(each) for each in cases]
        return f"/t/{self.team}/{self.project}/endpoints/{endpoint}/bench/?cases={','.join(ids)}#{ids[0]}"

    def slice(self, slice_id: UUID | str) -> str:
        return f"{self.page}slices/{slice_id}"

    def analysis(self, found: SavedAnalysis) -> str:
        """The page that opens it, of the version that it was saved of."""
        return f"{self.datasets}{self.dataset}/v{found.version.number}/debugger/?analysis={found.pk}"

    def urls(self) -> dict[str, str]:
        """What the page calls; `{id}` stands for an answer's."""
        page = self.page
        return {
            "ask": f"{page}ask",
            "answer": self.answer("{id}"),
            "cancel": f"{self.answer('{id}')}/cancel",
            "slices": f"{page}slices",
            "saved": f"{page}saved",
            "export": f"{page}export",
            "dataset": f"{page}dataset",
            "pictures": f"{page}pictures",
            "cases": f"{page}cases",
            "endpoints": f"/t/{self.team}/{self.project}/endpoints/",
        }
