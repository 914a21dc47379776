"""REST: asking why a model answered as it did."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.artifacts.api import ErrorOutput
from apps.endpoints.presentation import api_addresses
from atrium.access.api import TeamAPIView, parse
from atrium.access.pagination import listed, page
from atrium.access.principals import Token
from atrium.addresses import absolute
from atrium.tenancy.context import team_context

from .models import Explanation
from .presentation import cost_shown, explanation_shown, explanations_shown
from .selectors import explanation_for, explanations_of
from .services import cancel, cost_before, explain
from .words import METHODS


class TargetShape(serializers.Serializer[Any]):
    output = serializers.CharField(
        required=False, allow_blank=True, help_text="A label's or a number's; else the first."
    )
    label = serializers.CharField(  # type: ignore[assignment]  # DRF names an attribute of fields so
        required=False, allow_blank=True, help_text="The class; else the highest."
    )


class ExplanationInput(serializers.Serializer[Any]):
    method = serializers.ChoiceField(choices=list(METHODS))
    options = serializers.DictField(
        required=False,
        help_text="input: which one is changed; else the first that suits. occlusion: window and stride as shares of "
        "each side (0.125, 0.0625), fill (mean, black, blur). ablation: regions (superpixels, marks), count (40), "
        "compactness (10), marks, fill. slices: window, stride and fill as of occlusion, frames (where blocks of "
        "slices begin, from 0; else one through all), depth (slices of a block, 1). what_if: fields (inputs, or "
        "input.column; else all), points (21). "
        "windows: window and stride as shares of the length (0.05, 0.025), leads (of a recording by number; else all), "
        "by_lead (each alone). words: mask (what stands in a word's place). stress: changes (else all), seed.",
    )
    target = TargetShape(required=False)


class CostOutput(serializers.Serializer[Any]):
    calls = serializers.IntegerField(help_text="How often the model is asked.")
    expected_seconds = serializers.FloatField(help_text="Of the device.")
    measured = serializers.BooleanField(help_text="Whether any case was timed; else the seconds are a guess.")
    message = serializers.CharField()


class ExplanationOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    prediction = serializers.UUIDField()
    method = serializers.ChoiceField(choices=list(METHODS))
    title = serializers.CharField()
    shows = serializers.CharField()
    does_not_show = serializers.CharField()
    options = serializers.DictField()
    target = TargetShape()
    state = serializers.ChoiceField(choices=Explanation.State.choices)
    progress = serializers.FloatField(allow_null=True, help_text="Share of the calls; null while it waits.")
    calls = serializers.IntegerField()
    expected_seconds = serializers.FloatField()
    found = serializers.CharField(allow_blank=True, help_text="The result in a sentence.")
    result = serializers.DictField(allow_null=True)
    overlay = serializers.CharField(allow_null=True, help_text="A PNG to lay over what the model saw.")
    error = ErrorOutput(allow_null=True)
    timings = serializers.DictField()
    stored = serializers.BooleanField(help_text="Whether it was asked before.")
    created_at = serializers.DateTimeField()


class ExplanationsView(TeamAPIView):
    @extend_schema(operation_id="explanations_list", responses=listed(ExplanationOutput))
    def get(self, request: Request, prediction_id: UUID) -> Response:
        with team_context(self.principal):
            found = explanations_of(self.principal, prediction_id)
            return Response(page(request, found, dict, gathered=lambda rows: _all_shown(self.principal, rows)))

    @extend_schema(request=ExplanationInput, responses={202: ExplanationOutput, 200: ExplanationOutput})
    def post(self, request: Request, prediction_id: UUID) -> Response:
        """200 where the same was found before, or else 202 and its address in Location."""
        found = explain(self.principal, prediction_id, parse(ExplanationInput, request))
        with team_context(self.principal):
            shown = _shown(found)
        if found.state != Explanation.State.QUEUED:
            return Response(shown)
        return Response(shown, status=202, headers={"Location": absolute(f"/api/v1/explanations/{found.pk}")})


class ExplanationCostView(TeamAPIView):
    @extend_schema(request=ExplanationInput, responses=CostOutput)
    def post(self, request: Request, prediction_id: UUID) -> Response:
        return Response(cost_shown(cost_before(self.principal, prediction_id, parse(ExplanationInput, request))))


class ExplanationView(TeamAPIView):
    @extend_schema(operation_id="explanations_read", responses=ExplanationOutput)
    def get(self, request: Request, explanation_id: UUID) -> Response:
        with team_context(self.principal):
            return Response(_shown(explanation_for(self.principal, explanation_id)))


class ExplanationCancelView(TeamAPIView):
    @extend_schema(request=None, responses={202: ExplanationOutput})
    def post(self, request: Request, explanation_id: UUID) -> Response:
        found = cancel(self.principal, explanation_id)
        with team_context(self.principal):
            return Response(_shown(found), status=202)


def _all_shown(principal: Token, rows: list[Explanation]) -> list[dict[str, Any]]:
    return explanations_shown(rows, api_addresses(principal), team=True)


def _shown(explanation: Explanation) -> dict[str, Any]:
    return explanation_shown(explanation, api_addresses(explanation), team=True)
