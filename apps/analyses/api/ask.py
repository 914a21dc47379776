"""`POST /api/v1/dataset-versions/{id}/ask`: asynchronous, since it waits."""

from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from apps.analyses.asking import ask as answer_to
from apps.analyses.models import Answer
from apps.analyses.pace import count_question
from apps.analyses.questions import read_question
from apps.jobs.waiting import preferred_wait
from atrium.access.api import bearer, with_token
from atrium.access.door import token_for
from atrium.access.principals import Token
from atrium.addresses import absolute
from atrium.errors import NotPermitted, Problem
from atrium.errors.documents import respond
from atrium.errors.middleware import problem_from

QUESTION = (
    'One of four. {"type": "view"}: segments, metrics, distributions, the features by which two groups differ, rows. '
    '{"type": "slices", model}: conditions under which a model is worst. {"type": "export", view, format}: rows as a '
    'file, whose address `answers/{id}/file` tells. {"type": "take", rows, columns}: cells of up to 50 rows as '
    "they are stored, their pictures in a file at that address. The header Atrium-Answer names the answer."
)


@csrf_exempt
async def ask(request: HttpRequest, dataset_version_id: UUID) -> HttpResponse:
    """200 with the answer, or 202 with its address when it is not there within the wait."""
    try:
        if request.method != "POST":
            raise Problem("method_not_allowed")
        secret = bearer(request)
        known: list[Token] = []

        def asker() -> tuple[Token, UUID]:
            known.append(token_for(secret))
            if len(known) == 1:
                count_question(known[-1].token_id)
            return known[-1], dataset_version_id

        try:
            answer = await answer_to(asker, lambda _: read_question(request.body), preferred_wait(request))
        except NotPermitted as refusal:
            raise with_token(refusal, known[-1]) from refusal
    except Exception as error:  # every way out of this view is a problem document
        return respond(problem_from(error), request)
    return answered(answer, absolute(f"/api/v1/answers/{answer.pk}"))


def answered(answer: Answer, location: str) -> HttpResponse:
    """200 with the worker's bytes as they are, or 202. location: where it is asked for again."""
    if answer.state == Answer.State.QUEUED:
        open_one = {"id": str(answer.pk)}
        response = HttpResponse(msgspec.json.encode(open_one), status=202, content_type="application/json")
        response["Location"] = location
    else:
        response = HttpResponse(bytes(answer.answer or b""), content_type="application/json")
    response["Atrium-Answer"] = str(answer.pk)
    response["Cache-Control"] = "no-store"
    return response


def add_to_schema(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """The operation of this view, which is no DRF view, in the OpenAPI schema."""
    version = {"in": "path", "name": "dataset_version_id", "required": True}
    told = {"application/json": {"schema": {"type": "object", "additionalProperties": {}}}}
    later = {"application/json": {"schema": {"$ref": "#/components/schemas/OpenOutput"}}}
    result["paths"]["/api/v1/dataset-versions/{dataset_version_id}/ask"] = {
        "post": {
            "operationId": "dataset_versions_ask_create",
            "description": (ask.__doc__ or "").strip(),
            "parameters": [
                version | {"schema": {"type": "string", "format": "uuid"}},
                {"in": "header", "name": "Prefer", "schema": {"type": "string"}, "description": "wait=N, at most 30."},
            ],
            "tags": ["dataset-versions"],
            "requestBody": {
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "description": QUESTION,
                            "properties": {"type": {"type": "string", "enum": ["view", "slices", "export", "take"]}},
                            "required": ["type"],
                            "additionalProperties": {},
                        }
                    }
                },
                "required": True,
            },
            "responses": {
                "200": {"content": told, "description": "Answered."},
                "202": {"content": later, "description": "Accepted; look at Location."},
            },
        }
    }
    return result
