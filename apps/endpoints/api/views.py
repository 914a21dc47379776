"""REST: endpoints and their examples, reading and cancelling predictions, and their pictures."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from django.db import connection
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.endpoints.first_example import show_first_example
from apps.endpoints.models import OPEN, Endpoint, Example
from apps.endpoints.pictures import file_response
from apps.endpoints.pools import pools_told, told
from apps.endpoints.predictions import ask, cancel, keep
from apps.endpoints.preparation import Asked
from apps.endpoints.presentation import api_addresses, endpoint_facts, prediction_shown
from apps.endpoints.selectors import (
    endpoint_for,
    example_for,
    file_for,
    listed_endpoints,
    listed_examples,
    prediction_for,
)
from apps.endpoints.services import (
    add_example,
    change_example,
    create_endpoint,
    move_endpoint,
    promote,
    remove_example,
    rename_endpoint,
)
from apps.jobs.pools import pools_of
from apps.projects.addresses import project_url
from atrium.access.api import TeamAPIView, parse
from atrium.access.creations import repeatable
from atrium.access.pagination import listed, page
from atrium.errors import Problem
from atrium.tenancy.context import team_context
from gpu_workers.protocol.rendering import KIND_OF

from .shapes import (
    EndpointChange,
    EndpointInput,
    EndpointOutput,
    ExampleChange,
    ExampleInput,
    ExampleOutput,
    PoolWorkers,
    PredictionOutput,
)

EXAMPLE_SECONDS = 10.0
"""How long a deployment waits for its example's answer, so that a link shared at once shows it; so does a new example.

One that takes longer is a 503 with Retry-After: the same request finds the answer then, and runs nothing twice.
"""


def endpoint_shown(endpoint: Endpoint) -> dict[str, Any]:
    """Called inside the team's context."""
    [shown] = endpoints_shown([endpoint])
    return shown


def endpoints_shown(endpoints: Sequence[Endpoint]) -> list[dict[str, Any]]:
    """Their pools are looked up for all at once. Called inside the team's context."""
    pools = pools_told(endpoints)
    return [
        {
            "id": str(endpoint.pk),
            "slug": endpoint.slug,
            "name": endpoint.name,
            "project": str(endpoint.project_id),
            **endpoint_facts(endpoint),
            "examples": endpoint.examples.count(),
            "pool": pools.get(endpoint.pool),
            "url": f"{project_url(endpoint.project)}endpoints/{endpoint.slug}/",
        }
        for endpoint in endpoints
    ]


def example_shown(example: Example) -> dict[str, Any]:
    shown = prediction_shown(example.prediction, api_addresses(example), team=True)
    return {"id": str(example.pk), "title": example.title, "position": example.position, "prediction": shown}


class EndpointsView(TeamAPIView):
    @extend_schema(operation_id="endpoints_list", responses=listed(EndpointOutput))
    def get(self, request: Request, project_id: UUID) -> Response:
        with team_context(self.principal):
            return Response(page(request, listed_endpoints(self.principal, project_id), dict, gathered=endpoints_shown))

    @extend_schema(request=EndpointInput, responses={201: EndpointOutput})
    def post(self, request: Request, project_id: UUID) -> Response:
        given = parse(EndpointInput, request)
        endpoint = create_endpoint(
            self.principal, project_id, name=given["name"], version_id=given["version"], **repeatable(request)
        )
        show_first_example(self.principal, endpoint.pk, wait=EXAMPLE_SECONDS)
        with team_context(self.principal):
            return Response(endpoint_shown(endpoint_for(self.principal, endpoint.pk)), status=201)


class EndpointView(TeamAPIView):
    @extend_schema(operation_id="endpoints_read", responses=EndpointOutput)
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        with team_context(self.principal):
            return Response(endpoint_shown(endpoint_for(self.principal, endpoint_id)))

    @extend_schema(request=EndpointChange, responses=EndpointOutput)
    def patch(self, request: Request, endpoint_id: UUID) -> Response:
        change = parse(EndpointChange, request)
        notices: list[str] = []
        with team_context(self.principal):
            if "version" in change:
                _, notices = promote(self.principal, endpoint_id, change["version"])
            if "pool" in change:
                move_endpoint(self.principal, endpoint_id, change["pool"])
            if "name" in change:
                rename_endpoint(self.principal, endpoint_id, name=change["name"])
            return Response(endpoint_shown(endpoint_for(self.principal, endpoint_id)) | {"notices": notices})


class PoolsView(TeamAPIView):
    @extend_schema(operation_id="pools_list", responses=listed(PoolWorkers))
    def get(self, request: Request) -> Response:
        with team_context(self.principal):
            rows = [told(shown) for shown in pools_of(self.principal)]
            return Response({"results": rows, "next": None, "previous": None})


class ExamplesView(TeamAPIView):
    @extend_schema(operation_id="examples_list", responses=listed(ExampleOutput))
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        with team_context(self.principal):
            rows = listed_examples(self.principal, endpoint_id)
            return Response(page(request, rows, example_shown, ordering="id"))

    @extend_schema(request=ExampleInput, responses={201: ExampleOutput})
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        given = parse(ExampleInput, request)
        connection.close()  # back to the pool: nothing is read while this waits
        prediction = async_to_sync(ask)(self.principal, endpoint_id, Asked(given["inputs"]), wait=EXAMPLE_SECONDS)
        if prediction.state in OPEN:
            raise Problem("unavailable", "The case is accepted, its answer not there yet. Send the same again shortly.")
        example = add_example(self.principal, endpoint_id, prediction.pk, title=given["title"])
        with team_context(self.principal):
            found = listed_examples(self.principal, endpoint_id).get(pk=example.pk)
            return Response(example_shown(found), status=201)


class ExampleView(TeamAPIView):
    @extend_schema(request=ExampleChange, responses=ExampleOutput)
    def patch(self, request: Request, example_id: UUID) -> Response:
        change = parse(ExampleChange, request)
        with team_context(self.principal):
            change_example(self.principal, example_id, title=change.get("title"), place=change.get("position"))
            return Response(example_shown(example_for(self.principal, example_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, example_id: UUID) -> Response:
        """Its prediction stays as long as others of the project."""
        remove_example(self.principal, example_id)
        return Response(status=204)


class PredictionView(TeamAPIView):
    @extend_schema(operation_id="predictions_read", responses=PredictionOutput)
    def get(self, request: Request, prediction_id: UUID) -> Response:
        with team_context(self.principal):
            found = prediction_for(self.principal, prediction_id)
            return Response(prediction_shown(found, api_addresses(found), team=True))


class CancelView(TeamAPIView):
    @extend_schema(request=None, responses={202: PredictionOutput})
    def post(self, request: Request, prediction_id: UUID) -> Response:
        cancelled = cancel(self.principal, prediction_id)
        return Response(prediction_shown(cancelled, api_addresses(cancelled), team=True), status=202)


class KeepView(TeamAPIView):
    @extend_schema(request=None, responses=PredictionOutput)
    def post(self, request: Request, prediction_id: UUID) -> Response:
        """A draft of one's own becomes an attempt that stays; one that stays already is left as it is."""
        kept = keep(self.principal, prediction_id)
        return Response(prediction_shown(kept, api_addresses(kept), team=True))


class PictureView(TeamAPIView):
    @extend_schema(
        operation_id="pictures_read",
        responses={(200, content_type): OpenApiTypes.BINARY for content_type in sorted(KIND_OF)},
    )
    def get(self, request: Request, artifact_id: UUID) -> HttpResponseBase:
        with team_context(self.principal):
            artifact = file_for(self.principal, artifact_id)
        return file_response(request, artifact)
