"""Serving a stored picture, whole or small."""

from django.http import HttpResponse

from apps.artifacts.models import Artifact
from apps.artifacts.services import read
from atrium.rendering import thumbnail_now

SIDES = {"160": 160, "320": 320, "640": 640}


def picture_response(artifact: Artifact, side: str | None = None) -> HttpResponse:
    """The bytes as they are stored, or small. Never cached by others; called without an open transaction."""
    data = read(artifact)
    if side in SIDES:
        data = thumbnail_now(data, SIDES[side]).data
    response = HttpResponse(data, content_type="image/png")
    response["Content-Disposition"] = f'inline; filename="{artifact.pk}.png"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600, immutable"
    return response
