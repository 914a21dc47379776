"""REST: studies kept aside because somebody may be named in their pixels."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.endpoints import quarantine
from apps.endpoints.models import Quarantined
from atrium.access.api import TeamAPIView
from atrium.access.pagination import listed, page
from atrium.tenancy.context import team_context


class BoxShape(serializers.Serializer[Any]):
    x = serializers.FloatField()
    y = serializers.FloatField()
    w = serializers.FloatField()
    h = serializers.FloatField()


class QuarantinedOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    endpoint = serializers.UUIDField()
    input = serializers.CharField()
    state = serializers.ChoiceField(choices=Quarantined.State.choices)
    reasons = serializers.ListField(child=serializers.CharField())
    boxes = BoxShape(many=True, help_text="Where text was found, in fractions of the frame.")
    frame = serializers.IntegerField(help_text="On which frame it was found first.")
    frames = serializers.IntegerField()
    rows = serializers.IntegerField()
    columns = serializers.IntegerField()
    spacing_mm = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    modality = serializers.CharField(allow_blank=True)
    photometric = serializers.CharField()
    created_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(help_text="When it is deleted, whatever happens.")


class CoverInput(serializers.Serializer[Any]):
    boxes = BoxShape(many=True)


class QuarantineView(TeamAPIView):
    @extend_schema(operation_id="quarantine_list", responses=listed(QuarantinedOutput))
    def get(self, request: Request, project_id: UUID) -> Response:
        with team_context(self.principal):
            rows = quarantine.listed_quarantine(self.principal, project_id)
            return Response(page(request, rows, quarantine.shown))


class QuarantinedView(TeamAPIView):
    @extend_schema(operation_id="quarantine_read", responses=QuarantinedOutput)
    def get(self, request: Request, held_id: UUID) -> Response:
        with team_context(self.principal):
            return Response(quarantine.shown(quarantine.held_for(self.principal, held_id)))

    @extend_schema(operation_id="quarantine_delete", responses={204: None})
    def delete(self, request: Request, held_id: UUID) -> Response:
        quarantine.withdraw(self.principal, held_id)
        return Response(status=204)


class QuarantinedPictureView(TeamAPIView):
    @extend_schema(
        operation_id="quarantine_picture",
        parameters=[OpenApiParameter("frame", int, description="The first is 0.")],
        responses={(200, "image/png"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, held_id: UUID) -> HttpResponseBase:
        return picture_response(quarantine.picture_of(self.principal, held_id, request.query_params.get("frame", "0")))


class CoverView(TeamAPIView):
    @extend_schema(operation_id="quarantine_cover", request=CoverInput, responses=QuarantinedOutput)
    def post(self, request: Request, held_id: UUID) -> Response:
        return Response(quarantine.shown(quarantine.cover(self.principal, held_id, boxes_of(request.data))))


class ReleaseView(TeamAPIView):
    @extend_schema(operation_id="quarantine_release", request=None, responses=QuarantinedOutput)
    def post(self, request: Request, held_id: UUID) -> Response:
        return Response(quarantine.shown(quarantine.release(self.principal, held_id)))


def boxes_of(body: Any) -> Any:
    return body.get("boxes") if isinstance(body, dict) else None


def picture_response(data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type="image/png")
    response["Cache-Control"] = "no-store"
    response["Content-Disposition"] = "inline"
    return response
