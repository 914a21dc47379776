"""An endpoint's comparisons, and the form that makes one."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.comparisons.permissions import can_compare
from apps.comparisons.selectors import comparable_with, comparisons_of, example_titles, offered_cases, progress_of
from apps.comparisons.services import LEAST_VERSIONS, MOST_CASES, MOST_VERSIONS, NEEDS, create_comparison
from apps.endpoints.models import Prediction
from apps.endpoints.presentation import team_addresses
from apps.endpoints.views.endpoint import case
from atrium.access.views import see
from atrium.errors import Problem, require
from atrium.pages.forms import id_in, tell

from .base import ComparisonsBase

OFFERED = 24
"""Cases of each source that the form shows."""
SOURCES = {"examples": "Examples", "inbox": "Open cases in the inbox", "suite": "Cases of the suite"}
SHOWN = 100


class ComparisonForm(forms.Form):
    name = forms.CharField(
        max_length=120, required=False, label="Name", help_text="Left empty it is called after its versions."
    )
    question = forms.CharField(
        max_length=500,
        required=False,
        label="What readers are asked",
        help_text="As “Which answer would you act on?”. Without one they are asked which answer is better.",
    )
    blind = forms.BooleanField(
        required=False,
        label="Have it read blind",
        help_text="Reviewers by link, and members, say which answer is better without knowing which version said it. "
        "They see these cases, also those that other guests brought.",
    )


class ComparisonsPage(ComparisonsBase):
    def get(self, request: HttpRequest, project: str, endpoint: str) -> HttpResponseBase:
        self.find(project, endpoint)
        counted = comparisons_of(self.member, self.endpoint.pk).annotate(
            asked=Count("cases", distinct=True),
            read=Count("readings", filter=Q(readings__finished_at__isnull=False), distinct=True),
        )
        found = list(counted.order_by("-pk")[:SHOWN])
        progress = progress_of(found)
        context = {
            "shell": self.comparisons_shell("Comparisons"),
            "endpoint": self.endpoint,
            "here": self.comparisons_url,
            "lines": [
                {
                    "comparison": each,
                    "versions": [str(compared) for compared in each.versions.all()],
                    "progress": progress[each.pk],
                    "cases": each.asked,
                    "readings": each.read,
                }
                for each in found
            ],
            "may_compare": can_compare(self.member),
        }
        return TemplateResponse(request, "comparisons/comparisons.html", context)


class NewComparisonPage(ComparisonsBase):
    """`case` in its address: the id of a prediction that is chosen already."""

    def get(self, request: HttpRequest, project: str, endpoint: str) -> HttpResponseBase:
        self.find(project, endpoint)
        require(can_compare(self.member), NEEDS)
        return self.page(request, ComparisonForm(), request.GET)

    def post(self, request: HttpRequest, project: str, endpoint: str) -> HttpResponseBase:
        self.find(project, endpoint)
        require(can_compare(self.member), NEEDS)
        form = ComparisonForm(request.POST)
        if not form.is_valid():
            return self.page(request, form, request.POST, status=400)
        try:
            made = create_comparison(
                self.member,
                self.endpoint.pk,
                versions=[id_in(each, "versions") for each in request.POST.getlist("version")],
                predictions=[id_in(each, "cases") for each in dict.fromkeys(request.POST.getlist("case"))],
                **form.cleaned_data,
            )
        except Problem as problem:
            if problem.status not in (400, 409, 422):
                raise
            tell(form, problem)
            return self.page(request, form, request.POST, status=400)
        messages.success(request, "The versions are being asked. You may leave this page.")
        return see(f"{self.comparisons_url}{made.pk}/")

    def page(
        self, request: HttpRequest, form: ComparisonForm, given: QueryDict, *, status: int = 200
    ) -> HttpResponseBase:
        chosen = set(given.getlist("case"))
        versions = comparable_with(self.member, self.endpoint)
        ticked = set(given.getlist("version")) or {str(each.pk) for each in versions[:LEAST_VERSIONS]}
        named = [text for text in chosen if _is_id(text)]
        own = list(Prediction.objects.filter(endpoint=self.endpoint, pk__in=named).select_related("version__model"))
        groups: list[Mapping[str, Any]] = []
        if own:
            groups.append({"title": "Chosen", "cases": self.offered(own, on=True)})
        known = {each.pk for each in own}
        for source, title in SOURCES.items():
            found = [each for each in offered_cases(self.endpoint, source)[:OFFERED] if each.pk not in known]
            known |= {each.pk for each in found}
            if found:
                on = source == "examples" and not own and not form.is_bound
                groups.append({"title": title, "cases": self.offered(found, on=on)})
        context = {
            "shell": self.comparisons_shell("New comparison"),
            "endpoint": self.endpoint,
            "here": self.comparisons_url,
            "form": form,
            "versions": [(each, str(each.pk) in ticked) for each in versions],
            "groups": groups,
            "most_versions": MOST_VERSIONS,
            "most_cases": MOST_CASES,
        }
        return TemplateResponse(request, "comparisons/new.html", context, status=status)

    def offered(self, cases: Sequence[Prediction], *, on: bool) -> list[dict[str, Any]]:
        """As the form shows them: by the title of their example where they have one. on: whether they are ticked."""
        addresses, titles = team_addresses(self.team_slug), example_titles([each.pk for each in cases])
        return [case(each, addresses) | {"on": on, "title": titles.get(each.pk, "")} for each in cases]


def _is_id(text: str) -> bool:
    try:
        id_in(text, "cases")
    except Problem:
        return False
    return True
