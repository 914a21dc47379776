"""REST: a model's suite, and how a version did in it."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.endpoints.api.shapes import ServedVersion
from apps.endpoints.presentation import version_named
from apps.projects.addresses import project_url
from apps.registry.models import Model, Version
from apps.registry.selectors import model_for, version_for
from atrium.access.api import TeamAPIView, parse
from atrium.access.principals import TeamPrincipal
from atrium.errors import NotFound, require
from atrium.tenancy.context import team_context

from .models import SuiteCase, SuiteResult, SuiteRun
from .permissions import can_see_suites
from .runs import cancel_run, start_run
from .selectors import NEEDS, Report, cases_of, report_of, run_for, suite_for
from .services import add_cases, change_case, remove_case, set_refuses

EXPECTED = (
    'By output: {"is": "label" or "text", "value": "effusion"}, {"is": "number", "value": 12.4, "tolerance": 2}, '
    'or {"is": "as_before"}.'
)


class SuiteCaseOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    thread = serializers.UUIDField()
    prediction = serializers.UUIDField(help_text="What was judged.")
    version = ServedVersion(help_text="Which version was judged.")
    expected = serializers.DictField(help_text=EXPECTED)
    added_at = serializers.DateTimeField()
    url = serializers.CharField(help_text="The case in the inbox.")


class SuiteOutput(serializers.Serializer[Any]):
    model = serializers.UUIDField()
    refuses = serializers.BooleanField(help_text="Whether a version that fails cannot be promoted.")
    cases = SuiteCaseOutput(many=True)
    url = serializers.CharField()


class SuiteChange(serializers.Serializer[Any]):
    refuses = serializers.BooleanField(help_text="Whether a version that fails cannot be promoted.")


class CasesInput(serializers.Serializer[Any]):
    predictions = serializers.ListField(
        child=serializers.UUIDField(),
        min_length=1,
        max_length=500,
        required=False,
        help_text="Flagged predictions of the model; left out, all with a correction.",
    )
    expected = serializers.DictField(
        required=False, help_text=f"Of a single one, in place of what its flag says. {EXPECTED}"
    )


class CaseChange(serializers.Serializer[Any]):
    expected = serializers.DictField(help_text=EXPECTED)


class ResultOutput(serializers.Serializer[Any]):
    case = serializers.UUIDField()
    thread = serializers.UUIDField()
    outcome = serializers.ChoiceField(choices=SuiteResult.Outcome.values)
    problem = serializers.CharField(allow_blank=True)
    judged = serializers.UUIDField(help_text="The prediction before.")
    answered = serializers.UUIDField(allow_null=True, help_text="The version's own.")
    expected = serializers.DictField(help_text=EXPECTED)


class CountsOutput(serializers.Serializer[Any]):
    waiting = serializers.IntegerField()
    asked = serializers.IntegerField()
    passed = serializers.IntegerField()
    failed = serializers.IntegerField()
    changed = serializers.IntegerField()
    unanswered = serializers.IntegerField()


class ReportOutput(serializers.Serializer[Any]):
    version = ServedVersion()
    run = serializers.UUIDField(allow_null=True, help_text="Null where the version was not asked.")
    state = serializers.ChoiceField(choices=[*SuiteRun.State.values, "not_run"])
    passes = serializers.BooleanField(help_text="All cases of the suite as it is now, each as it should be.")
    is_old = serializers.BooleanField(help_text="The suite was changed since.")
    refuses = serializers.BooleanField()
    counts = CountsOutput()
    results = ResultOutput(many=True)
    url = serializers.CharField()


def case_shown(case: SuiteCase, base: str) -> dict[str, Any]:
    return {
        "id": str(case.pk),
        "thread": str(case.thread_id),
        "prediction": str(case.judged_id),
        "version": version_named(case.judged.version),
        "expected": case.expected,
        "added_at": case.added_at.isoformat(),
        "url": f"{base}inbox/{case.thread_id}/",
    }


def suite_shown(principal: TeamPrincipal, model: Model) -> dict[str, Any]:
    """Inside the team's context."""
    suite, base = suite_for(principal, model), project_url(model.project)
    return {
        "model": str(model.pk),
        "refuses": suite is not None and suite.refuses,
        "cases": [] if suite is None else [case_shown(case, base) for case in cases_of(suite)],
        "url": f"{base}models/{model.slug}/suite/",
    }


def report_shown(version: Version, report: Report) -> dict[str, Any]:
    """Inside the team's context."""
    base = project_url(version.model.project)
    return {
        "version": version_named(version),
        "run": None if report.run is None else str(report.run.pk),
        "state": "not_run" if report.run is None else report.run.state,
        "passes": report.passes,
        "is_old": report.is_old,
        "refuses": report.suite.refuses,
        "counts": report.counts,
        "results": [
            {
                "case": str(result.case_id),
                "thread": str(result.case.thread_id),
                "outcome": result.outcome,
                "problem": result.problem,
                "judged": str(result.case.judged_id),
                "answered": None if result.answered_id is None else str(result.answered_id),
                "expected": result.case.expected,
            }
            for result in report.results
        ],
        "url": f"{base}models/{version.model.slug}/suite/runs/v{version.number}/",
    }


class SuiteView(TeamAPIView):
    @extend_schema(operation_id="suite_read", responses=SuiteOutput)
    def get(self, request: Request, model_id: UUID) -> Response:
        with team_context(self.principal):
            require(can_see_suites(self.principal), NEEDS)
            return Response(suite_shown(self.principal, model_for(self.principal, model_id)))

    @extend_schema(operation_id="suite_change", request=SuiteChange, responses=SuiteOutput)
    def patch(self, request: Request, model_id: UUID) -> Response:
        change = parse(SuiteChange, request)
        with team_context(self.principal):
            set_refuses(self.principal, model_id, change["refuses"])
            return Response(suite_shown(self.principal, model_for(self.principal, model_id)))


class SuiteCasesView(TeamAPIView):
    @extend_schema(operation_id="suite_add", request=CasesInput, responses={201: SuiteOutput})
    def post(self, request: Request, model_id: UUID) -> Response:
        given = parse(CasesInput, request)
        with team_context(self.principal):
            add_cases(self.principal, model_id, given.get("predictions"), expected=given.get("expected"))
            return Response(suite_shown(self.principal, model_for(self.principal, model_id)), status=201)


class SuiteCaseView(TeamAPIView):
    @extend_schema(request=CaseChange, responses=SuiteCaseOutput)
    def patch(self, request: Request, case_id: UUID) -> Response:
        with team_context(self.principal):
            case = change_case(self.principal, case_id, **parse(CaseChange, request))
            return Response(case_shown(case, project_url(case.suite.model.project)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, case_id: UUID) -> Response:
        remove_case(self.principal, case_id)
        return Response(status=204)


class ReportView(TeamAPIView):
    def shown(self, version: Version) -> dict[str, Any]:
        report = report_of(version)
        if report is None:
            raise NotFound(f"The suite of {version.model} is empty.")
        return report_shown(version, report)

    @extend_schema(operation_id="suite_report", responses=ReportOutput)
    def get(self, request: Request, version_id: UUID) -> Response:
        with team_context(self.principal):
            require(can_see_suites(self.principal), NEEDS)
            return Response(self.shown(version_for(self.principal, version_id)))

    @extend_schema(operation_id="suite_run", request=None, responses={202: ReportOutput})
    def post(self, request: Request, version_id: UUID) -> Response:
        with team_context(self.principal):
            start_run(self.principal, version_id)
            return Response(self.shown(version_for(self.principal, version_id)), status=202)


class CancelView(TeamAPIView):
    @extend_schema(operation_id="suite_cancel", request=None, responses=ReportOutput)
    def post(self, request: Request, suite_run_id: UUID) -> Response:
        with team_context(self.principal):
            cancel_run(self.principal, suite_run_id)
            version = run_for(self.principal, suite_run_id).version
            report = report_of(version)
            if report is None:
                raise NotFound
            return Response(report_shown(version, report))
