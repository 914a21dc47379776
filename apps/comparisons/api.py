"""REST: comparisons of an endpoint's versions."""

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.endpoints.api.shapes import ServedVersion
from atrium.access.api import TeamAPIView, parse
from atrium.access.creations import repeatable
from atrium.access.pagination import listed, page
from atrium.tenancy.context import team_context

from .exports import as_csv
from .presentation import comparison_shown, comparisons_shown, results_shown
from .results import results_of
from .selectors import SOURCES, comparison_for, comparisons_of
from .services import (
    MOST_CASES,
    MOST_VERSIONS,
    add_cases,
    ask_again,
    change_comparison,
    create_comparison,
    delete_comparison,
)


class ProgressOutput(serializers.Serializer[Any]):
    total = serializers.IntegerField(help_text="Answers: versions times cases.")
    answered = serializers.IntegerField()
    waiting = serializers.IntegerField()
    failed = serializers.IntegerField()


class ComparedOutput(serializers.Serializer[Any]):
    """A comparison without its cases."""

    id = serializers.UUIDField()
    endpoint = serializers.UUIDField()
    name = serializers.CharField()
    question = serializers.CharField(allow_blank=True, help_text="What readers are asked.")
    blind = serializers.BooleanField(help_text="Whether it is offered to readers.")
    closed = serializers.BooleanField()
    versions = ServedVersion(many=True)
    progress = ProgressOutput()
    created_at = serializers.DateTimeField()
    url = serializers.CharField()


class AnswerOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    version = ServedVersion()
    state = serializers.ChoiceField(choices=["waiting", "succeeded", "failed"])
    problem = serializers.CharField(allow_blank=True, help_text="Why there is no answer.")
    prediction = serializers.UUIDField(allow_null=True)
    answer = serializers.DictField(allow_null=True)
    differs = serializers.ListField(
        child=serializers.CharField(),
        help_text="Outputs that differ from those of the first version that answered: another class, a number further "
        "away than 5 %, other findings, another text or file.",
    )


class CaseOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    title = serializers.CharField()
    prediction = serializers.UUIDField(help_text="Whose inputs, with their edits, every version is asked.")
    answers = AnswerOutput(many=True)


class ComparisonOutput(ComparedOutput):
    """A comparison with what each version says of each case."""

    cases = CaseOutput(many=True)


class ComparedCasesInput(serializers.Serializer[Any]):
    predictions = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=MOST_CASES,
        required=False,
        default=list,
        help_text="Of this endpoint.",
    )
    sources = serializers.ListField(
        child=serializers.ChoiceField(choices=SOURCES),
        max_length=len(SOURCES),
        required=False,
        default=list,
        help_text="All cases there: the endpoint's examples, its open cases in the inbox, its cases in the suite.",
    )


class ComparisonInput(ComparedCasesInput):
    versions = serializers.ListField(
        child=serializers.UUIDField(), min_length=2, max_length=MOST_VERSIONS, help_text="They must fit the endpoint."
    )
    name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    question = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    blind = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Whether reviewers by link, and members, are asked which answer is better; they see these cases.",
    )


class ComparisonChange(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120, required=False)
    question = serializers.CharField(max_length=500, required=False, allow_blank=True)
    closed = serializers.BooleanField(
        required=False, help_text="Closed it is read by nobody any more, and readers learn which version was which."
    )


class AgainInput(serializers.Serializer[Any]):
    answer = serializers.UUIDField(required=False, allow_null=True, help_text="One; left out, all without an answer.")


class ShareOutput(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    of = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True, help_text="Wilson's interval of 95 %.")
    high = serializers.FloatField(allow_null=True)


class ShownFirstOutput(ShareOutput):
    p = serializers.FloatField(allow_null=True, help_text="Of the sign test, where there are two versions.")


class PreferredOutput(serializers.Serializer[Any]):
    version = ServedVersion()
    preferred = ShareOutput(help_text="Of the readings that prefer a version.")
    right = ShareOutput(help_text="Of the readings that say right or wrong of it.")


class PairOutput(serializers.Serializer[Any]):
    first = ServedVersion()
    second = ServedVersion()
    for_first = serializers.IntegerField()
    for_second = serializers.IntegerField()
    p = serializers.FloatField(allow_null=True, help_text="Of the exact two-sided sign test; ties are left out.")
    p_adjusted = serializers.FloatField(allow_null=True, help_text="By Holm, over all pairs.")


class ReadersOutput(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    shared_cases = serializers.IntegerField(help_text="That two or more read.")
    alpha = serializers.FloatField(allow_null=True, help_text="Krippendorff's, nominal.")
    kappa = serializers.FloatField(allow_null=True, help_text="Cohen's, of two who read the same cases.")


class DifferenceOutput(serializers.Serializer[Any]):
    mean = serializers.FloatField(help_text="The second's number less the first's.")
    low = serializers.FloatField(help_text="Limits of agreement: mean ± 1.96 sd.")
    high = serializers.FloatField()


class BetweenOutput(serializers.Serializer[Any]):
    first = ServedVersion()
    second = ServedVersion()
    output = serializers.CharField()
    equal = ShareOutput()
    kappa = serializers.FloatField(allow_null=True, help_text="Cohen's, of the leading class.")
    difference = DifferenceOutput(allow_null=True)


class LineOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    preferred = serializers.ListField(child=serializers.IntegerField(), help_text="By version, in their order.")
    equal = serializers.IntegerField()
    neither = serializers.IntegerField()
    read = serializers.IntegerField()
    of = serializers.IntegerField()


class CaseLineOutput(LineOutput):
    comments = serializers.ListField(child=serializers.CharField())


class ResultsOutput(serializers.Serializer[Any]):
    comparison = serializers.UUIDField()
    found = serializers.ListField(child=serializers.CharField(), help_text="What can be said, in sentences.")
    too_few = serializers.BooleanField(help_text="Whether there are too few readings to tell.")
    readings = serializers.IntegerField(help_text="Of single cases, by all readers.")
    equal = serializers.IntegerField()
    neither = serializers.IntegerField()
    preferred = PreferredOutput(many=True)
    pairs = PairOutput(many=True)
    shown_first = ShownFirstOutput(help_text="How often the answer that stood first was preferred.")
    readers = ReadersOutput()
    versions = BetweenOutput(many=True)
    by_reader = LineOutput(many=True)
    by_case = CaseLineOutput(many=True)
    url = serializers.CharField()


class _ComparisonBase(TeamAPIView):
    def shown(self, comparison_id: UUID) -> dict[str, Any]:
        with team_context(self.principal):
            return comparison_shown(comparison_for(self.principal, comparison_id))


class ComparisonsView(_ComparisonBase):
    @extend_schema(operation_id="comparisons_list", responses=listed(ComparedOutput))
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        with team_context(self.principal):
            return Response(
                page(request, comparisons_of(self.principal, endpoint_id), dict, gathered=comparisons_shown)
            )

    @extend_schema(operation_id="comparisons_create", request=ComparisonInput, responses={201: ComparisonOutput})
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        given = parse(ComparisonInput, request)
        made = create_comparison(self.principal, endpoint_id, **given, **repeatable(request))
        return Response(self.shown(made.pk), status=201)


class ComparisonView(_ComparisonBase):
    @extend_schema(operation_id="comparisons_read", responses=ComparisonOutput)
    def get(self, request: Request, comparison_id: UUID) -> Response:
        return Response(self.shown(comparison_id))

    @extend_schema(request=ComparisonChange, responses=ComparisonOutput)
    def patch(self, request: Request, comparison_id: UUID) -> Response:
        change_comparison(self.principal, comparison_id, **parse(ComparisonChange, request))
        return Response(self.shown(comparison_id))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, comparison_id: UUID) -> Response:
        delete_comparison(self.principal, comparison_id)
        return Response(status=204)


class CasesView(_ComparisonBase):
    @extend_schema(operation_id="comparisons_cases", request=ComparedCasesInput, responses={201: ComparisonOutput})
    def post(self, request: Request, comparison_id: UUID) -> Response:
        add_cases(self.principal, comparison_id, **parse(ComparedCasesInput, request))
        return Response(self.shown(comparison_id), status=201)


class AgainView(_ComparisonBase):
    @extend_schema(operation_id="comparisons_again", request=AgainInput, responses={202: ComparisonOutput})
    def post(self, request: Request, comparison_id: UUID) -> Response:
        ask_again(self.principal, comparison_id, parse(AgainInput, request).get("answer"))
        return Response(self.shown(comparison_id), status=202)


class ResultsView(TeamAPIView):
    @extend_schema(operation_id="comparisons_results", responses=ResultsOutput)
    def get(self, request: Request, comparison_id: UUID) -> Response:
        with team_context(self.principal):
            return Response(results_shown(results_of(comparison_for(self.principal, comparison_id))))


class ReadingsView(TeamAPIView):
    @extend_schema(operation_id="comparisons_readings", responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request: Request, comparison_id: UUID) -> HttpResponseBase:
        with team_context(self.principal):
            return as_csv(self.principal, comparison_id)
