"""Serving a stored file, or a small picture of it."""

from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from rest_framework.request import Request

from apps.artifacts.models import Artifact
from apps.artifacts.services import read, read_part
from atrium.rendering import thumbnail_now
from gpu_workers.protocol.rendering import ENDINGS, KIND_OF, KINDS

from .ranges import Unsatisfiable, part_of

SIDES = {"160": 160, "320": 320, "640": 640}


def file_response(request: HttpRequest | Request, artifact: Artifact, known_as: str = "") -> HttpResponseBase:
    """The bytes as they are stored, a part of them by a range, or a picture of them by the query `side`.

    known_as: in the file's name and tag, in place of its id. See `stored_response`.
    """
    known = known_as or str(artifact.pk)
    side, kind = request.GET.get("side", ""), KIND_OF[artifact.content_type]
    if side in SIDES:
        return stored_response(
            request,
            f'"{known}-{side}"',
            f"{known}.{ENDINGS['image']}",
            lambda: thumbnail_now(read(artifact), kind, SIDES[side]).data,
        )
    name, tag = f"{known}.{ENDINGS[kind]}", f'"{known}"'
    asked = request.headers.get("Range", "")
    if request.headers.get("If-Range", tag) != tag:
        asked = ""  # it has a part of something else
    try:
        part = part_of(asked, artifact.size)
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{artifact.size}"})
    made = (lambda: read(artifact)) if part is None else (lambda: read_part(artifact, part.start, part.length))
    response = stored_response(request, tag, name, made, artifact.content_type)
    response["Accept-Ranges"] = "bytes"
    if part is not None and response.status_code == 200:
        response.status_code = 206
        response["Content-Range"] = part.header
    return response


def stored_response(
    request: HttpRequest | Request,
    tag: str,
    filename: str,
    made: Callable[[], bytes],
    content_type: str = KINDS["image"],
) -> HttpResponseBase:
    """Bytes of ours, never cached by others.

    Under one address and tag they never change: a browser that has them is told so, and nothing is read or made. Called
    without an open transaction; the connection goes back to the pool before the bytes are waited for.
    """
    response = get_conditional_response(request, etag=tag)
    if response is None:
        connection.close()
        response = HttpResponse(made(), content_type=content_type)
        response["Content-Disposition"] = f'inline; filename="{filename}"'
        response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = tag
    response["Cache-Control"] = "private, max-age=3600, immutable"
    return response
