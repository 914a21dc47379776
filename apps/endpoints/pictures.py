"""Serving a stored picture, whole or small."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from rest_framework.request import Request

from apps.artifacts.models import Artifact
from apps.artifacts.services import read
from atrium.rendering import thumbnail_now

SIDES = {"160": 160, "320": 320, "640": 640}


def picture_response(request: HttpRequest | Request, artifact: Artifact) -> HttpResponseBase:
    """The bytes as they are stored, or small by the query `side`. Never cached by others.

    Under one id they never change: a browser that has them is told so, and nothing is read or made. Called without an
    open transaction; the connection goes back to the pool before the bytes are waited for.
    """
    side = request.GET.get("side", "")
    tag = f'"{artifact.pk}-{side}"' if side in SIDES else f'"{artifact.pk}"'
    response = get_conditional_response(request, etag=tag) or _whole(artifact, side)
    response["ETag"] = tag
    response["Cache-Control"] = "private, max-age=3600, immutable"
    return response


def _whole(artifact: Artifact, side: str) -> HttpResponse:
    connection.close()
    data = read(artifact)
    if side in SIDES:
        data = thumbnail_now(data, SIDES[side]).data
    response = HttpResponse(data, content_type="image/png")
    response["Content-Disposition"] = f'inline; filename="{artifact.pk}.png"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
