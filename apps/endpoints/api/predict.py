"""`POST /api/v1/endpoints/{id}/predictions`: the one asynchronous view of the API, since it waits.

It holds no connection while it decodes and while it waits for the answer.
"""

from collections.abc import Iterable
from hashlib import sha256
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt

from apps.endpoints import recent
from apps.endpoints.acceptance import Outdated
from apps.endpoints.models import OPEN, Prediction
from apps.endpoints.opening import open_endpoint
from apps.endpoints.predictions import answered, prepare
from apps.endpoints.preparation import Asked
from apps.endpoints.presentation import Addresses, api_addresses, prediction_shown
from apps.jobs.waiting import preferred_wait
from atrium.access.api import bearer, with_token
from atrium.access.door import digest, token_for
from atrium.addresses import prediction_api
from atrium.errors import FieldError, Invalid, NotPermitted, Problem
from atrium.errors.documents import respond
from atrium.errors.middleware import problem_from
from atrium.tenancy.threads import in_database

SHORT_BODY = 1 << 18
"""Bytes of JSON that may be read in the event loop."""
EDITS = (
    'In order. Of a picture, in fractions of it: {"kind": "crop", x, y, w, h}, {"kind": "occlude", x, y, w, h, fill, '
    'shape}, {"kind": "rotate", degrees}, {"kind": "flip", axis: "x" or "y"}, {"kind": "adjust", brightness, '
    'contrast, gamma}, {"kind": "blur", sigma}, {"kind": "noise", sigma, seed}, {"kind": "draw", points, width, '
    'value}. Of a recording or series, in seconds: {"kind": "mask", start_s, end_s, leads}, {"kind": "gain", db, '
    'start_s, end_s, leads}, {"kind": "filter", low_hz, high_hz, leads}. Of text, in characters: {"kind": "replace", '
    'start, end, text}; of a table: {"kind": "set", row, column, value}. '
    "One that is off: true does nothing. fill: black, mean, blur. shape: box, ellipse, or polygon with points. "
    "In a form, inputs and edits are fields of JSON, and each file stands under its input's name; several of one name "
    "are one study."
)

VALUES = "By name: a value, a base64 data URL, {prediction: id}, or {quarantine: id} of what was kept aside."
KEEP = "false: a draft, deleted after an hour unless it is kept or judged meanwhile."


@csrf_exempt
async def predict(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """200 with the finished prediction, or 202 with its address when it is not done within the wait."""
    try:
        if request.method != "POST":
            raise Problem("method_not_allowed")
        secret = bearer(request)
        done = await _shortly(request, secret, endpoint_id) or await _fully(request, secret, endpoint_id)
    except Exception as error:  # every way out of this view is a problem document
        return respond(problem_from(error), request)
    prediction, addresses = done
    if prediction.state in OPEN:  # how it waits is read from the database
        shown = await in_database(prediction_shown, prediction, addresses, team=True)
    else:
        shown = prediction_shown(prediction, addresses, team=True)
    return answer(prediction, shown, prediction_api(prediction.pk))


async def _shortly(request: HttpRequest, secret: str, endpoint_id: UUID) -> tuple[Prediction, Addresses] | None:
    """Where the token asked this endpoint a moment ago; None where the request must go the long way."""
    token = digest(secret)
    known = recent.recall(token, endpoint_id)
    if known is None or _is_form(request) or len(request.body) > SHORT_BODY:
        return None
    try:
        asked = read_request(request)
        submission = await prepare(known.token, endpoint_id, asked, serving=known.serving, token=token)
    except Problem:  # said again by the long way, to whom it may be said
        return None
    try:
        prediction = await answered(submission, preferred_wait(request))
    except Outdated:
        return None
    recent.remember(token, known)
    return prediction, known.addresses


async def _fully(request: HttpRequest, secret: str, endpoint_id: UUID) -> tuple[Prediction, Addresses]:
    asked, opened = await in_database(_open, request, secret, endpoint_id)
    submission = await prepare(opened.token, endpoint_id, asked, serving=opened.serving)
    prediction = await answered(submission, preferred_wait(request))
    recent.remember(digest(secret), opened)
    return prediction, opened.addresses


def _open(request: HttpRequest, secret: str, endpoint_id: UUID) -> tuple[Asked, recent.Opened]:
    """The token is looked at before the body is."""
    token = token_for(secret)
    asked = read_request(request)
    try:
        return asked, recent.Opened(token, api_addresses(token), open_endpoint(token, endpoint_id, asked))
    except NotPermitted as refusal:
        raise with_token(refusal, token) from refusal


def answer(prediction: Prediction, shown: dict[str, Any], location: str) -> HttpResponse:
    """location: where it is asked for again while it is open."""
    is_open = prediction.state in OPEN
    response = HttpResponse(msgspec.json.encode(shown), status=202 if is_open else 200, content_type="application/json")
    if is_open:
        response["Location"] = location
    return response


def read_request(request: HttpRequest) -> Asked:
    """Inputs, edits and files, from JSON or from a form with files."""
    try:
        given, digest = _form(request) if _is_form(request) else _plain(request.body)
    except RequestDataTooBig as error:
        raise Problem("too_large") from error
    except MultiPartParserError as error:
        raise Problem("malformed", "The form cannot be read: its parts are cut or contradict themselves.") from error
    inputs, edits, keep = given.get("inputs", {}), given.get("edits", ()), given.get("keep", True)
    if not isinstance(inputs, dict):
        raise Invalid(FieldError("inputs", "invalid", "Give the inputs by their names."))
    if not isinstance(keep, bool):
        raise Invalid(FieldError("keep", "invalid", "Say true or false."))
    unknown = set(given) - {"inputs", "edits", "keep"}
    if unknown:
        raise Invalid(FieldError(min(unknown), "unknown", "A prediction takes inputs, edits and keep."))
    return Asked(
        values=inputs,
        edits=edits,
        keep=keep,
        key=request.headers.get("Idempotency-Key", ""),
        body=request.path.encode() + digest,
    )


def _is_form(request: HttpRequest) -> bool:
    kind = request.content_type or ""
    if kind not in ("application/json", "multipart/form-data"):
        raise Problem("unsupported_media_type")
    return kind == "multipart/form-data"


def _json(body: bytes, field: str = "") -> dict[str, Any]:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        where = f"The field {field}" if field else "The body"
        raise Problem("malformed", f"{where} cannot be read as JSON: {error}.") from error
    if not isinstance(value, dict):
        raise Problem("malformed", 'Send an object: {"inputs": {…}}.')
    return value


def _plain(body: bytes) -> tuple[dict[str, Any], bytes]:
    return _json(body), sha256(body).digest()


def _form(request: HttpRequest) -> tuple[dict[str, Any], bytes]:
    """Fields `inputs` and `edits` are JSON; each file is the input of its name. The digest covers all of it.

    Never asks for the body: behind a link the check of the CSRF token has read the form already.
    """
    digest = sha256()
    given: dict[str, Any] = {"inputs": _json(request.POST.get("inputs", "{}").encode(), "inputs")}
    if "edits" in request.POST:
        try:
            given["edits"] = msgspec.json.decode(request.POST["edits"])
        except (msgspec.DecodeError, RecursionError) as error:
            raise Problem("malformed", f"The field edits cannot be read as JSON: {error}.") from error
    if request.POST.get("keep") == "false":
        given["keep"] = False
    digest.update(msgspec.json.encode(given, order="sorted"))
    for name in sorted(request.FILES):
        files = request.FILES.getlist(name)
        data = files[0].read() if len(files) == 1 else zipped((file.name or "", file.read()) for file in files)
        given["inputs"][name] = data
        digest.update(name.encode() + b"\x00" + sha256(data).digest())
    return given, digest.digest()


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Several files of one input as one, each under its own name and place: the same files give the same bytes."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_STORED) as archive:
        for place, (name, data) in enumerate(files):
            archive.writestr(ZipInfo(f"{place:05d}/{PurePosixPath(name).name}"), data)
    return stream.getvalue()


def add_to_schema(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """The operation of this view, which is no DRF view, in the OpenAPI schema."""
    body = {"$ref": "#/components/schemas/PredictionInputRequest"}
    shown = {"application/json": {"schema": {"$ref": "#/components/schemas/PredictionOutput"}}}
    result["components"]["schemas"]["PredictionInputRequest"] = {
        "type": "object",
        "properties": {
            "inputs": {
                "type": "object",
                "description": VALUES,
            },
            "edits": {"type": "array", "items": {"type": "object"}, "description": EDITS},
            "keep": {"type": "boolean", "default": True, "description": KEEP},
        },
        "required": ["inputs"],
    }
    form = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("inputs", "edits", "keep")},
        "additionalProperties": {"type": "string", "format": "binary"},
    }
    result["paths"]["/api/v1/endpoints/{endpoint_id}/predictions"] = {
        "post": {
            "operationId": "predictions_create",
            "description": (predict.__doc__ or "").strip(),
            "parameters": [
                {"in": "path", "name": "endpoint_id", "required": True, "schema": {"type": "string", "format": "uuid"}},
                {"in": "header", "name": "Prefer", "schema": {"type": "string"}, "description": "wait=N, at most 30."},
                {"in": "header", "name": "Idempotency-Key", "schema": {"type": "string", "maxLength": 200}},
            ],
            "tags": ["endpoints"],
            "requestBody": {
                "content": {"application/json": {"schema": body}, "multipart/form-data": {"schema": form}},
                "required": True,
            },
            "responses": {
                "200": {"content": shown, "description": "Answered."},
                "202": {"content": shown, "description": "Accepted; look at Location."},
            },
        }
    }
    return result
