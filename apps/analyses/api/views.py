"""REST: answers and their files, slices, saved analyses."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.analyses.asking import cancel, reread, told
from apps.analyses.exports import dataset_from, take_away
from apps.analyses.models import SavedAnalysis, Slice
from apps.analyses.presentation import analysis_shown, slice_shown
from apps.analyses.selectors import analyses_of, analysis_for, names_of, slices_of
from apps.analyses.services import change_analysis, create_slice, delete_analysis, delete_slice, save_analysis
from apps.datasets.api import DatasetVersionOutput, dataset_url, version_shown, version_url
from apps.datasets.selectors import dataset_for, version_for
from atrium import storage
from atrium.access.api import TeamAPIView, parse
from atrium.access.pagination import listed, page
from atrium.access.principals import Token
from atrium.addresses import absolute
from atrium.tenancy.context import team_context

from .ask import answered
from .shapes import (
    AnalysisChange,
    AnalysisInput,
    AnalysisOutput,
    AnswerStateOutput,
    DatasetFromRows,
    FileOutput,
    OpenOutput,
    SliceInput,
    SliceOutput,
)


def _slices_shown(rows: list[Slice]) -> list[dict[str, Any]]:
    """Called inside the team's context."""
    names = names_of(*rows)
    return [slice_shown(row, names, dataset_url(row.dataset)) for row in rows]


def _analyses_shown(rows: list[SavedAnalysis]) -> list[dict[str, Any]]:
    """Called inside the team's context."""
    names = names_of(*rows)
    return [analysis_shown(row, names, f"{version_url(row.version)}debugger/?analysis={row.pk}") for row in rows]


def _analysis(principal: Token, analysis_id: UUID) -> dict[str, Any]:
    with team_context(principal):
        [shown] = _analyses_shown([analysis_for(principal, analysis_id)])
    return shown


def _as_it_is(shown: dict[str, Any]) -> dict[str, Any]:
    return shown


class AnswerView(TeamAPIView):
    @extend_schema(
        operation_id="answers_read", responses={200: OpenApiTypes.OBJECT, 202: OpenOutput}, description="As by asking."
    )
    def get(self, request: Request, answer_id: UUID) -> HttpResponse:
        answer = told(reread(self.principal, answer_id))
        return answered(answer, absolute(request.path))


class CancelView(TeamAPIView):
    @extend_schema(request=None, responses={202: AnswerStateOutput})
    def post(self, request: Request, answer_id: UUID) -> Response:
        cancelled = cancel(self.principal, answer_id)
        return Response({"id": str(cancelled.pk), "state": cancelled.state}, status=202)


class FileView(TeamAPIView):
    @extend_schema(operation_id="answers_file", responses=FileOutput)
    def get(self, request: Request, answer_id: UUID) -> Response:
        found = take_away(self.principal, answer_id)
        shown = {
            "url": storage.presign_download(found.artifact.key, found.name),
            "name": found.name,
            "rows": found.rows,
            "size": found.artifact.size,
            "sha256": bytes(found.artifact.sha256).hex(),
        }
        return Response(shown)


class RowsView(TeamAPIView):
    @extend_schema(request=DatasetFromRows, responses={201: DatasetVersionOutput})
    def post(self, request: Request, answer_id: UUID) -> Response:
        made = dataset_from(self.principal, answer_id, **parse(DatasetFromRows, request))
        with team_context(self.principal):
            return Response(version_shown(version_for(self.principal, made.pk)), status=201)


class SlicesView(TeamAPIView):
    @extend_schema(operation_id="slices_list", responses=listed(SliceOutput))
    def get(self, request: Request, dataset_id: UUID) -> Response:
        with team_context(self.principal):
            found = slices_of(self.principal, dataset_id).select_related("dataset__project")
            return Response(page(request, found, _as_it_is, gathered=_slices_shown))

    @extend_schema(request=SliceInput, responses={201: SliceOutput})
    def post(self, request: Request, dataset_id: UUID) -> Response:
        made = create_slice(self.principal, dataset_id, **parse(SliceInput, request))
        with team_context(self.principal):
            [shown] = _slices_shown([made])
        return Response(shown, status=201)


class SliceView(TeamAPIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, slice_id: UUID) -> Response:
        delete_slice(self.principal, slice_id)
        return Response(status=204)


class AnalysesOfDataset(TeamAPIView):
    @extend_schema(operation_id="analyses_list", responses=listed(AnalysisOutput))
    def get(self, request: Request, dataset_id: UUID) -> Response:
        with team_context(self.principal):
            found = analyses_of(self.principal, dataset_for(self.principal, dataset_id))
            return Response(page(request, found, _as_it_is, gathered=_analyses_shown))


class AnalysesOfVersion(TeamAPIView):
    @extend_schema(request=AnalysisInput, responses={201: AnalysisOutput})
    def post(self, request: Request, dataset_version_id: UUID) -> Response:
        made = save_analysis(self.principal, dataset_version_id, **parse(AnalysisInput, request))
        return Response(_analysis(self.principal, made.pk), status=201)


class AnalysisView(TeamAPIView):
    @extend_schema(operation_id="analyses_read", responses=AnalysisOutput)
    def get(self, request: Request, analysis_id: UUID) -> Response:
        return Response(_analysis(self.principal, analysis_id))

    @extend_schema(request=AnalysisChange, responses=AnalysisOutput)
    def patch(self, request: Request, analysis_id: UUID) -> Response:
        change_analysis(self.principal, analysis_id, **parse(AnalysisChange, request))
        return Response(_analysis(self.principal, analysis_id))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, analysis_id: UUID) -> Response:
        delete_analysis(self.principal, analysis_id)
        return Response(status=204)
