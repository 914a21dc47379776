"""One comparison: its cases with what each version says, and each case side by side."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.comparisons.models import ComparedCase
from apps.comparisons.permissions import can_change_comparisons, can_compare
from apps.comparisons.selectors import answers_in, asked_in, cases_in, progress_of, titles_of, versions_in
from apps.comparisons.services import ask_again, change_comparison, delete_comparison
from apps.comparisons.sides import Side, asked_shown, sides_of
from apps.endpoints.presentation import team_addresses
from apps.endpoints.words import counted
from atrium.access.views import see
from atrium.errors import NotFound, Problem
from atrium.pages.forms import optional_id
from atrium.pages.shell import Place

from .base import ComparisonBase


class ShownComparison(ComparisonBase):
    """What the page of a comparison and that of one of its cases say of it."""

    def context(self, progress: Any) -> dict[str, Any]:
        return {
            "comparison": self.comparison,
            "here": self.comparison_url,
            "progress": progress,
            "may_compare": can_compare(self.member),
        }

    def case_context(self, case: ComparedCase) -> dict[str, Any]:
        """`shown` of `comparisons/parts/case.html`."""
        addresses = team_addresses(self.team_slug)
        answers = answers_in(self.comparison, case)
        sides = sides_of(versions_in(self.comparison), answers.get(case.pk, {}), addresses)
        return {
            "title": titles_of([case])[case.pk],
            "asked": asked_shown(asked_in(case), addresses),
            "asked_url": addresses.prediction(case.asked_id),
            "sides": sides,
        }


class ComparisonPage(ShownComparison):
    """All cases in a table; a single one is shown at once."""

    def get(self, request: HttpRequest, project: str, endpoint: str, comparison_id: UUID) -> HttpResponseBase:
        self.find_comparison(project, endpoint, comparison_id)
        progress = progress_of([self.comparison])[self.comparison.pk]
        if "was" in request.GET:
            return self.still(request, progress.waiting)
        cases = cases_in(self.comparison)
        alone = cases[0] if len(cases) == 1 else None
        context = self.context(progress) | {
            "shell": self.comparisons_shell(self.comparison.name),
            "endpoint": self.endpoint,
            "versions": versions_in(self.comparison),
            "cases": len(cases),
            "begun": self.comparison.readings.count(),
            "finished": self.comparison.readings.exclude(finished_at=None).count(),
            "may_change": can_change_comparisons(self.member),
            "reading_url": f"{self.endpoint_url}bench/comparisons/{self.comparison.pk}/",
            "lines": [] if alone else self.lines(cases),
            "alone": self.case_context(alone) if alone else None,
            "only": request.GET.get("only", ""),
        }
        return TemplateResponse(request, "comparisons/comparison.html", context)

    def still(self, request: HttpRequest, waiting: int) -> HttpResponseBase:
        """For a page that looks again: it is drawn anew once something came."""
        if str(waiting) != request.GET["was"]:
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return HttpResponse(status=204)

    def lines(self, cases: list[ComparedCase]) -> list[dict[str, Any]]:
        versions, answers, titles = versions_in(self.comparison), answers_in(self.comparison), titles_of(cases)
        found = []
        for case in cases:
            sides = sides_of(versions, answers.get(case.pk, {}), None)
            found.append(
                {
                    "title": titles[case.pk],
                    "url": f"{self.comparison_url}{case.position}/",
                    "sides": sides,
                    "differs": any(side.differs for side in sides),
                    "told": _told(sides),
                }
            )
        return found

    def post(self, request: HttpRequest, project: str, endpoint: str, comparison_id: UUID) -> HttpResponseBase:
        self.find_comparison(project, endpoint, comparison_id)
        given, member, pk = request.POST, self.member, self.comparison.pk
        match given.get("act", ""):
            case "again":
                answer = optional_id(given.get("answer", ""), "answer")
                asked = ask_again(member, pk, answer)
                messages.success(request, f"{counted(asked, 'answer')} asked again.")
            case "close" | "open" as act:
                change_comparison(member, pk, closed=act == "close")
                told = "Closed. Its readers learn which version was which." if act == "close" else "Open again."
                messages.success(request, told)
            case "change":
                name, question = given.get("name", ""), given.get("question", "")
                return self.tried(
                    request,
                    lambda: change_comparison(member, pk, name=name, question=question),
                    "Saved.",
                    self.comparison_url,
                )
            case "delete":
                delete_comparison(member, pk)
                messages.success(request, f"“{self.comparison}” is deleted.")
                return see(self.comparisons_url)
            case _:
                raise Problem("malformed", "There is no such button.")
        return see(self.comparison_url)


def _told(sides: list[Side]) -> str:
    """What differs, in a few words."""
    told = (each.difference.words for side in sides for each in side.said if each.difference.is_there)
    return "; ".join(dict.fromkeys(told))


class CasePage(ShownComparison):
    """One case of several, by its place."""

    def get(
        self, request: HttpRequest, project: str, endpoint: str, comparison_id: UUID, position: int
    ) -> HttpResponseBase:
        self.find_comparison(project, endpoint, comparison_id)
        progress = progress_of([self.comparison])[self.comparison.pk]
        cases = {case.position: case for case in cases_in(self.comparison)}
        if position not in cases:
            raise NotFound
        places = sorted(cases)
        at = places.index(position)
        shown = self.case_context(cases[position])
        context = self.context(progress) | {
            "shell": self.comparisons_shell(shown["title"], Place(self.comparison.name, self.comparison_url)),
            "alone": shown,
            "number": at + 1,
            "of": len(places),
            "previous": f"{self.comparison_url}{places[at - 1]}/" if at else "",
            "next": f"{self.comparison_url}{places[at + 1]}/" if at + 1 < len(places) else "",
        }
        return TemplateResponse(request, "comparisons/case.html", context)
