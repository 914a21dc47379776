"""REST: models run over datasets."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.artifacts.api import ErrorOutput
from atrium.access.api import TeamAPIView, parse
from atrium.access.creations import repeatable
from atrium.access.pagination import listed, page
from atrium.tenancy.context import team_context

from .api import version_url
from .models import PredictionRun
from .plans import LONGEST_NAME
from .runs import cancel_run, progress_of, resume_run, start_run
from .selectors import run_for, runs_of, version_for

INPUTS = (
    "By input the column that fills it; of a table input by its columns. Guessed by name where it is not said; “” for "
    "no column, where there is a default."
)


class RunInput(serializers.Serializer[Any]):
    version = serializers.UUIDField(help_text="The model's version.")
    inputs = serializers.DictField(required=False, default=dict, help_text=INPUTS)
    name = serializers.CharField(
        max_length=LONGEST_NAME,
        required=False,
        allow_blank=True,
        default="",
        help_text="The model's name in the new columns; its own by default.",
    )
    dataset = serializers.CharField(
        max_length=80,
        required=False,
        allow_blank=True,
        default="",
        help_text="The dataset that gets the new version; the same one by default. Made where there is none.",
    )
    notes = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")


class UnansweredOutput(serializers.Serializer[Any]):
    why = serializers.CharField()
    rows = serializers.IntegerField()


class RunOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    dataset_version = serializers.UUIDField(help_text="Whose rows are asked.")
    version = serializers.UUIDField(allow_null=True, help_text="The model's; null where it was deleted since.")
    version_name = serializers.CharField()
    name = serializers.CharField(help_text="The model's name in the new columns.")
    inputs = serializers.DictField(help_text="Which columns fill the model's inputs.")
    dataset = serializers.UUIDField(help_text="Gets the new version.")
    state = serializers.ChoiceField(choices=PredictionRun.State.choices)
    rows = serializers.IntegerField()
    rows_done = serializers.IntegerField()
    parts = serializers.IntegerField()
    parts_done = serializers.IntegerField()
    rows_without_answer = serializers.IntegerField()
    unanswered = UnansweredOutput(many=True, help_text="Why rows have no answer, the most frequent first.")
    error = ErrorOutput(allow_null=True)
    made = serializers.UUIDField(allow_null=True, help_text="The new dataset version; a worker reads it then.")
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    url = serializers.CharField()


def run_url(run: PredictionRun) -> str:
    return f"{version_url(run.source)}runs/{run.pk}/"


def run_shown(run: PredictionRun) -> dict[str, Any]:
    """Called inside the team's context."""
    progress = progress_of(run)
    return {
        "id": str(run.pk),
        "dataset_version": str(run.source_id),
        "version": None if run.version_id is None else str(run.version_id),
        "version_name": run.version_name,
        "name": run.model,
        "inputs": run.mapping,
        "dataset": str(run.dataset_id),
        "state": run.state,
        "rows": run.source.rows,
        "rows_done": progress.rows_done,
        "parts": progress.parts,
        "parts_done": progress.parts_done,
        "rows_without_answer": progress.rows_without,
        "unanswered": [{"why": why, "rows": rows} for why, rows in progress.unanswered],
        "error": run.error,
        "made": None if run.made_id is None else str(run.made_id),
        "created_at": run.created_at.isoformat(),
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
        "url": run_url(run),
    }


class DatasetRunsView(TeamAPIView):
    @extend_schema(operation_id="runs_list", responses=listed(RunOutput))
    def get(self, request: Request, dataset_version_id: UUID) -> Response:
        with team_context(self.principal):
            source = version_for(self.principal, dataset_version_id)
            found = runs_of(self.principal, source).prefetch_related("parts")
            return Response(page(request, found, run_shown))

    @extend_schema(request=RunInput, responses={201: RunOutput})
    def post(self, request: Request, dataset_version_id: UUID) -> Response:
        given = parse(RunInput, request)
        run = start_run(
            self.principal,
            dataset_version_id,
            version_id=given["version"],
            mapping=given["inputs"],
            model=given["name"],
            dataset=given["dataset"],
            notes=given["notes"],
            **repeatable(request),
        )
        return _shown(self, run.pk, 201)


class RunView(TeamAPIView):
    @extend_schema(operation_id="runs_read", responses=RunOutput)
    def get(self, request: Request, run_id: UUID) -> Response:
        return _shown(self, run_id)


class RunCancelView(TeamAPIView):
    @extend_schema(request=None, responses=RunOutput)
    def post(self, request: Request, run_id: UUID) -> Response:
        cancel_run(self.principal, run_id)
        return _shown(self, run_id)


class RunResumeView(TeamAPIView):
    @extend_schema(request=None, responses=RunOutput)
    def post(self, request: Request, run_id: UUID) -> Response:
        resume_run(self.principal, run_id)
        return _shown(self, run_id)


def _shown(view: TeamAPIView, run_id: UUID, status: int = 200) -> Response:
    with team_context(view.principal):
        return Response(run_shown(run_for(view.principal, run_id)), status=status)
