"""Handing out bytes that a team uploaded."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from atrium import storage

from .models import Artifact
from .services import read


def file_response(artifact: Artifact, name: str) -> HttpResponseBase:
    """A download under this name, from the store where it is large. Touches no database."""
    if artifact.inline is None:
        return redirect(storage.presign_download(artifact.key, name))
    response = HttpResponse(read(artifact), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
