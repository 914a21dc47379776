"""A model's suite: its cases with what is expected of each, how each version did, and what can be changed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.endpoints.words import counted
from apps.feedback.selectors import thread_for
from apps.feedback.words import answer_words
from apps.projects.views import ProjectView
from apps.registry.selectors import versions_of
from apps.registry.views.base import ModelsBase
from apps.suites.expected import words_of
from apps.suites.gate import gate_of
from apps.suites.permissions import can_change_suites, can_make_suites_refuse
from apps.suites.runs import cancel_run, start_run
from apps.suites.selectors import cases_of, report_of, reports_of, suite_for
from apps.suites.services import VIEWERS, add_cases, change_case, remove_case, set_refuses
from atrium.access.views import see
from atrium.errors import NotFound, Problem, require
from atrium.pages.shell import Place


class SuiteBase(ModelsBase):
    @property
    def suite_url(self) -> str:
        return f"{self.url}models/{self.model.slug}/suite/"


class SuitePage(SuiteBase):
    def get(self, request: HttpRequest, project: str, model: str) -> HttpResponseBase:
        self.find(project, model)
        suite = suite_for(self.member, self.model)
        cases = [] if suite is None else cases_of(suite)
        versions = [version for version in versions_of(self.member, self.model) if version.servable][:20]
        inbox = f"{self.url}inbox/"
        context = {
            "shell": self.shell("Suite", *self.way()),
            "model": self.model,
            "here": self.suite_url,
            "suite": suite,
            "cases": [
                {
                    "id": case.pk,
                    "url": f"{inbox}{case.thread_id}/",
                    "judged": answer_words(case.judged) if case.judged.answer else "withdrawn",
                    "version": str(case.judged.version),
                    "is_open": any(
                        _may_say(wanted, case.judged.answer, name) for name, wanted in case.expected.items()
                    ),
                    "outputs": [
                        (name, wanted, words_of(name, wanted), (case.judged.answer or {}).get(name, {}).get("kind"))
                        for name, wanted in case.expected.items()
                    ],
                }
                for case in cases
            ],
            "versions": list(zip(versions, reports_of(suite, versions), strict=True)) if suite and cases else [],
            "may_change": can_change_suites(self.member),
            "may_refuse": can_make_suites_refuse(self.member),
            "inbox": inbox,
        }
        return TemplateResponse(request, "suites/suite.html", context)

    def post(self, request: HttpRequest, project: str, model: str) -> HttpResponseBase:
        """All with a correction come in; or, for admins, whether a failing version can be promoted."""
        self.find(project, model)
        match request.POST.get("act", ""):
            case "add_corrected":
                made = add_cases(self.member, self.model.pk, None)
                told = f"{counted(len(made), 'case')} added." if made else "All that hold a correction are in already."
                messages.success(request, told)
            case "refuses":
                set_refuses(self.member, self.model.pk, request.POST.get("refuses") == "on")
                messages.success(request, "Saved.")
            case _:
                raise Problem("malformed", "There is no such button.")
        return see(self.suite_url)


class CaseAct(SuiteBase):
    """What is expected of a case, or that it goes."""

    def post(self, request: HttpRequest, project: str, model: str, case_id: UUID) -> HttpResponseBase:
        self.find(project, model)
        if request.POST.get("act") == "remove":
            return self.tried(
                request, lambda: remove_case(self.member, case_id), "It is out of the suite.", self.suite_url
            )
        expected = {
            name.removeprefix("value:"): _wanted(request, name.removeprefix("value:"))
            for name in request.POST
            if name.startswith("value:")
        }
        return self.tried(
            request, lambda: change_case(self.member, case_id, expected=expected), "Saved.", self.suite_url
        )


def _may_say(wanted: dict[str, Any], answer: dict[str, Any] | None, output: str) -> bool:
    """Whether the page has a field for what is expected of an output."""
    return bool(wanted["is"] != "as_before") or (answer or {}).get(output, {}).get("kind") == "number"


def _wanted(request: HttpRequest, output: str) -> dict[str, Any]:
    kind, value = request.POST.get(f"kind:{output}", ""), request.POST.get(f"value:{output}", "")
    tolerance = request.POST.get(f"tolerance:{output}", "")
    wanted: dict[str, Any] = {"is": kind}
    if kind != "as_before":
        wanted["value"] = _number(value) if kind == "number" else value
    if tolerance:
        wanted["tolerance"] = _number(tolerance)
    return wanted


def _number(text: str) -> Any:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


class RunPage(SuiteBase):
    """How one version did; while it is asked, how far it is."""

    def get(self, request: HttpRequest, project: str, model: str, number: int) -> HttpResponseBase:
        self.find(project, model, number)
        if suite_for(self.member, self.model) is None:
            raise NotFound
        report = report_of(self.version)
        if report is None:
            raise NotFound
        context = {
            "shell": self.shell(f"v{number}", *self.way(), Place("Suite", self.suite_url)),
            "gate": gate_of(self.member, self.version, report, self.url),
            "version": self.version,
        }
        was = request.GET.get("was")
        if was is not None and not report.is_open:
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        template = "suites/parts/progress.html" if was is not None else "suites/run.html"
        return TemplateResponse(request, template, context)

    def post(self, request: HttpRequest, project: str, model: str, number: int) -> HttpResponseBase:
        self.find(project, model, number)
        here = f"{self.suite_url}runs/v{number}/"
        if request.POST.get("act") == "cancel":
            report = report_of(self.version)
            if report is None or report.run is None:
                raise NotFound
            run = report.run
            return self.tried(request, lambda: cancel_run(self.member, run.pk), "Cancelled.", here)
        return self.tried(request, lambda: start_run(self.member, self.version.pk), "", here)


class AddCase(ProjectView):
    """The case that is open in the inbox comes into the suite of the model that was judged last."""

    here = "inbox"

    def post(self, request: HttpRequest, project: str, thread_id: UUID) -> HttpResponseBase:
        self.open_project(project)
        thread = thread_for(self.member, thread_id)
        require(can_change_suites(self.member), VIEWERS)
        judged = thread.flags.order_by("-created_at").values_list("prediction_id", "prediction__version__model_id")
        prediction, model = judged.first() or (None, thread.endpoint.version.model_id)
        return self.tried(
            request,
            lambda: add_cases(self.member, model, [prediction] if prediction else []),
            "It is in the suite: new versions are asked it before they are promoted.",
            f"{self.url}inbox/{thread_id}/",
        )
