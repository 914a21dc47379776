"""REST: a project's webhooks and their log."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.projects.addresses import project_url
from apps.projects.selectors import project_for
from atrium.access.api import TeamAPIView, parse
from atrium.access.creations import repeatable
from atrium.access.pagination import listed, page
from atrium.errors import require
from atrium.tenancy.context import team_context

from .events import NAMES
from .models import Delivery, Webhook
from .permissions import can_manage_webhooks
from .services import (
    ADMINS,
    change_webhook,
    create_webhook,
    delete_webhook,
    hook_for,
    redeliver,
    rotate_secret,
    send_test,
)


class WebhookInput(serializers.Serializer[Any]):
    url = serializers.CharField(max_length=500, help_text="https, on port 443 or 8443, of a public host.")
    events = serializers.ListField(child=serializers.ChoiceField(choices=NAMES), min_length=1)
    note = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")


class WebhookChange(serializers.Serializer[Any]):
    url = serializers.CharField(max_length=500, required=False)
    events = serializers.ListField(child=serializers.ChoiceField(choices=NAMES), min_length=1, required=False)
    note = serializers.CharField(max_length=80, required=False, allow_blank=True)
    is_on = serializers.BooleanField(required=False)


class WebhookOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.ChoiceField(choices=NAMES))
    note = serializers.CharField(allow_blank=True)
    is_on = serializers.BooleanField()
    off_because = serializers.CharField(allow_blank=True)
    failing_since = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    page = serializers.CharField()


class WebhookMade(WebhookOutput):
    secret = serializers.CharField(help_text="Told this once: whsec_…")


class DeliveryOutput(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="As the header webhook-id says it.")
    event = serializers.CharField()
    state = serializers.ChoiceField(choices=Delivery.State.values)
    attempts = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True, help_text="Of the last answer.")
    problem = serializers.CharField(allow_blank=True)
    milliseconds = serializers.IntegerField(allow_null=True)
    body = serializers.DictField()
    next_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    delivery = serializers.UUIDField(help_text="By which it is sent again.")


def hook_shown(hook: Webhook) -> dict[str, Any]:
    """Inside the team's context."""
    return {
        "id": str(hook.pk),
        "url": hook.url,
        "events": hook.events,
        "note": hook.note,
        "is_on": hook.is_on,
        "off_because": hook.off_because,
        "failing_since": hook.failing_since.isoformat() if hook.failing_since else None,
        "created_at": hook.created_at.isoformat(),
        "page": f"{project_url(hook.project)}settings/webhooks/{hook.pk}/",
    }


def delivery_shown(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.message_id,
        "event": delivery.event,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "status": delivery.status,
        "problem": delivery.problem,
        "milliseconds": delivery.milliseconds,
        "body": delivery.body,
        "next_at": delivery.next_at.isoformat() if delivery.next_at else None,
        "created_at": delivery.created_at.isoformat(),
        "delivery": str(delivery.pk),
    }


class WebhooksView(TeamAPIView):
    @extend_schema(operation_id="webhooks_list", responses=listed(WebhookOutput))
    def get(self, request: Request, project_id: UUID) -> Response:
        with team_context(self.principal):
            require(can_manage_webhooks(self.principal), ADMINS)
            project = project_for(self.principal, project_id)
            found = Webhook.objects.filter(project=project).select_related("project")
            return Response(page(request, found, hook_shown))

    @extend_schema(request=WebhookInput, responses={201: WebhookMade})
    def post(self, request: Request, project_id: UUID) -> Response:
        given = parse(WebhookInput, request)
        hook, secret = create_webhook(self.principal, project_id, **given, **repeatable(request))
        with team_context(self.principal):
            return Response(hook_shown(hook) | {"secret": secret}, status=201)


class WebhookView(TeamAPIView):
    @extend_schema(operation_id="webhooks_read", responses=WebhookOutput)
    def get(self, request: Request, hook_id: UUID) -> Response:
        with team_context(self.principal):
            return Response(hook_shown(hook_for(self.principal, hook_id)))

    @extend_schema(request=WebhookChange, responses=WebhookOutput)
    def patch(self, request: Request, hook_id: UUID) -> Response:
        hook = change_webhook(self.principal, hook_id, **parse(WebhookChange, request))
        with team_context(self.principal):
            return Response(hook_shown(hook))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, hook_id: UUID) -> Response:
        delete_webhook(self.principal, hook_id)
        return Response(status=204)


class RotateView(TeamAPIView):
    @extend_schema(operation_id="webhooks_rotate", request=None, responses=WebhookMade)
    def post(self, request: Request, hook_id: UUID) -> Response:
        hook, secret = rotate_secret(self.principal, hook_id)
        with team_context(self.principal):
            return Response(hook_shown(hook) | {"secret": secret})


class TestView(TeamAPIView):
    @extend_schema(operation_id="webhooks_test", request=None, responses={202: DeliveryOutput})
    def post(self, request: Request, hook_id: UUID) -> Response:
        return Response(delivery_shown(send_test(self.principal, hook_id)), status=202)


class DeliveriesView(TeamAPIView):
    @extend_schema(operation_id="webhooks_deliveries", responses=listed(DeliveryOutput))
    def get(self, request: Request, hook_id: UUID) -> Response:
        with team_context(self.principal):
            found = Delivery.objects.filter(hook=hook_for(self.principal, hook_id))
            return Response(page(request, found, delivery_shown))


class RedeliverView(TeamAPIView):
    @extend_schema(operation_id="webhooks_redeliver", request=None, responses={202: DeliveryOutput})
    def post(self, request: Request, delivery_id: UUID) -> Response:
        return Response(delivery_shown(redeliver(self.principal, delivery_id)), status=202)
