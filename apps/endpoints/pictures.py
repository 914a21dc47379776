"""Serving a stored picture, whole or small."""

from collections.abc import Callable

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
    """The bytes as they are stored, or small by the query `side`; see `png_response`."""
    side = request.GET.get("side", "")

    def made() -> bytes:
        data = read(artifact)
        return thumbnail_now(data, SIDES[side]).data if side in SIDES else data

    tag = f'"{artifact.pk}-{side}"' if side in SIDES else f'"{artifact.pk}"'
    return png_response(request, tag, f"{artifact.pk}.png", made)


def png_response(
    request: HttpRequest | Request, tag: str, filename: str, made: Callable[[], bytes]
) -> HttpResponseBase:
    """A picture of ours, never cached by others.

    Under one address and tag it never changes: a browser that has it is told so, and nothing is read or made. Called
    without an open transaction; the connection goes back to the pool before the bytes are waited for.
    """
    response = get_conditional_response(request, etag=tag)
    if response is None:
        connection.close()
        response = HttpResponse(made(), content_type="image/png")
        response["Content-Disposition"] = f'inline; filename="{filename}"'
        response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = tag
    response["Cache-Control"] = "private, max-age=3600, immutable"
    return response
