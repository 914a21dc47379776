"""REST: what a team used, and what was done in it."""

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.home.audit import KINDS, events_of, read_filters
from apps.jobs.selectors import usage_of
from apps.teams.permissions import can_read_audit
from atrium.access.api import TeamAPIView
from atrium.access.pagination import listed, page
from atrium.audit.models import Event
from atrium.errors import require
from atrium.tenancy.context import team_context


class UsageOutput(serializers.Serializer[Any]):
    day = serializers.DateField()
    kind = serializers.CharField()
    outcome = serializers.CharField()
    requests = serializers.IntegerField()
    device_ms = serializers.IntegerField()


class EventOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    who = serializers.CharField()
    who_id = serializers.UUIDField(allow_null=True)
    user_id = serializers.UUIDField(allow_null=True)
    what = serializers.CharField()
    subject_type = serializers.CharField(allow_blank=True)
    subject_id = serializers.UUIDField(allow_null=True)
    project_id = serializers.UUIDField(allow_null=True)
    data = serializers.DictField()  # type: ignore[assignment]  # DRF has a property of that name
    at = serializers.DateTimeField()


def _event_shown(event: Event) -> dict[str, Any]:
    return {
        "id": str(event.pk),
        "who": event.who,
        "who_id": str(event.who_id) if event.who_id else None,
        "user_id": str(event.user_id) if event.user_id else None,
        "what": event.what,
        "subject_type": event.subject_type,
        "subject_id": str(event.subject_id) if event.subject_id else None,
        "project_id": str(event.project_id) if event.project_id else None,
        "data": event.data,
        "at": event.at.isoformat(),
    }


class UsageView(TeamAPIView):
    @extend_schema(operation_id="usage", responses=listed(UsageOutput))
    def get(self, request: Request) -> Response:
        """The last 90 days' totals by day, kind and outcome."""
        with team_context(self.principal):
            lines = usage_of(self.principal, days=90)
        shown = [asdict(line) | {"day": line.day.isoformat()} for line in lines]
        return Response({"results": shown, "next": None, "previous": None})


class AuditView(TeamAPIView):
    @extend_schema(
        operation_id="audit",
        parameters=[
            OpenApiParameter("who", str, description="The id of a person, `guest` or `system`."),
            OpenApiParameter("kind", str, description="The noun of an event.", enum=sorted(KINDS)),
            OpenApiParameter("what", str, description="One event, as `link.created`."),
            OpenApiParameter("project", UUID, description="The id of a project."),
            OpenApiParameter("since", date, description="From this day on, in UTC."),
            OpenApiParameter("until", date, description="To the end of this day, in UTC."),
        ],
        responses=listed(EventOutput),
    )
    def get(self, request: Request) -> Response:
        with team_context(self.principal):
            require(can_read_audit(self.principal), "This needs the role admin and the scope admin:read.")
            events = events_of(self.principal, read_filters(request.query_params)).order_by()
            return Response(page(request, events, _event_shown))
