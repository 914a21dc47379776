"""What came of a comparison, and what readers said as a table to take away."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.comparisons.agreement import Share
from apps.comparisons.exports import as_csv
from apps.comparisons.results import Results, results_of
from apps.comparisons.words import found_words, percent
from atrium.pages.shell import Place

from .base import ComparisonBase


@dataclass(frozen=True, slots=True)
class Bar:
    """A share as a bar with its interval: lengths in per cent of the track."""

    name: str
    told: str
    interval: str
    at: str
    low: str
    width: str


def bar(name: str, of: Share) -> Bar:
    if of.value is None or of.low is None or of.high is None:
        return Bar(name, "–", "", "0%", "0%", "0%")
    return Bar(
        name,
        f"{of.hits} of {of.rows}",
        f"{percent(of.value)} ({percent(of.low)} to {percent(of.high)})",
        f"{100 * of.value:.1f}%",
        f"{100 * of.low:.1f}%",
        f"{100 * (of.high - of.low):.1f}%",
    )


class ResultsPage(ComparisonBase):
    def get(self, request: HttpRequest, project: str, endpoint: str, comparison_id: UUID) -> HttpResponseBase:
        self.find_comparison(project, endpoint, comparison_id)
        found: Results = results_of(self.comparison)
        context = {
            "shell": self.comparisons_shell("Results", Place(self.comparison.name, self.comparison_url)),
            "comparison": self.comparison,
            "here": self.comparison_url,
            "results": found,
            "found": found_words(found),
            "preferred": [bar(str(each.version), each.preferred) for each in found.preferred],
            "right": [bar(str(each.version), each.right) for each in found.preferred if each.right.rows],
            "first": bar("The answer that stood first", found.shown_first),
        }
        return TemplateResponse(request, "comparisons/results.html", context)


class ExportView(ComparisonBase):
    def get(self, request: HttpRequest, project: str, endpoint: str, comparison_id: UUID) -> HttpResponseBase:
        self.find_comparison(project, endpoint, comparison_id)
        return as_csv(self.member, self.comparison.pk)
