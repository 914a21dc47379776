"""REST: flags and threads, and deleting a prediction with what was said of it."""

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.endpoints.api import views as endpoints
from apps.endpoints.api.shapes import PredictionOutput, ServedVersion
from apps.endpoints.models import Prediction
from apps.projects.selectors import project_for
from atrium.access.api import TeamAPIView, parse
from atrium.access.creations import repeatable
from atrium.access.pagination import listed, page
from atrium.errors import FieldError, Invalid
from atrium.tenancy.context import team_context
from gpu_workers.protocol.edits import MOST_MARKS
from gpu_workers.protocol.findings import MOST

from .deletion import delete_prediction
from .exports import FORMATS, exported
from .findings import MOST_JUDGED
from .labels import set_labels
from .models import Flag, Thread
from .presentation import flag_shown, message_shown, thread_shown
from .replays import try_on
from .selectors import listed_threads, messages_of, thread_for
from .services import assign, flag_prediction, set_due, set_status, write_message
from .sorting_api import LabelOutput, filters_of


class FlagInput(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=Flag.Verdict.values)
    message = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")
    correction = serializers.DictField(
        required=False, allow_null=True, default=None, help_text='The right answer, by output: {"finding": "effusion"}.'
    )
    marks = serializers.ListField(
        child=serializers.DictField(),
        max_length=MOST_MARKS,
        required=False,
        default=list,
        help_text='Each {"kind": "box", "points": [[0.1, 0.1], [0.3, 0.4]]} in fractions of the picture; '
        "kinds: point, line, box, ellipse, polygon.",
    )
    findings = serializers.ListField(
        child=serializers.DictField(),
        max_length=MOST_JUDGED,
        required=False,
        default=list,
        help_text='What is said of single findings: {"output": "nodules", "id": "b0", "verdict": "accepted"}, or '
        'rejected, or corrected with a correction: {"label": …, "x": …, "y": …, "w": …, "h": …}, as far as it differs.',
    )
    added = serializers.ListField(
        child=serializers.DictField(),
        max_length=MOST,
        required=False,
        default=list,
        help_text='What the model missed: {"output": "nodules", "label": "nodule", "x": 0.1, "y": 0.2, "w": 0.1, '
        '"h": 0.1}; of points name, x, y; of spans label, start, end; of a mask name, contours.',
    )


class FlagOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    thread = serializers.UUIDField()
    prediction = serializers.UUIDField()
    verdict = serializers.ChoiceField(choices=Flag.Verdict.values)
    correction = serializers.DictField(allow_null=True)
    marks = serializers.ListField(child=serializers.DictField())
    findings = serializers.ListField(child=serializers.DictField())
    added = serializers.ListField(child=serializers.DictField())
    message = serializers.CharField(allow_blank=True)
    reviewer = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


class MessageInput(serializers.Serializer[Any]):
    body = serializers.CharField(max_length=5000)
    internal = serializers.BooleanField(required=False, default=False)


class MessageOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    author = serializers.CharField(allow_blank=True)
    author_kind = serializers.CharField()
    body = serializers.CharField()
    internal = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class EndpointNamed(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class Assignee(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="The membership’s.")
    name = serializers.CharField(allow_blank=True)


class ReplayOutput(serializers.Serializer[Any]):
    """What another version says of what was judged."""

    judged = serializers.UUIDField(help_text="The prediction that was judged.")
    version = ServedVersion()
    prediction = serializers.UUIDField(allow_null=True)
    state = serializers.ChoiceField(choices=[*Prediction.State.values, "refused"])
    refused = serializers.CharField(allow_blank=True, help_text="Why it could not be asked.")
    answer = serializers.DictField(allow_null=True)
    met = serializers.DictField(
        child=serializers.BooleanField(allow_null=True), help_text="By flag: whether its correction is what it says."
    )
    told = serializers.BooleanField(help_text="Whether reviewers see it: the version resolved the case.")


class ReplayInput(serializers.Serializer[Any]):
    version = serializers.UUIDField()


class ThreadOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Thread.Status.values)
    waiting = serializers.BooleanField()
    project = serializers.UUIDField()
    endpoint = EndpointNamed()
    assignee = Assignee(allow_null=True)
    resolved_by_version = ServedVersion(allow_null=True)
    labels = LabelOutput(many=True)
    due_on = serializers.DateField(allow_null=True, help_text="The day in UTC.")
    flags = FlagOutput(many=True)
    prediction = PredictionOutput(allow_null=True)
    replays = ReplayOutput(many=True)
    messages = MessageOutput(many=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    url = serializers.CharField()


class ThreadChange(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=Thread.Status.values, required=False)
    assignee = serializers.UUIDField(required=False, allow_null=True)
    resolved_by_version = serializers.UUIDField(required=False, allow_null=True)
    labels = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=60,
        required=False,
        help_text="These labels, and no others.",
    )
    due_on = serializers.DateField(required=False, allow_null=True)


class PredictionView(endpoints.PredictionView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, prediction_id: UUID) -> Response:
        delete_prediction(self.principal, prediction_id)
        return Response(status=204)


class FlagView(TeamAPIView):
    @extend_schema(request=FlagInput, responses={201: FlagOutput})
    def post(self, request: Request, prediction_id: UUID) -> Response:
        flag = flag_prediction(self.principal, prediction_id, **parse(FlagInput, request), **repeatable(request))
        return Response(flag_shown(flag), status=201)


class _ThreadBase(TeamAPIView):
    def shown(self, thread: Thread) -> dict[str, Any]:
        return thread_shown(thread, messages_of(self.principal, thread))


class ThreadsView(_ThreadBase):
    @extend_schema(
        operation_id="threads_list",
        parameters=[
            OpenApiParameter(
                "search",
                str,
                description="Words in sentences, corrections, notes on marks, messages, and names of reviewers and "
                'endpoints: each from its beginning, "in quotes" beside each other, `or`, -word for what is not there.',
            ),
            OpenApiParameter("status", str, enum=["open", "resolved"]),
            OpenApiParameter("assignee", str, description="A membership’s id, me, or none."),
            OpenApiParameter("label", UUID),
            OpenApiParameter("due", str, enum=["overdue", "week", "later", "none"], description="By the day in UTC."),
            OpenApiParameter(
                "mentions", str, description="A membership’s id, or me: who is named in a message for the team."
            ),
            OpenApiParameter("view", UUID, description="A saved view’s id; other filters are left aside."),
            OpenApiParameter("verdict", str, enum=Flag.Verdict.values),
            OpenApiParameter("endpoint", UUID),
            OpenApiParameter("version", UUID),
        ],
        responses=listed(ThreadOutput),
    )
    def get(self, request: Request, project_id: UUID) -> Response:
        with team_context(self.principal):
            filters = filters_of(self.principal, project_id, request.query_params.dict())
            threads = listed_threads(self.principal, project_id, filters)
            return Response(page(request, threads, self.shown))


class ThreadView(_ThreadBase):
    @extend_schema(operation_id="threads_read", responses=ThreadOutput)
    def get(self, request: Request, thread_id: UUID) -> Response:
        with team_context(self.principal):
            return Response(self.shown(thread_for(self.principal, thread_id)))

    @extend_schema(request=ThreadChange, responses=ThreadOutput)
    def patch(self, request: Request, thread_id: UUID) -> Response:
        change = parse(ThreadChange, request)
        with team_context(self.principal):
            if "assignee" in change:
                assign(self.principal, thread_id, change["assignee"])
            if "labels" in change:
                set_labels(self.principal, thread_id, change["labels"])
            if "due_on" in change:
                set_due(self.principal, thread_id, change["due_on"])
            version = change.get("resolved_by_version")
            if "status" in change:
                set_status(self.principal, thread_id, change["status"], version_id=version)
            elif version is not None:
                raise Invalid(FieldError("resolved_by_version", "invalid", "Send it together with status: resolved."))
            return Response(self.shown(thread_for(self.principal, thread_id)))


class ReplaysView(_ThreadBase):
    @extend_schema(operation_id="threads_try", request=ReplayInput, responses={202: ThreadOutput})
    def post(self, request: Request, thread_id: UUID) -> Response:
        with team_context(self.principal):
            try_on(self.principal, thread_id, parse(ReplayInput, request)["version"])
            return Response(self.shown(thread_for(self.principal, thread_id)), status=202)


class MessagesView(TeamAPIView):
    @extend_schema(request=MessageInput, responses={201: MessageOutput})
    def post(self, request: Request, thread_id: UUID) -> Response:
        again = repeatable(request)
        given = parse(MessageInput, request)
        message = write_message(self.principal, thread_id, **given, key=again["key"], sent=again["body"])
        return Response(message_shown(message), status=201)


class ExportView(TeamAPIView):
    @extend_schema(
        operation_id="threads_export",
        parameters=[OpenApiParameter("format", str, enum=list(FORMATS), default="csv")],
        responses={
            (200, "text/csv"): OpenApiTypes.BINARY,
            (200, "application/json"): OpenApiTypes.ANY,
            (200, "application/zip"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        with team_context(self.principal):
            project = project_for(self.principal, project_id)
        return exported(self.principal, project, request.query_params.get("format", "csv"))
