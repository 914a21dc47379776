"""REST: `POST /api/v1/projects/{id}/functions`, by which a notebook announces what it then answers over a socket."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.endpoints.api.shapes import EndpointOutput
from apps.endpoints.api.views import endpoint_shown
from apps.endpoints.selectors import endpoint_for
from apps.registry.api import INTERFACE
from atrium.access.api import TeamAPIView, parse
from atrium.addresses import absolute
from atrium.tenancy.context import team_context

from .services import serve_function


class FunctionInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    interface = serializers.DictField(help_text=INTERFACE.replace(" Left out, one is proposed to confirm.", ""))
    notes = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")
    card = serializers.DictField(
        required=False, default=dict, help_text="Without one, the card of the version before is taken over."
    )


class FunctionOutput(serializers.Serializer[Any]):
    endpoint = EndpointOutput()
    socket = serializers.CharField(help_text="Where the notebook connects, with its token, to answer.")


class FunctionsView(TeamAPIView):
    @extend_schema(request=FunctionInput, responses={200: FunctionOutput, 201: FunctionOutput})
    def post(self, request: Request, project_id: UUID) -> Response:
        given = parse(FunctionInput, request)
        endpoint, notices, is_new = serve_function(self.principal, project_id, **given)
        with team_context(self.principal):
            found = endpoint_for(self.principal, endpoint.pk)
            shown = endpoint_shown(found) | {"notices": notices}
        socket = absolute(f"/api/v1/versions/{found.version_id}/serve").replace("http", "ws", 1)
        return Response({"endpoint": shown, "socket": socket}, status=201 if is_new else 200)
